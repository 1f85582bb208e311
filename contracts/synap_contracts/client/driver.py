"""Our side of the protocol: requests out, answers in, several under way, each with a deadline."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from abc import ABC, abstractmethod
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from typing import TYPE_CHECKING, Any, Final, Literal

from synap_contracts.client import protocol
from synap_contracts.client.protocol import AdapterError, Hung, Raised, Returned, Told

if TYPE_CHECKING:
    from synap_contracts.client.host import Host

Json = Any
Retry = Literal["fast", "own"]

START_S: Final = 60.0
"""How long an adapter may take to say hello: a compiler may run first, on a loaded machine."""
CALL_S: Final = 30.0
"""How long an ordinary call may take before it counts as hung."""
PONG_S: Final = 20.0
"""How long an adapter may take to answer a ping."""
NORMAL_TIMEOUT_S: Final = 60.0
SHORT_TIMEOUT_S: Final = 0.5


class Driver(ABC):
    """Speaks the protocol with one adapter."""

    hello: protocol.Hello

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._replies: dict[int, Json] = {}
        self._came = threading.Condition()
        self._broken: str | None = None

    @abstractmethod
    def write(self, request: Json) -> None:
        """Hand one request to the adapter."""

    @abstractmethod
    def end(self) -> None:
        """End the adapter, however it feels about that."""

    @abstractmethod
    def printed(self) -> str:
        """What came out of the adapter beside the protocol since the last time."""

    def ask(self, do: str, **attributes: Json) -> int:
        """Send a request and give its number."""
        number = next(self._numbers)
        self.write({"id": number, "do": do, **attributes})
        return number

    def take(self, reply: Json) -> None:
        """A reply came in."""
        with self._came:
            self._replies[reply.get("id")] = reply
            self._came.notify_all()

    def breaks(self, reason: str) -> None:
        """The adapter is of no use any more."""
        with self._came:
            self._broken = self._broken or reason
            self._came.notify_all()

    def reply(self, number: int, seconds: float) -> Json | None:
        """The reply to a request, or None when it did not come in time.

        Raises:
            AdapterError: The adapter crashed, or broke the protocol.
        """
        with self._came:
            self._came.wait_for(lambda: number in self._replies or self._broken, timeout=seconds)
            if number in self._replies:
                return self._replies.pop(number)
            if self._broken:
                raise AdapterError(self._broken)
            return None

    def outcome(self, number: int, seconds: float) -> Told:
        """What became of an open or a call: a client that answers a ping but not its call hung.

        Raises:
            AdapterError: The adapter crashed, broke the protocol or does not answer a ping either.
        """
        began = time.monotonic()
        reply = self.reply(number, seconds)
        if reply is None:
            if self.reply(self.ask("ping"), PONG_S) is None:
                raise AdapterError(f"the adapter answered no ping within {PONG_S:g} s")
            reply = self.reply(number, 0.5)
        return Hung(time.monotonic() - began) if reply is None else protocol.told(reply)

    def open(self, client: str, base_url: str, api_key: str | None, *, timeout_s: float, retry: Retry) -> Told:
        """Open a client."""
        number = self.ask(
            "open", client=client, base_url=base_url, api_key=api_key, timeout_s=timeout_s, retry=retry
        )
        return self.outcome(number, CALL_S)

    def close(self, client: str) -> Told:
        """Close a client."""
        return self.outcome(self.ask("close", client=client), CALL_S)

    def listen(self) -> None:
        """Begin to keep logs and output."""
        self.printed()
        if "listen" in self.hello.can:
            self.reply(self.ask("listen", on=True), PONG_S)

    def heard(self) -> tuple[str, ...]:
        """What was logged and printed since `listen`."""
        reply = self.reply(self.ask("listen", on=False), PONG_S) if "listen" in self.hello.can else None
        time.sleep(0.05)  # standard error is another pipe, and may come later than the answer
        printed = self.printed()
        return tuple([*((reply or {}).get("answer") or ()), *([printed] if printed else [])])


class Inside(Driver):
    """The Python host in this process, for debugging and for the reference client that checks the server."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host
        self.hello = protocol.hello(host.hello())
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self._output = StringIO()
        self._redirects = (redirect_stdout(self._output), redirect_stderr(self._output))
        self._listening = False

    def write(self, request: Json) -> None:
        """Hand the request to the host, as a copy: the client may change what it is given."""
        copied = protocol.decode(protocol.encode(request))
        asyncio.run_coroutine_threadsafe(self._handle(copied), self.loop)

    async def _handle(self, request: Json) -> None:
        from synap_contracts.client.host import encoded  # noqa: PLC0415 - the host is loaded only where it runs

        self.take(protocol.decode(encoded(await self.host.answer(request))))

    def listen(self) -> None:
        """As a process, but what is printed past `sys.stdout` is not seen."""
        for redirect in self._redirects:
            redirect.__enter__()
        super().listen()

    def heard(self) -> tuple[str, ...]:
        """As a process."""
        heard = super().heard()
        for redirect in reversed(self._redirects):
            redirect.__exit__(None, None, None)
        return heard

    def printed(self) -> str:
        """What went to `sys.stdout` and `sys.stderr`."""
        text = self._output.getvalue()
        self._output.seek(0)
        self._output.truncate()
        return text

    def end(self) -> None:
        """Stop the loop; threads that hang are left behind, as daemons."""
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=5)
        if not self.loop.is_running():
            self.loop.close()


__all__ = ["AdapterError", "Driver", "Hung", "Inside", "Raised", "Returned", "Told"]
