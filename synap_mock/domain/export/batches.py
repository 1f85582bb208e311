"""The lines of recorded batches: a `batch` or `single`, and after it a line for each of its messages."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.export.lines import (
    CONVERSATION,
    COUNT,
    LIST,
    OBJECT,
    POSITIVE,
    TEXT,
    TIME,
    checked,
    invalid,
    matching,
    one_of,
)
from synap_mock.domain.rules.index import RULES
from synap_mock.domain.rules.rule import DESCRIBED, Refusal
from synap_mock.domain.storage.dump import Dump, Row, unpacked
from synap_mock.domain.storage.rejected import NOTHING_REJECTED, Rejected
from synap_mock.domain.values.batch import FIELDS, ROLES, Batch
from synap_mock.domain.values.clock import iso, moment
from synap_mock.domain.values.ids import Ids
from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_mock.domain.export.lines import Fields, Kind

RECORDING: Final = {
    "message_id_prefix": matching("msg_[0-9A-Za-z]{28}", '"msg_" and 28 letters or digits'),
    "message_id_mask": COUNT,
    "dropped_batches": COUNT,
}
"""The line `recording`: what the ids of messages are made of."""
TRUNCATED: Final = {"instance_id": TEXT, "conversation_id": CONVERSATION, "positions": POSITIVE}
"""The line `truncated`: a conversation of which so many first positions were evicted; the next one follows them."""
EVICTED: Final = {"messages": POSITIVE}
"""The line `evicted`: so many messages were evicted here; the ids of the next ones follow theirs."""
_REJECTED: Final = {"failed": COUNT, "rejected": LIST}
BATCH: Final = {"instance_id": TEXT, "recorded_at": TIME, **_REJECTED}
"""The line `batch`: what recorded messages as a batch, whole or in part."""
SINGLE: Final = {"instance_id": TEXT, "recorded_at": TIME}
"""The line `single`: what recorded messages that are not a batch's, such as *record one*."""
UNRECORDED: Final = _REJECTED
"""The line `unrecorded`: a batch of which nothing was recorded."""
MESSAGE: Final[dict[str, Kind]] = {
    "conversation_id": CONVERSATION,
    "position": POSITIVE,
    "message_id": TEXT,
    "role": one_of(*sorted(ROLES)),
    "content": TEXT,
    "user_id": TEXT | None,
    "customer_id": TEXT | None,
    "session_id": TEXT | None,
    "metadata": OBJECT | None,
}
REMOVED: Final = {"conversation_id": CONVERSATION | None}
"""The line `removed`: the place of a message that was erased; null: its conversation no longer exists."""
_REFUSAL: Final = {"rule": TEXT, "text": TEXT, "path": LIST, "details": LIST}
_RULES: Final = {rule.id: rule for rule in RULES}
_COLUMNS: Final = len(FIELDS)


def batch_lines(dump: Dump) -> Iterator[Fields]:
    """The lines of everything that a storage holds, in the order of recording."""
    yield {
        "type": "recording",
        "message_id_prefix": dump.prefix,
        "message_id_mask": dump.mask,
        "dropped_batches": dump.dropped_batches,
    }
    ids = Ids(None)
    ids.continue_messages(dump.prefix, dump.mask)
    positions: Counter[tuple[str, str]] = Counter(dump.truncated)
    for (instance_id, conversation_id), count in dump.truncated.items():
        yield {
            "type": "truncated",
            "instance_id": instance_id,
            "conversation_id": conversation_id,
            "positions": count,
        }
    unrecorded = deque(dump.unrecorded)
    following = 0
    for number, record, alone in dump.numbered():
        while unrecorded and unrecorded[0][0] <= number:
            yield {"type": "unrecorded", **rejected_fields(unrecorded.popleft()[1])}
        row = unpacked(record)
        yield from _evicted_lines(following, row.first)
        following = row.first + len(row.batch.roles)
        of = {"instance_id": row.instance_id, "recorded_at": iso(row.recorded_at)}
        if alone:
            yield {"type": "single", **of}
        else:
            yield {"type": "batch", **of, **rejected_fields(dump.partial.get(number, NOTHING_REJECTED))}
        yield from _message_lines(row, ids, positions)
    yield from _evicted_lines(following, dump.next_message)
    for _, rejected in unrecorded:
        yield {"type": "unrecorded", **rejected_fields(rejected)}


