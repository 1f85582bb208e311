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

from synap_mock.domain.storage.dump import Dump, unpacked
from synap_mock.domain.storage.messages import Conversation, Message, RecordedBatch
from synap_mock.domain.storage.protocol import Appended, Removed
from synap_mock.domain.storage.records import Record
from synap_mock.domain.storage.rejected import NOTHING_REJECTED, RejectedBatches, rejected_of
from synap_mock.domain.storage.timeline import Timeline
from synap_mock.domain.values.batch import FIELDS
from synap_mock.domain.values.clock import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from synap_mock.domain.rules.rule import Refusal
    from synap_mock.domain.storage.dump import Row
    from synap_mock.domain.storage.protocol import Target
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
    """

    def __init__(self, ids: Ids) -> None:
        self._lock = threading.RLock()
        self._ids = ids
        self.clear()

    def clear(self) -> None:
        """Remove everything, and begin with the ids again."""
        with self._lock:
            self._ids.restart()
            self._records: list[bytes] = []
            self._alone = bytearray()
            """Of each record: 1 if it came alone, 0 if it is a batch's."""
            self._rejected = RejectedBatches()
            self._instances: dict[str, dict[str, Timeline]] = {}
            self._began: dict[str, list[str | None]] = {}
            """Each instance's conversations in order, so that a page does not walk over earlier ones; None: removed."""
            self._numbered = 0
            """The number of messages that were ever recorded, and so the next one's."""
            self._removed = 0

    @property
    def dropped_batches(self) -> int:
        """Batches of which nothing was recorded that made room for newer ones."""
        return self._rejected.dropped

    @property
    def message_count(self) -> int:
        """The number of messages of all instances."""
        return self._numbered - self._removed

    @property
    def conversation_count(self) -> int:
        """The number of conversations of all instances."""
        return sum(map(len, list(self._instances.values())))

    def snapshot(self, _: Collection[str]) -> tuple[Any, ...] | None:
        """Everything recorded and the ids, for `restore`; None: nothing is recorded."""
        with self._lock:
            if not self._records and not self._rejected.unrecorded:
                return None
            recorded = {name: value for name, value in vars(self).items() if name not in {"_lock", "_ids"}}
            return self._ids.snapshot(), deepcopy(recorded)

    def restore(self, held: tuple[Any, ...] | None, renamed: Mapping[str, str]) -> None:
        """Return to a snapshot; see `Storage.restore`."""
        if held is None:
            if self._records or self._rejected.unrecorded:
                self.clear()
            return
        with self._lock:
            self._ids.restore(held[0])
            vars(self).update(deepcopy(held[1]))
            self._instances = {renamed.get(each, each): timelines for each, timelines in self._instances.items()}
            self._began = {renamed.get(each, each): ids for each, ids in self._began.items()}
            for number, record in enumerate(self._records):
                instance_id, *rest = marshal.loads(record)  # noqa: S302 - made by append, in this process
                if instance_id in renamed:
                    self._records[number] = marshal.dumps((renamed[instance_id], *rest))

    def dump(self) -> Dump:
        """Everything recorded, for `load`."""
        with self._lock:
            rejected = deepcopy(self._rejected)
            return Dump(
                *self._ids.of_messages,
                records=tuple(self._records),
                alone=bytes(self._alone),
                partial=rejected.partial,
                unrecorded=tuple(rejected.unrecorded),
                dropped_batches=rejected.dropped,
            )

    def load(self, dump: Dump) -> None:
        """Replace what is recorded; see `Storage.load`."""
        with self._lock:
            self.clear()
            self._ids.continue_messages(dump.prefix, dump.mask)
            unrecorded = deque(dump.unrecorded)
            for number, record in enumerate(dump.records):
                while unrecorded and unrecorded[0][0] <= number:
                    self._rejected.add_unrecorded(*unrecorded.popleft())
                if number in dump.partial:
                    self._rejected.add_partial(number, dump.partial[number])
                self._place(unpacked(record))
                self._records.append(record)
            for records, rejected in unrecorded:
                self._rejected.add_unrecorded(records, rejected)
            self._rejected.dropped += dump.dropped_batches
            self._alone = bytearray(dump.alone)

    def _place(self, row: Row) -> None:
        """Note where the next record's messages belong, and which of them are removed."""
        ids, roles = row.batch.conversation_ids, row.batch.roles
        self._extend(row.instance_id, [each for each in ids if each is not None])
        held = self._instances[row.instance_id]
        for conversation_id, role in zip(ids, roles, strict=True):
            if role is None:
                self._removed += 1
                if conversation_id is not None:
                    held[conversation_id].removed += 1
        self._numbered += len(roles)

    def append(
        self, instance_id: str, batch: Batch, now: Callable[[], int], refused: Mapping[int, Refusal] | None = None
    ) -> Appended:
        """Record a batch whole; see `Storage.append`."""
        with self._lock:
            recorded_at = now()
            first = self._numbered
            if not batch.roles:
                if refused is not None:
                    self._rejected.add_unrecorded(len(self._records), rejected_of(refused))
                return Appended([], {}, recorded_at)
            # marshal keeps what JSON can say exactly (1, 1.0 and True apart, lone surrogates) in a tenth of
            # json's time; it never leaves this process, so its format may change with Python's version.
            record = marshal.dumps((instance_id, first, recorded_at, *batch))
            before = self._extend(instance_id, batch.conversation_ids)
            self._alone.append(refused is None)
            if refused:
                self._rejected.add_partial(len(self._records), rejected_of(refused))
            self._records.append(record)
            self._numbered += len(batch.roles)
            return Appended(self._ids.messages(first, len(batch.roles)), before, recorded_at)

    def _extend(self, instance_id: str, conversation_ids: list[str]) -> dict[str, int]:
        """Note the next record in each of its conversations, and return how many messages each had before."""
        conversations = self._instances.setdefault(instance_id, {})
        began = self._began.setdefault(instance_id, [])
        before = {}
        for conversation_id, count in Counter(conversation_ids).items():
            timeline = conversations.get(conversation_id)
            if timeline is None:
                timeline = conversations[conversation_id] = Timeline()
                began.append(conversation_id)
            before[conversation_id] = timeline.extend(len(self._records), count)
        return before

    @_locked
    def holds(self, instance_id: str, conversation_id: str) -> bool:
        """Whether an instance holds a conversation, by its canonical id."""
        return conversation_id in self._instances.get(instance_id, ())

    @_locked
    def instances_of(self, conversation_id: str) -> list[str]:
        """The instances that hold a conversation, by its canonical id."""
        return [instance_id for instance_id, held in self._instances.items() if conversation_id in held]

    @_locked
    def conversations(self) -> list[Conversation]:
        """Every conversation, an instance's together, in the order in which they began."""
        return [
            Conversation(conversation_id, instance_id, timeline.length)
            for instance_id, held in self._instances.items()
            for conversation_id, timeline in held.items()
        ]

    @_locked
    def conversations_page(
        self, limit: int, after: tuple[int, int] = (0, 0)
    ) -> tuple[list[Conversation], tuple[int, int] | None]:
        """Some of the same conversations, in the same order; see `Storage.conversations_page`."""
        first, start = after
        found: list[Conversation] = []
        for number, (instance_id, began) in islice(enumerate(self._began.items()), first, None):
            if len(found) == limit:
                return found, (number, 0)
            held = self._instances[instance_id]
            stop = start + limit - len(found)
            page = (each for each in began[start:stop] if each is not None)
            found += [Conversation(each, instance_id, held[each].length) for each in page]
            if stop < len(began):
                return found, (number, stop)
            start = 0
        return found, None

    @_locked
    def length(self, instance_id: str, conversation_id: str) -> int:
        """How many messages a conversation has.

        Raises:
            KeyError: the instance does not hold it.
        """
        return self._instances[instance_id][conversation_id].length

    @_locked
    def messages(self) -> list[Message]:
        """Every message, in the order in which they were recorded."""
        return [message for number in range(len(self._records)) for message in self._messages_of(number)]

    @_locked
    def batches(self) -> list[RecordedBatch]:
        """Every batch that came and whose schema held, in order, except for those in `dropped_batches`."""
        unrecorded = deque(self._rejected.unrecorded)
        found = []
        for number, messages in enumerate(self.records(0, len(self._records))):
            while unrecorded and unrecorded[0][0] <= number:
                found.append(unrecorded.popleft()[1].batch())
            if not self._alone[number]:
                found.append(self._rejected.partial.get(number, NOTHING_REJECTED).batch(messages))
        return [*found, *(rejected.batch() for _, rejected in unrecorded)]

    @_locked
    def records(self, start: int, limit: int) -> list[list[Message]]:
        """The messages of some records; see `Storage.records`."""
        return [[*self._messages_of(number)] for number in range(start, min(start + limit, len(self._records)))]

    def _messages_of(self, number: int) -> Iterator[Message]:
        positions: dict[tuple[str, str], int] = {}
        for conversation_id, make in self._decoded(self._records[number]):
            key = make["instance_id"], conversation_id
            timeline = self._instances.get(key[0], {}).get(conversation_id)
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
        timeline = self._instances[instance_id][conversation_id]
        return list(islice(self._from(timeline, conversation_id, start), limit))

    @_locked
    def latest(
        self, instance_id: str, conversation_id: str, *, after: int = 0, limit: int | None = None
    ) -> list[Message]:
        """The newest messages of one conversation, in order; see `Storage.latest`."""
        timeline = self._instances[instance_id][conversation_id]
        start = after + 1
        if limit is not None and not timeline.removed:  # without gaps, only the wanted ones are decoded
            start = max(start, timeline.length - limit + 1)
        found = list(self._from(timeline, conversation_id, start))
        return found if limit is None else found[max(0, len(found) - limit) :]

    def _from(self, timeline: Timeline, conversation_id: str, start: int) -> Iterator[Message]:
        """A conversation's messages from a position on."""
        for number, position in timeline.records(start):
            at = position
            for held, make in self._decoded(self._records[number]):
                if held == conversation_id:
                    if start <= at and make["role"] is not None:
                        yield Message(position=at, **make)
                    at += 1

    @_locked
    def remove(self, instance_id: str, target: Target, *, dry_run: bool = False) -> Removed:
        """Remove messages of one instance; see `Storage.remove`."""
        held = self._instances.get(instance_id, {})
        counts: Counter[str] = Counter()
        for number in self._numbers(instance_id, target.conversation_id):
            record = Record(self._records[number])
            if record.instance_id == instance_id and (rows := record.rows(target)):
                counts.update(record.conversation_ids[row] for row in rows)
                if not dry_run:
                    self._records[number] = record.without(rows)
        gone = [conversation_id for conversation_id, count in counts.items() if count == held[conversation_id].length]
        if not dry_run:
            for conversation_id in counts.keys() - set(gone):
                held[conversation_id].removed += counts[conversation_id]
            self._forget(instance_id, gone)
            self._removed += counts.total()
        return Removed(counts.total(), len(gone))

    def _numbers(self, instance_id: str, conversation_id: str | None) -> Iterable[int]:
        """The records that may have messages of an instance, and of a conversation."""
        if conversation_id is None:
            return range(len(self._records))
        timeline = self._instances.get(instance_id, {}).get(conversation_id)
        return () if timeline is None else (number for number, _ in timeline.records(1))

    def _forget(self, instance_id: str, gone: Sequence[str]) -> None:
        """Forget conversations of which no message is left; positions in a later one of the same id begin again."""
        if not gone:
            return
        held = self._instances[instance_id]
        for conversation_id in gone:
            for number, _ in held.pop(conversation_id).records(1):
                self._records[number] = Record(self._records[number]).without_conversation(conversation_id)
        began = self._began[instance_id]
        names = set(gone)
        began[:] = [None if each in names else each for each in began]

    def _decoded(self, record: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
        instance_id, first, recorded_at, *columns = marshal.loads(record)  # noqa: S302 - made by append, in this process
        at = iso(recorded_at)
        rows = zip(*columns, strict=True)
        for number, row in enumerate(rows, first):
            fields = dict(zip(FIELDS, row, strict=True))
            others = {"message_id": self._ids.message(number), "recorded_at": at, "instance_id": instance_id}
            yield fields["conversation_id"], fields | others
