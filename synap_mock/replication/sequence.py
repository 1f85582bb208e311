"""One worker's part of the log: what it appends, and what it applies, in the log's order."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, NamedTuple

from synap_mock.domain.values.real_time import monotonic
from synap_mock.replication.entries import SnapshotEntry, decode_entry, encode_entry
from synap_mock.replication.log import Left, StoreError
from synap_mock.replication.snapshots import Snapshot, dump

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_mock.replication.applying import Applier, Outcome
    from synap_mock.replication.entries import Entry
    from synap_mock.replication.log import Log

MOST_ENTRIES: Final = 20_000
"""Entries since a snapshot after which there is a new one."""
MOST_BYTES: Final = 64 * 1024 * 1024
"""Bytes of these entries, likewise; or the size of the snapshot, if that is more."""
_SLICE: Final = 0.005
"""Seconds of applying entries after which other tasks run."""
_AT_ONCE: Final = 512
"""Most entries that are appended together."""
_log: Final = logging.getLogger("synap_mock")


class _Due(NamedTuple):
    """An entry to apply, or a place in the log to reach."""

    held: bytes | None
    """An entry of another worker."""
    entry: Entry | None
    """One of this worker's; neither: only a place."""
    size: int
    done: asyncio.Future[Outcome | None] | None


class Sequence:
    """Appends this worker's entries to the log, and applies all entries, in the thread of an event loop.

    Args:
        log: the log.
        applier: applies entries.
        position: of the newest entry that the applier's state contains.
        left: called when this worker can't follow any longer, with the reason.
    """

    def __init__(self, log: Log, applier: Applier, position: int, left: Callable[[StoreError], None]) -> None:
        self._log = log
        self._applier = applier
        self._left = left
        self._read_to = position
        self._applied_to = position
        self._pending: deque[tuple[Entry | None, asyncio.Future[Outcome | None]]] = deque()
        self._due: deque[_Due] = deque()
        self._has_news = False
        self._is_busy = False
        self._is_applying = False
        self._ended = False
        self._entries_since = 0
        self._bytes_since = 0
        self._snapshot_size = 0
        self._is_due = False
        """This worker is to save a snapshot, which it cannot while a call waits."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="synap-mock-log")
        self.is_own = False
        """Whether the entry that is being applied is one of this worker's."""

    def start(self) -> None:
        """Follow the log from now on; in the event loop."""
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._listen, name="synap-mock-news", daemon=True).start()

    def end(self) -> None:
        """Stop to follow it."""
        self._ended = True
        self._thread.shutdown()
        self._log.close()

    async def append(self, entry: Entry) -> Outcome:
        """Append an entry; return what applying it has led to.

        Raises:
            StoreError: it is not known to be in the log.
        """
        outcome = await self._put(entry)
        assert outcome is not None  # noqa: S101 - for mypy: there is an entry
        return outcome

    async def catch_up(self) -> None:
        """Return once every entry is applied that the log has now.

        Raises:
            StoreError: the log cannot be read.
        """
        await self._put(None)

    def _put(self, entry: Entry | None) -> asyncio.Future[Outcome | None]:
        done: asyncio.Future[Outcome | None] = self._loop.create_future()
        self._pending.append((entry, done))
        self._exchange()
        return done

    # The thread of the log

    def _listen(self) -> None:
        while not self._ended:
            try:
                self._log.wait()
            except StoreError:
                threading.Event().wait(1)
            if not self._ended:
                self._loop.call_soon_threadsafe(self._note)

    def _note(self) -> None:
        self._has_news = True
        self._exchange()

    def _exchange(self) -> None:
        """Append what is pending, and read what is new, unless that is under way."""
        if self._is_busy or self._ended or not (self._pending or self._has_news):
            return
        self._is_busy, self._has_news = True, False
        batch = [self._pending.popleft() for _ in range(min(_AT_ONCE, len(self._pending)))]
        held = [encode_entry(entry) for entry, _ in batch if entry is not None]
        running = self._loop.run_in_executor(self._thread, self._log.append, self._read_to, held)

        def finish(_: object) -> None:
            self._is_busy = False
            failed = running.exception()
            if failed is None:
                missed, self._read_to = running.result()
                self._due.extend(_Due(each, None, len(each), None) for each in missed)
                sizes = iter(held)
                for entry, done in batch:
                    self._due.append(_Due(None, entry, 0 if entry is None else len(next(sizes)), done))
                if not self._is_applying:
                    self._apply_due()
            else:
                self._fail(batch, failed if isinstance(failed, StoreError) else StoreError(repr(failed)))
            self._exchange()

        running.add_done_callback(finish)

    def _fail(self, batch: list[tuple[Entry | None, asyncio.Future[Outcome | None]]], failed: StoreError) -> None:
        for _, done in batch:
            if not done.done():
                done.set_exception(failed)
        if isinstance(failed, Left):
            self._left(failed)

    # Applying

    def _apply_due(self) -> None:
        began = monotonic()
        while self._due:
            self._apply(self._due.popleft())
            if monotonic() - began > _SLICE and self._due:
                self._is_applying = True
                self._loop.call_soon(self._apply_due)
                return
        self._is_applying = False

    def _apply(self, due: _Due) -> None:
        entry = due.entry
        outcome = None
        if due.held is not None:
            try:
                entry = decode_entry(due.held)
            except StoreError as error:
                self._left(error)
                return
        if entry is not None:
            is_own = due.held is None
            self._applied_to += 1
            self.is_own = is_own
            outcome = self._applier.apply(entry)
            self.is_own = False
            is_long = self._count(due.size)
            if isinstance(entry, SnapshotEntry):
                self._entries_since = self._bytes_since = 0
                self._snapshot_size = entry.size
            else:
                self._is_due |= is_long and is_own
                if self._is_due and not self._applier.is_waiting:
                    self._save_snapshot()
        if due.done is not None and not due.done.done():
            due.done.set_result(outcome)

    # Snapshots

    def _count(self, size: int) -> bool:
        """Count an entry; return whether a snapshot is due, which the worker of just this entry makes."""
        most = max(MOST_BYTES, self._snapshot_size)
        before = self._entries_since // MOST_ENTRIES, self._bytes_since // most
        self._entries_since += 1
        self._bytes_since += size
        return before != (self._entries_since // MOST_ENTRIES, self._bytes_since // most)

    def _save_snapshot(self) -> None:
        self._is_due = False
        snapshot = dump(Snapshot(self._applier.worlds, self._applier.at))
        saving = self._loop.run_in_executor(self._thread, self._log.save, self._applied_to, snapshot)

        def finish(_: object) -> None:
            failed = saving.exception()
            if failed is None:
                noted = self._put(SnapshotEntry(writer="", number=0, size=len(snapshot)))
                noted.add_done_callback(lambda future: future.exception())
            else:
                _log.warning("no snapshot was saved, so the log gets longer: %s", failed)

        saving.add_done_callback(finish)
