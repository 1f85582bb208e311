"""The HTML report in Chromium, used with a mouse, at the width of a phone and of a desktop."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from synap_contracts.report.html import page
from tools import needs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from synap_contracts.runs.result import Run

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs("chromium", found=CHROMIUM is not None)

WAIT_S = 60
AS_3_AND_4 = """
import os, sys
from fcntl import F_DUPFD, fcntl
read, write = (fcntl(int(each), F_DUPFD, 10) for each in sys.argv[1:3])
os.dup2(read, 3)
os.dup2(write, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Chromium reads commands from descriptor 3, and writes to 4."""
HOSTILE = r"</pre><script>alert(1)</script> ]]> ``` | [x](http://evil) \u0000\u001b[31m\u202e\ud800 &amp; @all"
CELL = "td a[href='#evidence-0-RES-TOTAL']"
PANEL = "#evidence-0-RES-TOTAL"


class Browser:
    """A Chromium, controlled over two pipes with the DevTools protocol: no port, no driver."""

    def __init__(self, folder: Path) -> None:
        read, self.write = os.pipe()
        self.read, write = os.pipe()
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", f"--user-data-dir={folder}"]
        self.process = subprocess.Popen(
            [sys.executable, "-c", AS_3_AND_4, str(read), str(write), str(CHROMIUM), *flags, "about:blank"],
            pass_fds=(read, write),
            stderr=subprocess.DEVNULL,
        )
        os.close(read)
        os.close(write)
        self.number = 0
        self.buffer = b""
        self.events: list[str] = []
        self.session: dict[str, str] = {}

    def attach(self) -> None:
        """Open a tab."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = {"sessionId": self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Page", "Log", "Runtime"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **params: Any) -> Any:
        """Send a command, and return its result. The names of events are stored."""
        self.number += 1
        os.write(
            self.write,
            json.dumps({"id": self.number, "method": method, "params": params, **self.session}).encode() + b"\0",
        )
        while True:
            message = self.message()
            if message.get("id") == self.number:
                assert "error" not in message, message
                return message["result"]
            self.events.append(message.get("method", ""))

    def message(self) -> Any:
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.read], [], [], WAIT_S)
            assert ready, "Chromium sent nothing"
            self.buffer += os.read(self.read, 1 << 16)
        line, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(line)

    def open(self, file: Path, width: int) -> None:
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 800)
        self.events.clear()
        self.ask("Page.navigate", url=file.as_uri())
        until = time.monotonic() + WAIT_S
        while self.value("document.readyState") != "complete" and time.monotonic() < until:
            pass

    def value(self, expression: str) -> Any:
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def click(self, selector: str) -> None:
        """Click in the middle of an element."""
        element = f"document.querySelector({json.dumps(selector)})"
        self.value(f"{element}.scrollIntoView({{block: 'center'}})")
        box = self.value(f"(b => [b.x + b.width / 2, b.y + b.height / 2])({element}.getBoundingClientRect())")
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def sees(self, selector: str) -> bool:
        return bool(self.value(f"document.querySelector({json.dumps(selector)}).checkVisibility()"))

    def end(self) -> None:
        os.close(self.write)
        self.process.terminate()
        self.process.wait(timeout=WAIT_S)
        os.close(self.read)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    started = Browser(tmp_path_factory.mktemp("chromium"))
    try:
        started.attach()
        yield started
    finally:
        started.end()


@pytest.fixture(params=[390, 1280], ids=["phone", "desktop"])
def opened(request: pytest.FixtureRequest, browser: Browser, failed: Run, passed: Run, tmp_path: Path) -> Browser:
    file = tmp_path / "report.html"
    file.write_text(page([failed, passed], "1"), encoding="utf-8")
    browser.open(file, request.param)
    return browser


def test_cell_opens_only_its_evidence(opened: Browser) -> None:
    opened.click(CELL)
    assert opened.value(
        "[...document.querySelectorAll('.evidence')].filter(e => e.checkVisibility()).map(e => '#' + e.id)"
    ) == [PANEL]


def test_evidence_is_closed_at_first(opened: Browser) -> None:
    assert not opened.sees(PANEL)


def test_close_returns_to_the_cell(opened: Browser) -> None:
    opened.click(CELL)
    opened.click(f"{PANEL} .close")
    assert (opened.sees(PANEL), opened.value("location.hash")) == (False, "#cell-0-RES-TOTAL")


def test_texts_of_a_client_stay_texts(opened: Browser) -> None:
    opened.click(CELL)
    assert HOSTILE in opened.value(f"document.querySelector('{PANEL} pre').innerText")


def test_no_script_runs(opened: Browser) -> None:
    opened.click(CELL)
    assert opened.value("document.scripts.length") == 0
    assert "Page.javascriptDialogOpening" not in opened.events


def test_policy_blocks_nothing(opened: Browser) -> None:
    opened.click(CELL)
    assert "Log.entryAdded" not in opened.events


def test_page_is_not_wider_than_its_window(opened: Browser) -> None:
    assert opened.value("document.documentElement.scrollWidth <= innerWidth")


def test_evidence_is_not_wider_than_its_panel(opened: Browser) -> None:
    opened.click(CELL)
    assert opened.value(f"(e => e.scrollWidth <= e.clientWidth)(document.querySelector('{PANEL} article'))")


def test_cell_is_large_enough_to_tap(opened: Browser) -> None:
    assert opened.value(f'document.querySelector("{CELL}").getBoundingClientRect().height') >= 44


def test_clauses_that_all_clients_pass_can_be_hidden(opened: Browser) -> None:
    before = opened.sees("tr.all-passed")
    opened.click("#only")
    assert (before, opened.sees("tr.all-passed"), opened.sees("tr.shown")) == (True, False, True)
