"""The storage in memory, for a database that keeps a copy of its records."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from synap_mock.domain.storage.contents import Contents
from synap_mock.domain.storage.memory import MemoryStorage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from synap_mock.domain.rules.rule import Refusal
    from synap_mock.domain.storage.dump import Dump
    from synap_mock.domain.storage.protocol import Appended
    from synap_mock.domain.storage.rejected import Rejected
    from synap_mock.domain.values.batch import Batch
    from synap_mock.domain.values.ids import Ids
    from synap_mock.domain.values.tracking import Track


class StoredRecord(NamedTuple):
    """A record as a database keeps it.

    Attributes:
        record: of one batch; `synap_mock.domain.storage.dump.unpacked` decodes it.
        alone: whether it is one message, not a batch.
        rejected: what was rejected of the batch.
    """

    record: bytes
    alone: bool
    rejected: Rejected | None


class RecordChanges:
    """What a storage has changed since the changes were taken.

    Attributes:
        cleared: whether everything was removed before the other changes.
        numbers: of the records that were added, changed or evicted.
        unrecorded: the batches of which nothing was recorded, each with the number of records before it.
    """

    def __init__(self) -> None:
        self.cleared = False
        self.numbers: dict[int, None] = {}
        self.unrecorded: list[tuple[int, Rejected]] = []

    def __bool__(self) -> bool:
        return bool(self.cleared or self.numbers or self.unrecorded)


class TrackedStorage(MemoryStorage):
    """A `Storage` that notes what it changes.

    Args:
        ids: generates message ids.
        changed: called when there is a change to take.
    """

    def __init__(self, ids: Ids, changed: Callable[[], object]) -> None:
        self._changes = RecordChanges()
        self._changed = changed
        super().__init__(ids, Contents(self._note))

    @property
    def next_numbers(self) -> tuple[int, int]:
        """The numbers of the next record and of the next message, if no record says them, since all are evicted."""
        contents = self._contents
        return (0, 0) if len(contents.records) else (contents.records.next, contents.numbered)

    def track(self, track: Track) -> None:
        """Note which conversations are truncated from now on."""
        self._contents.truncated = track("truncated", self._contents.truncated)

    def take_changes(self) -> RecordChanges:
        """What has changed since the last call."""
        with self._lock:
            taken, self._changes = self._changes, RecordChanges()
            return taken

    def stored(self, number: int) -> StoredRecord | None:
        """A record as a database keeps it; None if it was evicted."""
        with self._lock:
            contents = self._contents
            record = contents.records.get(number)
            if record is None:
                return None
            return StoredRecord(record, contents.records.flag(number), contents.rejected.partial.get(number))

    def clear(self) -> None:
        """Remove everything; see `Storage.clear`."""
        with self._lock:
            super().clear()
            self._changes = RecordChanges()
            self._changes.cleared = True
            self._changed()

    def append(
        self, instance_id: str, batch: Batch, now: Callable[[], int], refused: Mapping[int, Refusal] | None = None
    ) -> Appended:
        """Record a batch whole; see `Storage.append`."""
        with self._lock:
            appended = super().append(instance_id, batch, now, refused)
            if not batch.roles and refused is not None:
                self._changes.unrecorded.append(self._contents.rejected.unrecorded[-1])
                self._changed()
            return appended

    def load(self, dump: Dump) -> None:
        """Replace what is recorded; see `Storage.load`."""
        with self._lock:
            super().load(dump)
            self._changes.unrecorded += self._contents.rejected.unrecorded

    def _note(self, number: int) -> None:
        self._changes.numbers[number] = None
        self._changed()
