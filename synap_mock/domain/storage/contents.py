"""What the storage in memory holds: the records, and where each conversation's messages are in them. Not locked."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from synap_mock.domain.storage.dump import unpacked
from synap_mock.domain.storage.messages import Conversation
from synap_mock.domain.storage.numbered import Numbered
from synap_mock.domain.storage.protocol import Evicted
from synap_mock.domain.storage.records import Record
from synap_mock.domain.storage.rejected import RejectedBatches
from synap_mock.domain.storage.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping


def _nothing(_: int) -> None:
    """Nothing follows a change."""


class _Instance:
    """The conversations of one instance.

    Attributes:
        number: of the instance.
        timelines: by conversation id.
        began: the ids, in the order in which the conversations began.
    """

    __slots__ = ("began", "number", "timelines")

    def __init__(self, number: int) -> None:
        self.number = number
        self.timelines: dict[str, Timeline] = {}
        self.began: Numbered[str] = Numbered()


class Contents:
    """Records, each of one batch, and the conversations that run through them.

    Args:
        changed: called with the number of each record that is added, changed or removed.

    Attributes:
        records: by number; the flag says that a record is one message, not a batch.
        rejected: what was rejected.
        numbered: the number of messages that were ever recorded, and so the next one's.
        removed: how many of these have no message any longer.
        conversation_count: the number of conversations.
        truncated: instance and conversation to the number of its first positions that were evicted.
    """

    def __init__(self, changed: Callable[[int], object] = _nothing) -> None:
        self._changed = changed
        self.truncated: dict[tuple[str, str], int] = {}
        self.clear()

    def clear(self) -> None:
        """Remove everything; numbers begin again."""
        self.records: Numbered[bytes] = Numbered()
        self.rejected = RejectedBatches()
        self.numbered = self.removed = self.conversation_count = 0
        self.truncated.clear()
        self._instances: dict[str, _Instance] = {}
        self._order: Numbered[str] = Numbered()
        """The instances in order."""
        self._quiet = 0
        """No conversation has its last message in a record of a lower number."""
        self._oldest = (-1, 0)
        """The number of the oldest record, and when it was recorded; of an earlier one until that is asked for."""

    def add(
        self, record: bytes, instance_id: str, conversation_ids: Iterable[str | None], *, alone: bool
    ) -> dict[str, int]:
        """Add a record, and return how many messages each of its conversations had before."""
        number = self.records.append(record, flag=alone)
        self._changed(number)
        instance = self._instance(instance_id)
        before = {}
        for conversation_id, count in Counter(conversation_ids).items():
            if conversation_id is not None:
                timeline = instance.timelines.get(conversation_id) or self._begin(instance, conversation_id)
                before[conversation_id] = timeline.extend(number, count)
        return before

    def truncate(self, instance_id: str, conversation_id: str, positions: int) -> None:
        """Begin a conversation whose first positions were evicted."""
        self._begin(self._instance(instance_id), conversation_id, positions)
        self.truncated[instance_id, conversation_id] = positions

    def place(self, number: int, record: bytes, *, alone: bool) -> None:
        """Add a record of another storage, with its number; messages in it may be removed."""
        row = unpacked(record)
        ids, roles = row.batch.conversation_ids, row.batch.roles
        self.records.next = number
        self.add(record, row.instance_id, ids, alone=alone)
        timelines = self._instances[row.instance_id].timelines
        for conversation_id, role in zip(ids, roles, strict=True):
            if role is None and conversation_id is not None:
                timelines[conversation_id].removed += 1
        self.removed += list[str | None](roles).count(None) + row.first - self.numbered
        self.numbered = row.first + len(roles)

    def skip(self, next_record: int, next_message: int) -> None:
        """Have the next record and the next message at least these numbers."""
        self.records.next = max(self.records.next, next_record)
        self.removed += max(0, next_message - self.numbered)
        self.numbered = max(self.numbered, next_message)

    def change(self, number: int, record: Record) -> None:
        """Replace a record."""
        self.records[number] = record.packed()
        self._changed(number)

    def rename(self, renamed: Mapping[str, str]) -> None:
        """Rename instances."""
        self._instances = {renamed.get(each, each): held for each, held in self._instances.items()}
        self.truncated = {(renamed.get(each, each), other): n for (each, other), n in self.truncated.items()}
        order, self._order = self._order, Numbered()
        for number, each in order.since(0):
            self._order.next = number
            self._order.append(renamed.get(each, each))
        self._order.next = order.next
        for number, packed in list(self.records.since(0)):
            record = Record(packed)
            if record.instance_id in renamed:
                record.instance_id = renamed[record.instance_id]
                self.change(number, record)

    def timelines(self, instance_id: str) -> Mapping[str, Timeline]:
        """The conversations of an instance by their id."""
        found = self._instances.get(instance_id)
        return {} if found is None else found.timelines

    def instances_of(self, conversation_id: str) -> list[str]:
        """The instances that have a conversation."""
        return [each for each, held in self._instances.items() if conversation_id in held.timelines]

    def page(
        self, limit: int | None = None, after: tuple[int, int] = (0, 0)
    ) -> tuple[list[Conversation], tuple[int, int] | None]:
        """Some of the conversations; see `Storage.conversations_page`."""
        found: list[Conversation] = []
        for number, instance_id in self._order.since(after[0]):
            instance = self._instances[instance_id]
            for place, conversation_id in instance.began.since(after[1] if number == after[0] else 0):
                if len(found) == limit:
                    return found, (number, place)
                length = instance.timelines[conversation_id].length
                found.append(Conversation(conversation_id, instance_id, length))
        return found, None

    def oldest_at(self) -> int:
        """When the oldest record was recorded, in microseconds since 1970; there must be one."""
        number = self.records.first
        if self._oldest[0] != number:
            self._oldest = number, unpacked(self.records[number]).recorded_at
        return self._oldest[1]

    def evict_records(self, is_over: Callable[[], bool]) -> Evicted:
        """Evict records, the oldest first, as long as there are some and they are over a bound."""
        messages = 0
        gone: list[tuple[str, str]] = []
        while len(self.records) and is_over():
            removed, conversations = self._evict_record(self.records.first)
            messages += removed
            gone += conversations
        return Evicted(messages, gone)

    def evict_conversations(self, most: int) -> Evicted:
        """Evict whole conversations, those first whose last message is the oldest; none of the newest record's."""
        messages = 0
        gone: list[tuple[str, str]] = []
        while (excess := self.conversation_count - most) > 0:
            number, packed = next(self.records.since(self._quiet), (self.records.next, b""))
            if number >= self.records.next - 1:
                break
            record = Record(packed)
            timelines = self.timelines(record.instance_id)
            ids = dict.fromkeys(each for each in record.conversation_ids if each is not None)
            quiet = [each for each in ids if timelines[each].last_record == number]
            if len(quiet) <= excess:
                self._quiet = number + 1
            messages += self._evict_conversations(record.instance_id, quiet[:excess])
            gone += [(record.instance_id, each) for each in quiet[:excess]]
        return Evicted(messages, gone)

    def forget(self, instance_id: str, gone: Collection[str]) -> None:
        """Forget conversations of which no message is left; positions in a later one of the same id begin again."""
        self._forget(instance_id, gone, self.change)

    def _evict_record(self, number: int) -> tuple[int, list[tuple[str, str]]]:
        """Evict the oldest record; returns how many messages it had, and the conversations that no longer exist."""
        instance_id, _, _, batch = unpacked(self.records[number])
        ids, roles = batch.conversation_ids, batch.roles
        timelines = self.timelines(instance_id)
        there = Counter(ids)
        if None in roles:
            there.subtract(each for each, role in zip(ids, roles, strict=True) if role is None)
        self._remove(number)
        gone = []
        for conversation_id, count in there.items():
            if conversation_id is not None:
                timeline = timelines[conversation_id]
                timeline.evict(count)
                if timeline.length:
                    self.truncated[instance_id, conversation_id] = timeline.evicted
                else:
                    gone.append(conversation_id)
        messages = there.total()
        self.removed += messages
        self._forget(instance_id, gone, self._change_or_remove)
        self._leave_out(instance_id)
        return messages, [(instance_id, each) for each in gone]

    def _evict_conversations(self, instance_id: str, names: Collection[str]) -> int:
        """Evict conversations of one instance; returns how many messages they had."""
        timelines = self.timelines(instance_id)
        messages = sum(timelines[each].length for each in names)
        self.removed += messages
        self._forget(instance_id, names, self._change_or_remove)
        self._leave_out(instance_id)
        return messages

    def _leave_out(self, instance_id: str) -> None:
        """Give up the place of an instance without conversations. One that was erased keeps it: its records remain."""
        instance = self._instances.get(instance_id)
        if instance is not None and not instance.timelines:
            del self._instances[instance_id]
            self._order.remove(instance.number)

    def _forget(self, instance_id: str, names: Collection[str], change: Callable[[int, Record], None]) -> None:
        if not names:
            return
        instance = self._instances[instance_id]
        numbers: set[int] = set()
        for conversation_id in names:
            timeline = instance.timelines.pop(conversation_id)
            instance.began.remove(timeline.number)
            if (instance_id, conversation_id) in self.truncated:
                del self.truncated[instance_id, conversation_id]
            numbers.update(number for number, _ in timeline.records(1))
        self.conversation_count -= len(names)
        for number in sorted(numbers):
            record = Record(self.records[number])
            record.remove_conversations(frozenset(names))
            change(number, record)

    def _change_or_remove(self, number: int, record: Record) -> None:
        if any(each is not None for each in record.conversation_ids):
            self.change(number, record)
        else:
            self._remove(number)

    def _remove(self, number: int) -> None:
        self.records.remove(number)
        self.rejected.partial.pop(number, None)
        self._changed(number)

    def _instance(self, instance_id: str) -> _Instance:
        found = self._instances.get(instance_id)
        if found is None:
            found = self._instances[instance_id] = _Instance(self._order.append(instance_id))
        return found

    def _begin(self, instance: _Instance, conversation_id: str, evicted: int = 0) -> Timeline:
        timeline = Timeline(instance.began.append(conversation_id), evicted)
        instance.timelines[conversation_id] = timeline
        self.conversation_count += 1
        return timeline
