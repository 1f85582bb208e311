"""Our side of the protocol: requests out, answers in, several under way, each with a deadline."""

from __future__ import annotations

import asyncio
import itertools
import threading
from abc import ABC, abstractmethod
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from typing import TYPE_CHECKING, Any, Final, Literal

from synap_contracts.client import protocol
from synap_contracts.client.protocol import AdapterError, Hung, Raised, Returned, Told
from synap_contracts.client.real_time import monotonic, pause

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable

    from synap_contracts.client.host.service import Host

Json = Any
Retry = Literal["fast", "own"]

START_S: Final = 60.0
"""How long an adapter may take to say hello: a compiler may run first, on a loaded machine."""
OPEN_S: Final = 30.0
"""How long opening and closing may take."""
PONG_S: Final = 20.0
"""How long an adapter may take to answer a ping."""
PRINTED: Final = "printed: "
"""What the text of standard output and error begins with, among log records."""
_GOODBYE_S: Final = 0.5
NORMAL_TIMEOUT_S: Final = 60.0
SHORT_TIMEOUT_S: Final = 0.5


class Driver(ABC):
    """Speaks the protocol with one adapter."""

    hello: protocol.Hello

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._replies: dict[int, Json] = {}
        self._left: set[int] = set()
        self._came = threading.Condition()
        self._broken: str | None = None

    @abstractmethod
    def write(self, request: Json) -> None:
        """Hand one request to the adapter."""

    @abstractmethod
    def end(self) -> None:
        """End the adapter, however it feels about that."""

    def farewell(self) -> tuple[str, ...]:
        """Let the adapter end by itself, where it is a process, and give what it printed until then."""
        return ()

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
            if reply.get("id") in self._left:
                return
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
        began = monotonic()
        reply = self.reply(number, seconds)
        if reply is None:
            if self.reply(self.ask("ping"), PONG_S) is None:
                raise AdapterError(
                    f"it answered no ping within {PONG_S:g} s, as it does where a client blocks its event loop"
                )
            reply = self.reply(number, 0.5)
        return Hung(monotonic() - began) if reply is None else protocol.told(reply)

    def open(self, client: str, base_url: str, api_key: str | None, *, timeout_s: float, retry: Retry) -> Told:
        """Open a client."""
        number = self.ask("open", client=client, base_url=base_url, api_key=api_key, timeout_s=timeout_s, retry=retry)
        return self.outcome(number, OPEN_S)

    def close(self, client: str) -> Told:
        """Close a client."""
        return self.outcome(self.ask("close", client=client), OPEN_S)

    def leave(self, client: str) -> None:
        """Close a client and wait for nothing: a client may take seconds to say goodbye."""
        self._left.add(self.ask("close", client=client))

    def listen(self) -> None:
        """Begin to keep logs and output."""
        self.printed()
        if "listen" in self.hello.can:
            self.reply(self.ask("listen", on=True), PONG_S)

    def heard(self) -> tuple[str, ...]:
        """What was logged and printed since `listen`."""
        reply = self.reply(self.ask("listen", on=False), PONG_S) if "listen" in self.hello.can else None
        pause(0.05)  # standard error is another pipe, and may come later than the answer
        return (*((reply or {}).get("answer") or ()), *self.words())

    def words(self) -> tuple[str, ...]:
        """What was printed, as a text that tells that it was."""
        printed = self.printed()
        return (f"{PRINTED}{printed}",) if printed else ()


class Inside(Driver):
    """The Python host in this process, for debugging and for the reference client that checks the server."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host
        host.records.handler.ours = _ours(threading.get_ident())
        self.hello = protocol.hello(host.hello())
        self.loop = asyncio.new_event_loop()
        self.loop.time = monotonic  # type: ignore[method-assign] # its timers run in real time
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
        from synap_contracts.client.host.service import encoded  # noqa: PLC0415 - the host is loaded only where it runs

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
        """Stop the loop, after a moment for what closes; threads that hang are left behind, as daemons."""
        with suppress(RuntimeError, TimeoutError):
            asyncio.run_coroutine_threadsafe(_finish(), self.loop).result(timeout=3)
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=5)
        if not self.loop.is_running():
            self.loop.close()


async def _finish() -> None:
    """Let the loop's other tasks end, and cancel what doesn't."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        _, late = await asyncio.wait(others, timeout=_GOODBYE_S)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=_GOODBYE_S)


def _ours(kit: int) -> Callable[[logging.LogRecord], bool]:
    """In one process: what the kit's own thread logs, and what a server in a thread does."""
    return lambda record: record.thread == kit or record.name.partition(".")[0] in {"uvicorn", "synap_mock"}


__all__ = ["AdapterError", "Driver", "Hung", "Inside", "Raised", "Returned", "Told"]