def _evicted_lines(following: int, number: int) -> Iterator[Fields]:
    """That messages were evicted before the one of a number, where another one would follow."""
    if number > following:
        yield {"type": "evicted", "messages": number - following}


def _message_lines(row: Row, ids: Ids, positions: Counter[tuple[str, str]]) -> Iterator[Fields]:
    for number, values in enumerate(zip(*row.batch, strict=True), row.first):
        fields = dict(zip(FIELDS, values, strict=True))
        conversation_id = fields["conversation_id"]
        positions[row.instance_id, conversation_id] += 1
        if fields["role"] is None:
            yield {"type": "removed", "conversation_id": conversation_id}
            continue
        placed = {"position": positions[row.instance_id, conversation_id], "message_id": ids.message(number)}
        yield {"type": "message", "conversation_id": conversation_id, **placed, **fields}


def rejected_fields(rejected: Rejected) -> Fields:
    """What was rejected of a batch, as fields of its line."""
    described = [
        {"rule": each.rule.id, "text": each.text, "path": list(each.path), "details": list(map(list, each.details))}
        for each in rejected.refusals
    ]
    return {"failed": rejected.count, "rejected": described}


class BatchReader:
    """Reads these lines, one after the other, into a `Dump`."""

    def __init__(self) -> None:
        self._ids: Ids | None = None
        self._dropped = 0
        self._rows: list[tuple[Row, int]] = []
        """Each with the number of its line."""
        self._alone = bytearray()
        self._partial: dict[int, Rejected] = {}
        self._unrecorded: list[tuple[int, Rejected]] = []
        self._count = 0
        self._positions: Counter[tuple[str, str | None]] = Counter()
        self._truncated: dict[tuple[str, str], int] = {}
        self._truncated_lines: dict[tuple[str, str], int] = {}
        self._open = False
        """Whether messages may follow."""

    def recording(self, fields: Fields, number: int) -> None:
        """Read a `recording`.

        Raises:
            InvalidLineError: it is not the first.
        """
        if self._ids is not None:
            raise invalid(number, "there is a recording already; expected one")
        self._ids = Ids(None)
        self._ids.continue_messages(fields["message_id_prefix"], fields["message_id_mask"])
        self._dropped = fields["dropped_batches"]

    def truncated(self, fields: Fields, number: int) -> None:
        """Read a `truncated`.

        Raises:
            InvalidLineError: a batch is before it, or the conversation is truncated already.
        """
        key = fields["instance_id"], fields["conversation_id"]
        if self._rows:
            raise invalid(number, "a truncated must be before the first batch")
        if key in self._truncated:
            raise invalid(number, "its conversation is truncated already")
        self._truncated[key] = self._positions[key] = fields["positions"]
        self._truncated_lines[key] = number

    def evicted(self, fields: Fields, number: int) -> None:
        """Read an `evicted`."""
        self._required_ids(number)
        self._count += fields["messages"]
        self._open = False

    def batch(self, fields: Fields, number: int) -> None:
        """Read a `batch`."""
        rejected = read_rejected(fields, number)
        if rejected.count:
            self._partial[len(self._rows)] = rejected
        self._begin(fields, number, alone=False)

    def single(self, fields: Fields, number: int) -> None:
        """Read a `single`."""
        self._begin(fields, number, alone=True)

    def unrecorded(self, fields: Fields, number: int) -> None:
        """Read an `unrecorded`."""
        self._unrecorded.append((len(self._rows), read_rejected(fields, number)))
        self._open = False

    def message(self, fields: Fields, number: int) -> None:
        """Read a `message`.

        Raises:
            InvalidLineError: no batch is before it, or its position or id is not the next.
        """
        position, message_id = self._add(fields["conversation_id"], number)
        if fields["position"] != position:
            found = fields["position"]
            raise invalid(number, f"position must be {position}, the next of its conversation, not {found}")
        if fields["message_id"] != message_id:
            found = quote(fields["message_id"])
            raise invalid(number, f'message_id must be "{message_id}", the next of the recording, not {found}')
        self._append([fields[name] for name in FIELDS])

    def removed(self, fields: Fields, number: int) -> None:
        """Read a `removed`.

        Raises:
            InvalidLineError: no batch is before it.
        """
        self._add(fields["conversation_id"], number)
        self._append([fields["conversation_id"], *[None] * (_COLUMNS - 1)])

    def dump(self) -> Dump:
        """What was read.

        Raises:
            InvalidLineError: a batch or a truncated conversation has no messages, or metadata is nested too deeply.
        """
        ids = self._ids or Ids(None)
        records = []
        for row, number in self._rows:
            if not row.batch.roles:
                raise invalid(number, "a message must follow; a batch without one is an unrecorded")
            try:
                records.append(row.packed())
            except ValueError:
                raise invalid(number, "its messages have metadata that is nested too deeply") from None
        for key, positions in self._truncated.items():
            if self._positions[key] == positions:
                raise invalid(self._truncated_lines[key], "a message of its conversation must follow")
        return Dump(
            *ids.of_messages,
            records=records,
            alone=bytes(self._alone),
            partial=self._partial,
            unrecorded=self._unrecorded,
            dropped_batches=self._dropped,
            truncated=self._truncated,
            next_message=self._count,
        )

    def _begin(self, fields: Fields, number: int, *, alone: bool) -> None:
        self._required_ids(number)
        columns: list[list[Any]] = [[] for _ in range(_COLUMNS)]
        row = Row(fields["instance_id"], self._count, moment("recorded_at", fields["recorded_at"]), Batch(*columns))
        self._rows.append((row, number))
        self._alone.append(alone)
        self._open = True

    def _required_ids(self, number: int) -> Ids:
        if self._ids is None:
            raise invalid(number, "a recording must be before the first batch")
        return self._ids

    def _add(self, conversation_id: str | None, number: int) -> tuple[int, str]:
        """The position and the id of the next message."""
        if not self._open:
            raise invalid(number, "a batch or a single must be before it")
        key = (self._rows[-1][0].instance_id, conversation_id)
        self._positions[key] += 1
        self._count += 1
        return self._positions[key], self._required_ids(number).message(self._count - 1)

    def _append(self, values: list[Any]) -> None:
        columns: tuple[list[Any], ...] = self._rows[-1][0].batch
        for column, value in zip(columns, values, strict=True):
            column.append(value)


