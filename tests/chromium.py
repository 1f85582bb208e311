"""A Chromium without a window, controlled over two pipes with the DevTools protocol: no port, no driver."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-features=BackForwardCache",  # a page that was left must not keep its connections
    "--remote-debugging-pipe",
)
_WAIT_S: Final = 60
_PAUSE_S: Final = 0.01
_AS_3_AND_4: Final = """
import os, sys
from fcntl import F_DUPFD, fcntl
read, write = (fcntl(int(each), F_DUPFD, 10) for each in sys.argv[1:3])
os.dup2(read, 3)
os.dup2(write, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Chromium reads commands from descriptor 3, and writes to 4."""
_KEYS: Final = {"Enter": ("\r", 13), "Escape": ("", 27), "Tab": ("", 9)}
"""Name of a key to the text that it types, and its code."""


class Browser:
    """A Chromium with one tab.

    Args:
        folder: for its profile.
    """

    def __init__(self, folder: Path) -> None:
        read, self._write = os.pipe()
        self._read, write = os.pipe()
        command = [str(CHROMIUM), *_FLAGS, f"--user-data-dir={folder}", "about:blank"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _AS_3_AND_4, str(read), str(write), *command],
            pass_fds=(read, write),
            stderr=subprocess.DEVNULL,
        )
        os.close(read)
        os.close(write)
        self._number = 0
        self._buffer = b""
        self._session: dict[str, str] = {}
        self.events: list[str] = []
        """The names of the events since the last `open`."""
        self.logged: deque[str] = deque(maxlen=100)
        """What the page wrote to the console since the last `open`: violations of its policy, errors, exceptions."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Page", "Log", "Runtime", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **params: Any) -> Any:
        """Send a command, and return its result."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": params, **self._session}
        os.write(self._write, json.dumps(command).encode() + b"\0")
        while True:
            message = self._message()
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]
            self._note(message)

    def open(self, url: str, width: int = 1280, height: int = 800) -> None:
        """Open a page in a window of this size, and wait until it is loaded."""
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 800
        )
        self.events.clear()
        self.logged.clear()
        self.ask("Page.navigate", url="about:blank")  # so that a page that differs in its hash only is loaded again
        self.ask("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'")

    def value(self, expression: str) -> Any:
        """The value of a JavaScript expression; a promise's is awaited."""
        found = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait(self, expression: str) -> Any:
        """Wait until an expression is true, and return its value."""
        until = time.monotonic() + _WAIT_S
        while not (found := self.value(expression)):
            assert time.monotonic() < until, f"never true: {expression}"
            time.sleep(_PAUSE_S)
        return found

    def click(self, selector: str) -> None:
        """Click in the middle of an element, once it is there."""
        element = f"document.querySelector({json.dumps(selector)})"
        self.wait(f"{element} !== null")
        self.value(f"{element}.scrollIntoView({{block: 'center'}})")
        box = self.value(f"(b => [b.x + b.width / 2, b.y + b.height / 2])({element}.getBoundingClientRect())")
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other: a character, or a name such as Enter."""
        for key in keys:
            text, code = _KEYS.get(key, (key, ord(key[0])))
            event = {"key": key, "text": text, "windowsVirtualKeyCode": code}
            self.ask("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **event)
            self.ask("Input.dispatchKeyEvent", type="keyUp", **event)

    def type(self, text: str) -> None:
        """Type a text into what has the focus."""
        self.ask("Input.insertText", text=text)

    def sees(self, selector: str) -> bool:
        """Whether an element is visible."""
        return bool(self.value(f"document.querySelector({json.dumps(selector)}).checkVisibility()"))

    def screenshot(self) -> bytes:
        """The window, as a PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])

    def end(self) -> None:
        """End the browser."""
        os.close(self._write)
        self._process.terminate()
        self._process.wait(timeout=_WAIT_S)
        os.close(self._read)

    def _message(self) -> Any:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], _WAIT_S)
            assert ready, "Chromium sent nothing"
            self._buffer += os.read(self._read, 1 << 16)
        line, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(line)

    def _note(self, message: Any) -> None:
        name, params = message.get("method", ""), message.get("params", {})
        self.events.append(name)
        if name == "Log.entryAdded":
            self.logged.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        elif name == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.logged.append(details.get("exception", {}).get("description") or details["text"])
        elif name == "Runtime.consoleAPICalled":
            self.logged.append(" ".join(str(each.get("value", each.get("description"))) for each in params["args"]))
