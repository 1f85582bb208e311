"""Commits: several calls share one, since each takes as long as the disk needs."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from synap_mock.files.sqlite import DatabaseError

if TYPE_CHECKING:
    from synap_mock.files.sqlite import File, Write

_log: Final = logging.getLogger("synap_mock.database")


class Commits:
    """Writes changes to a file in the order in which they are given.

    Args:
        file: the file.
        shared: whether a commit runs in a thread, and what is changed meanwhile shares the next one. It needs an event
            loop that the caller may wait in.
    """

    def __init__(self, file: File, *, shared: bool) -> None:
        self._file = file
        self._shared = shared
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="synap-mock-database")
        self._pending: list[Write] = []
        self._running: asyncio.Future[None] | None = None
        """The commit under way."""
        self._next: asyncio.Future[None] | None = None
        """The commit after that one."""
        self._is_failing = False

    async def add(self, writes: list[Write]) -> None:
        """Write changes, and return once they and all earlier ones are on disk.

        Raises:
            DatabaseError: they cannot be written; they are kept, and written with the next ones.
        """
        self._pending += writes
        if not self._shared:
            self.flush()
            return
        if self._pending:
            loop = asyncio.get_running_loop()
            self._next = self._next or loop.create_future()
            waiting = self._next
            if self._running is None:
                self._start(loop)
        elif self._running is not None:
            waiting = self._running
        else:
            return
        await asyncio.shield(waiting)

    def write_now(self, writes: list[Write]) -> None:
        """Write changes, and return once they are on disk; while no commit is under way.

        Raises:
            DatabaseError: they cannot be written.
        """
        self._pending += writes
        self.flush()

    def flush(self) -> None:
        """Write what is not written yet.

        Raises:
            DatabaseError: it cannot be written.
        """
        if self._pending:
            self._file.write(self._pending)
            self._pending = []

    def wait(self) -> None:
        """Wait for the commit under way, which is the last."""
        self._thread.shutdown()

    def close(self) -> None:
        """Close the file."""
        self.wait()
        self._file.close()

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._running, self._next = self._next, None
        writes, self._pending = self._pending, []
        done = loop.run_in_executor(self._thread, self._file.write, writes)
        done.add_done_callback(lambda future: self._finish(loop, future, writes))

    def _finish(self, loop: asyncio.AbstractEventLoop, done: asyncio.Future[None], writes: list[Write]) -> None:
        finished, self._running = self._running, None
        failed: Any = done.exception()
        if failed is None:
            if self._is_failing:
                _log.warning("the database can be written again, and has everything")
            self._is_failing = False
            _settle(finished, None)
            if self._pending:
                self._start(loop)
            return
        if not self._is_failing:
            _log.error("%s; calls receive 503 until it can be written", failed)
        self._is_failing = True
        following, self._next = self._next, None
        self._pending = [*writes, *self._pending]
        for future in (finished, following):
            _settle(future, failed if isinstance(failed, DatabaseError) else DatabaseError(str(failed)))


def _settle(future: asyncio.Future[None] | None, failed: DatabaseError | None) -> None:
    if future is None or future.done():
        return
    if failed is None:
        future.set_result(None)
    else:
        future.set_exception(failed)
        future.exception()  # it is retrieved, although perhaps no call waits for it now