def read_rejected(fields: Fields, number: int) -> Rejected:
    """What was rejected of a batch.

    Raises:
        InvalidLineError: it is not what a fake can have rejected.
    """
    described = fields["rejected"]
    if len(described) > min(DESCRIBED, fields["failed"]):
        raise invalid(number, f"rejected must have at most {DESCRIBED} items, and at most as many as failed")
    refusals = tuple(_refusal(each, number, f"rejected[{index}]") for index, each in enumerate(described))
    return Rejected(refusals, fields["failed"])


def _refusal(value: object, number: int, place: str) -> Refusal:
    if not isinstance(value, dict):
        raise invalid(number, f"{place} must be an object, not {quote(value)}")
    fields = checked(value, _REFUSAL, number, f"{place}.")
    rule = _RULES.get(fields["rule"])
    if rule is None:
        hint = "the id of a rule, which `synap-mock rules` lists"
        raise invalid(number, f"{place}.rule must be {hint}, not {quote(fields['rule'])}")
    if not all(type(step) in {str, int} for step in fields["path"]):
        raise invalid(number, f"{place}.path must be a list of strings and whole numbers")
    details = fields["details"]
    if not all(isinstance(each, list) and list(map(type, each)) == [str, str] for each in details):
        raise invalid(number, f"{place}.details must be a list of pairs of strings")
    return Refusal(rule, fields["text"], tuple(fields["path"]), tuple((name, text) for name, text in details))
