"""The storage in memory.

It keeps compact records, one per batch, decoded when they are read. The garbage collector would walk dicts again and
again: that halves the throughput, and takes 780 bytes per message instead of under 200.
"""

from __future__ import annotations

import functools
import marshal
import threading
from collections import Counter, deque
from copy import deepcopy
from itertools import islice
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from synap_mock.domain.storage.contents import Contents
from synap_mock.domain.storage.dump import Dump
from synap_mock.domain.storage.messages import Message, RecordedBatch
from synap_mock.domain.storage.protocol import NOTHING_EVICTED, Appended, Removed
from synap_mock.domain.storage.records import Record
from synap_mock.domain.storage.rejected import NOTHING_REJECTED, rejected_of
from synap_mock.domain.values.batch import FIELDS
from synap_mock.domain.values.clock import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from synap_mock.domain.rules.rule import Refusal
    from synap_mock.domain.storage.messages import Conversation
    from synap_mock.domain.storage.protocol import Evicted, Target
    from synap_mock.domain.storage.timeline import Timeline
    from synap_mock.domain.values.batch import Batch
    from synap_mock.domain.values.ids import Ids


P = ParamSpec("P")
R = TypeVar("R")


def _locked(method: Callable[Concatenate[MemoryStorage, P], R]) -> Callable[Concatenate[MemoryStorage, P], R]:
    """Run a method under the storage's lock."""

    @functools.wraps(method)
    def run(storage: MemoryStorage, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with storage._lock:  # noqa: SLF001 - of this class
            return method(storage, *args, **kwargs)

    return run


class MemoryStorage:
    """A `Storage` in the memory of this process.

    Args:
        ids: generates message ids.
        contents: what it holds; it is cleared.
    """

    def __init__(self, ids: Ids, contents: Contents | None = None) -> None:
        self._lock = threading.RLock()
        self._ids = ids
        self._contents = contents or Contents()
        self.clear()

    def clear(self) -> None:
        """Remove everything, and begin with the ids again."""
        with self._lock:
            self._ids.restart()
            self._contents.clear()

    @property
    def dropped_batches(self) -> int:
        """Batches of which nothing was recorded that made room for newer ones."""
        return self._contents.rejected.dropped

    @property
    def message_count(self) -> int:
        """The number of messages of all instances."""
        return self._contents.numbered - self._contents.removed

    @property
    def conversation_count(self) -> int:
        """The number of conversations of all instances."""
        return self._contents.conversation_count

    def snapshot(self, _: Collection[str]) -> tuple[Any, ...] | None:
        """Everything recorded and the ids, for `restore`; None: nothing is recorded."""
        with self._lock:
            if not self._contents.records.next and not self._contents.rejected.unrecorded:
                return None
            return self._ids.snapshot(), deepcopy(self._contents)

    def restore(self, held: tuple[Any, ...] | None, renamed: Mapping[str, str]) -> None:
        """Return to a snapshot; see `Storage.restore`."""
        with self._lock:
            self.clear()
            if held is not None:
                self._ids.restore(held[0])
                self._contents = deepcopy(held[1])
                self._contents.rename(renamed)

    def dump(self) -> Dump:
        """Everything recorded, for `load`."""
        with self._lock:
            contents = self._contents
            rejected = deepcopy(contents.rejected)
            records = list(contents.records.since(0))
            return Dump(
                *self._ids.of_messages,
                records=[record for _, record in records],
                alone=bytes(contents.records.flag(number) for number, _ in records),
                partial=rejected.partial,
                unrecorded=tuple(rejected.unrecorded),
                dropped_batches=rejected.dropped,
                numbers=[number for number, _ in records],
                truncated=dict(contents.truncated),
                next_record=contents.records.next,
                next_message=contents.numbered,
            )

    def load(self, dump: Dump) -> None:
        """Replace what is recorded; see `Storage.load`."""
        with self._lock:
            self.clear()
            contents = self._contents
            self._ids.continue_messages(dump.prefix, dump.mask)
            for key, positions in dump.truncated.items():
                contents.truncate(*key, positions)
            unrecorded = deque(dump.unrecorded)
            for number, record, alone in dump.numbered():
                while unrecorded and unrecorded[0][0] <= number:
                    contents.rejected.add_unrecorded(*unrecorded.popleft())
                if number in dump.partial:
                    contents.rejected.add_partial(number, dump.partial[number])
                contents.place(number, record, alone=alone)
            for records, rejected in unrecorded:
                contents.rejected.add_unrecorded(records, rejected)
            contents.rejected.dropped += dump.dropped_batches
            contents.skip(dump.next_record, dump.next_message)

    def append(
        self, instance_id: str, batch: Batch, now: Callable[[], int], refused: Mapping[int, Refusal] | None = None
    ) -> Appended:
        """Record a batch whole; see `Storage.append`."""
        with self._lock:
            contents = self._contents
            recorded_at = now()
            first = contents.numbered
            if not batch.roles:
                if refused is not None:
                    contents.rejected.add_unrecorded(contents.records.next, rejected_of(refused))
                return Appended([], {}, recorded_at)
            # marshal keeps what JSON can say exactly (1, 1.0 and True apart, lone surrogates) in a tenth of
            # json's time; it never leaves this process, so its format may change with Python's version.
            record = marshal.dumps((instance_id, first, recorded_at, *batch))
            if refused:
                contents.rejected.add_partial(contents.records.next, rejected_of(refused))
            before = contents.add(record, instance_id, batch.conversation_ids, alone=refused is None)
            contents.numbered += len(batch.roles)
            return Appended(self._ids.messages(first, len(batch.roles)), before, recorded_at)

    @_locked
    def evict_messages(self, most: int) -> Evicted:
        """Evict the oldest records; see `Storage.evict_messages`."""
        contents = self._contents
        return contents.evict_records(lambda: self.message_count > most and len(contents.records) > 1)

    @_locked
    def evict_conversations(self, most: int) -> Evicted:
        """Evict whole conversations; see `Storage.evict_conversations`."""
        return self._contents.evict_conversations(most)

    @_locked
    def evict_older(self, than: int) -> Evicted:
        """Evict what was recorded before a time; see `Storage.evict_older`."""
        contents = self._contents
        if not len(contents.records) or contents.oldest_at() >= than:
            return NOTHING_EVICTED
        return contents.evict_records(lambda: contents.oldest_at() < than)

    @_locked
    def holds(self, instance_id: str, conversation_id: str) -> bool:
        """Whether an instance holds a conversation, by its canonical id."""
        return conversation_id in self._contents.timelines(instance_id)

    @_locked
    def instances_of(self, conversation_id: str) -> list[str]:
        """The instances that hold a conversation, by its canonical id."""
        return self._contents.instances_of(conversation_id)

    def conversations(self) -> list[Conversation]:
        """Every conversation, an instance's together, in the order in which they began."""
        return self.conversations_page(None)[0]

    @_locked
    def conversations_page(
        self, limit: int | None, after: tuple[int, int] = (0, 0)
    ) -> tuple[list[Conversation], tuple[int, int] | None]:
        """Some of the same conversations, in the same order; see `Storage.conversations_page`."""
        return self._contents.page(limit, after)

    @_locked
    def length(self, instance_id: str, conversation_id: str) -> int:
        """How many messages a conversation has.

        Raises:
            KeyError: the instance does not hold it.
        """
        return self._contents.timelines(instance_id)[conversation_id].length

    @_locked
    def messages(self) -> list[Message]:
        """Every message, in the order in which they were recorded."""
        return [message for each in self._contents.records.since(0) for message in self._messages_of(*each)]

    @_locked
    def batches(self) -> list[RecordedBatch]:
        """Every batch that came and whose schema held, in order, except for those in `dropped_batches`."""
        contents = self._contents
        unrecorded = deque(contents.rejected.unrecorded)
        found = []
        for number, record in contents.records.since(0):
            while unrecorded and unrecorded[0][0] <= number:
                found.append(unrecorded.popleft()[1].batch())
            if not contents.records.flag(number):
                messages = [*self._messages_of(number, record)]
                found.append(contents.rejected.partial.get(number, NOTHING_REJECTED).batch(messages))
        return [*found, *(rejected.batch() for _, rejected in unrecorded)]

    @_locked
    def records(self, start: int, limit: int) -> list[tuple[int, list[Message]]]:
        """The messages of some records; see `Storage.records`."""
        found = islice(self._contents.records.since(start), limit)
        return [(number, [*self._messages_of(number, record)]) for number, record in found]

    def _messages_of(self, number: int, record: bytes) -> Iterator[Message]:
        positions: dict[tuple[str, str], int] = {}
        for conversation_id, make in self._decoded(record):
            key = make["instance_id"], conversation_id
            timeline = self._contents.timelines(key[0]).get(conversation_id)
            if timeline is not None:
                at = positions.get(key) or timeline.start_of(number)
                positions[key] = at + 1
                if make["role"] is not None:
                    yield Message(position=at, **make)

    @_locked
    def transcript(
        self, instance_id: str, conversation_id: str, start: int = 1, limit: int | None = None
    ) -> list[Message]:
        """The messages of one conversation, in order; see `Storage.transcript`."""
        timeline = self._contents.timelines(instance_id)[conversation_id]
        return list(islice(self._from(timeline, conversation_id, start), limit))

    @_locked
    def latest(
        self, instance_id: str, conversation_id: str, *, after: int = 0, limit: int | None = None
    ) -> list[Message]:
        """The newest messages of one conversation, in order; see `Storage.latest`."""
        timeline = self._contents.timelines(instance_id)[conversation_id]
        start = after + 1
        if limit is not None and timeline.removed == timeline.evicted:  # without gaps, only the wanted ones are decoded
            start = max(start, timeline.last - limit + 1)
        found = list(self._from(timeline, conversation_id, start))
        return found if limit is None else found[max(0, len(found) - limit) :]

    def _from(self, timeline: Timeline, conversation_id: str, start: int) -> Iterator[Message]:
        """A conversation's messages from a position on."""
        for number, position in timeline.records(start):
            at = position
            for held, make in self._decoded(self._contents.records[number]):
                if held == conversation_id:
                    if start <= at and make["role"] is not None:
                        yield Message(position=at, **make)
                    at += 1

    @_locked
    def remove(self, instance_id: str, target: Target, *, dry_run: bool = False) -> Removed:
        """Remove messages of one instance; see `Storage.remove`."""
        contents = self._contents
        held = contents.timelines(instance_id)
        counts: Counter[str] = Counter()
        for number in self._numbers(instance_id, target.conversation_id):
            record = Record(contents.records[number])
            if record.instance_id == instance_id and (rows := record.rows(target)):
                counts.update(record.conversation_ids[row] for row in rows)
                if not dry_run:
                    record.remove_rows(rows)
                    contents.change(number, record)
        gone = [conversation_id for conversation_id, count in counts.items() if count == held[conversation_id].length]
        if not dry_run:
            for conversation_id in counts.keys() - set(gone):
                held[conversation_id].removed += counts[conversation_id]
            contents.forget(instance_id, gone)
            contents.removed += counts.total()
        return Removed(counts.total(), len(gone))

    def _numbers(self, instance_id: str, conversation_id: str | None) -> list[int]:
        """The records that may have messages of an instance, and of a conversation."""
        if conversation_id is None:
            return [number for number, _ in self._contents.records.since(0)]
        timeline = self._contents.timelines(instance_id).get(conversation_id)
        return [] if timeline is None else [number for number, _ in timeline.records(1)]

    def _decoded(self, record: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
        instance_id, first, recorded_at, *columns = marshal.loads(record)  # noqa: S302 - made by append, in this process
        at = iso(recorded_at)
        rows = zip(*columns, strict=True)
        for number, row in enumerate(rows, first):
            fields = dict(zip(FIELDS, row, strict=True))
            others = {"message_id": self._ids.message(number), "recorded_at": at, "instance_id": instance_id}
            yield fields["conversation_id"], fields | others
