"""The Python host in this process: for debugging, and for the reference client that checks the server."""

from __future__ import annotations

import asyncio
import threading
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from typing import TYPE_CHECKING, Final

from synap_contracts.client import protocol
from synap_contracts.client.driver import Driver
from synap_contracts.client.host.service import Host, encode_reply
from synap_contracts.client.real_time import monotonic

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable

    from synap_contracts.client.protocol import Json

_END_S: Final = 0.5


class InProcess(Driver):
    """A Python host in a thread of this process."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host
        host.records.handler.ignores = _belongs_to_kit(threading.get_ident())
        self.hello = protocol.parse_hello(host.hello())
        self.loop = asyncio.new_event_loop()
        self.loop.time = monotonic  # type: ignore[method-assign] # its timers run in real time
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self._output = StringIO()
        self._redirects = (redirect_stdout(self._output), redirect_stderr(self._output))

    def write(self, request: Json) -> None:
        """Pass a copy of the request to the host: the client may change what it receives."""
        copied = protocol.decode(protocol.encode(request))
        asyncio.run_coroutine_threadsafe(self._handle(copied), self.loop)

    async def _handle(self, request: Json) -> None:
        self.receive(protocol.decode(encode_reply(await self.host.answer(request))))

    def listen(self) -> None:
        """Begin to collect log records and output. Output that bypasses `sys.stdout` is not collected."""
        for redirect in self._redirects:
            redirect.__enter__()
        super().listen()

    def stop_listening(self) -> tuple[str, ...]:
        """Return what was logged and printed since `listen`."""
        texts = super().stop_listening()
        for redirect in reversed(self._redirects):
            redirect.__exit__(None, None, None)
        return texts

    def printed(self) -> str:
        """Return what was written to `sys.stdout` and `sys.stderr` since the last time."""
        text = self._output.getvalue()
        self._output.seek(0)
        self._output.truncate()
        return text

    def end(self) -> None:
        """Stop the loop after a short wait for its tasks. Threads that hang remain, as daemons."""
        self.host.ending = True
        with suppress(RuntimeError, TimeoutError):
            asyncio.run_coroutine_threadsafe(_finish(), self.loop).result(timeout=3)
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=5)
        if not self.loop.is_running():
            self.loop.close()


async def _finish() -> None:
    """Wait for the other tasks of the loop, and cancel those that do not end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        _, late = await asyncio.wait(others, timeout=_END_S)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=_END_S)


def _belongs_to_kit(thread: int) -> Callable[[logging.LogRecord], bool]:
    """Return whether a record is from the kit's own thread, or from a server in this process."""
    return lambda record: record.thread == thread or record.name.partition(".")[0] in {"uvicorn", "synap_mock"}
