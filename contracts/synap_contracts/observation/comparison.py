"""What was submitted compared with what the server recorded."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from synap_contracts.observation.expected import OPTIONAL_STRINGS, canonical
from synap_contracts.server.server import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from synap_contracts.server.server import Recorded, Recording

Json: TypeAlias = Any

_ENCODER: Final = json.JSONEncoder(sort_keys=True, check_circular=False)
FIELDS: Final = ("role", "content", *OPTIONAL_STRINGS, "metadata")

Place = tuple[str, str]
"""An instance and a conversation."""


@dataclass(frozen=True)
class Submitted:
    """A message that the server had to record.

    Args:
        call: The number of its call.
        index: Its index in the call.
        entry: The entry as the client received it.
        instance: The instance that it belongs to.
        optional: Whether the server was to reject it.
    """

    call: int
    index: int
    entry: Json
    instance: str
    optional: bool = False


@dataclass(frozen=True)
class Stored:
    """A recorded message and its place."""

    place: Place
    record: Recorded


@dataclass
class Comparison:
    """The differences between the submitted and the recorded messages.

    Args:
        fields: The fields that the server can return.
        matched: The recorded message for each call and index, changed or not.
        changed: Messages that differ, with the names of the fields.
        missing: Messages that are not recorded.
        misplaced: Messages that are recorded in another conversation or instance.
        duplicated: Messages that are recorded again.
        unexpected: Recorded messages that no call submitted.
        out_of_order: A message, and the message that is recorded in its place.
    """

    fields: tuple[str, ...] = FIELDS
    matched: dict[tuple[int, int], Stored] = field(default_factory=dict)
    changed: list[tuple[Submitted, Stored, tuple[str, ...]]] = field(default_factory=list)
    missing: list[Submitted] = field(default_factory=list)
    misplaced: list[tuple[Submitted, Stored]] = field(default_factory=list)
    duplicated: list[tuple[Submitted, Stored]] = field(default_factory=list)
    unexpected: list[Stored] = field(default_factory=list)
    out_of_order: list[tuple[Submitted, Submitted]] = field(default_factory=list)
    _likenesses: dict[int, tuple[Json, str]] = field(default_factory=dict, repr=False)
    """Texts by the identity of the message, with the message, so that no other one gets its identity."""

    def likeness(self, entry: Json) -> str:
        """Return a text that is the same for equal messages. It is computed once for each message object."""
        cached = self._likenesses.get(id(entry))
        if cached is None:
            cached = self._likenesses[id(entry)] = entry, likeness(entry, self.fields)
        return cached[1]

    def differ_only_in_changes(self, recorded: Json, entry: Json) -> bool:
        """Return whether a recorded and a submitted message differ only in fields that the client changed."""
        changed = {name for _, _, names in self.changed for name in names}
        unchanged = [name for name in self.fields if name not in changed]
        return likeness(recorded, unchanged) == likeness(entry, unchanged)

    def missing_of(self, call: int) -> list[Submitted]:
        """Return the missing messages of one call."""
        return [each for each in self.missing if each.call == call]

    def count_of(self, call: int) -> int:
        """Return the number of recorded messages of one call."""
        return sum(number == call for number, _ in self.matched)


def normalize(value: Json) -> Json:
    """Normalize a JSON value so that equal values have the same text: 1.0 equals 1, but true does not."""
    if value is None or isinstance(value, str):
        return value
    match value:
        case bool():
            return value
        case float() if value.is_integer():
            return int(Decimal(repr(value)))  # from its shortest digits, as JavaScript writes it
        case dict():
            return {key: normalize(each) for key, each in value.items()}
        case list():
            return [normalize(each) for each in value]
    return value


def field_of(entry: Json, name: str) -> Json:
    """Return a field. Absent equals null; for metadata, absent, null and empty are equal."""
    value = entry.get(name)
    return (value or {}) if name == "metadata" and isinstance(value, dict | None) else value


def likeness(entry: Json, fields: Iterable[str] = FIELDS) -> str:
    """Return a text that is the same for messages whose fields are equal."""
    return _ENCODER.encode([normalize(field_of(entry, name)) for name in fields])


def differences(entry: Json, recorded: Json, fields: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the fields that differ."""
    return tuple(name for name in fields if likeness(entry, (name,)) != likeness(recorded, (name,)))


def new_messages(before: Recording, after: Recording) -> dict[Place, tuple[Recorded, ...]]:
    """Return what was recorded between two readings: conversations only grow."""
    return {place: rows[len(before.get(place, ())) :] for place, rows in after.items() if rows != before.get(place, ())}


def compare(submitted: list[Submitted], recorded: Mapping[Place, tuple[Recorded, ...]]) -> Comparison:
    """Compare submitted with recorded messages.

    Args:
        submitted: All messages of the calls, in order.
        recorded: What the server recorded during the calls.
    """
    first: Json = next((row.entry for rows in recorded.values() for row in rows), {})
    comparison = Comparison(tuple(name for name in FIELDS if first.get(name) is not UNKNOWN))
    expected: dict[Place, list[Submitted]] = defaultdict(list)
    for each in submitted:
        expected[each.instance, canonical(each.entry["conversation_id"]) or ""].append(each)
    for place in dict.fromkeys((*expected, *recorded)):
        stored = [Stored(place, row) for row in recorded.get(place, ())]
        if not _match_by_position(comparison, expected.get(place, []), stored):
            _match_by_content(comparison, expected.get(place, []), stored)
    _match_misplaced(comparison)
    return comparison


def _match_by_position(comparison: Comparison, expected: list[Submitted], stored: list[Stored]) -> bool:
    """Match one conversation if it has as many messages as were submitted, and not the same ones in another order."""
    left = [comparison.likeness(each.entry) for each in expected]
    right = [comparison.likeness(each.record.entry) for each in stored]
    several_calls = len({each.call for each in expected}) > 1
    if several_calls or any(each.optional for each in expected):
        return False
    if len(left) != len(right) or sorted(left) == sorted(right):
        return False
    for each, at, submitted, recorded in zip(expected, stored, left, right, strict=True):
        _match(comparison, each, at, changed=submitted != recorded)
    return True


def _match(comparison: Comparison, each: Submitted, stored: Stored, *, changed: bool) -> None:
    comparison.matched[each.call, each.index] = stored
    if changed:
        names = differences(each.entry, stored.record.entry, comparison.fields)
        comparison.changed.append((each, stored, names))


def _match_by_content(comparison: Comparison, expected: list[Submitted], stored: list[Stored]) -> None:
    """Match one conversation: equal messages first, then the rest by its order."""
    groups: dict[str, list[Submitted]] = defaultdict(list)
    for each in expected:
        groups[comparison.likeness(each.entry)].append(each)
    for group in groups.values():
        group.sort(key=lambda each: each.optional)  # of equal messages, those to be rejected match last
    firsts = {likeness: group[0] for likeness, group in groups.items()}
    matched: list[tuple[Submitted, Stored]] = []
    others: list[Stored] = []
    for at in stored:
        likeness = comparison.likeness(at.record.entry)
        if same := groups.get(likeness):
            matched.append((same.pop(0), at))
        elif likeness in firsts:
            comparison.duplicated.append((firsts[likeness], at))
        else:
            others.append(at)
    for each, at in matched:
        _match(comparison, each, at, changed=False)
    missing = sorted(
        (each for group in groups.values() for each in group if not each.optional), key=lambda e: (e.call, e.index)
    )
    for each, at in zip(missing, others, strict=False):
        _match(comparison, each, at, changed=True)
    comparison.missing += missing[len(others) :]
    comparison.unexpected += others[len(missing) :]
    _compare_order(comparison, [each for each, _ in matched])


def _compare_order(comparison: Comparison, matched: list[Submitted]) -> None:
    """Compare the order of each call's messages. Equal messages are interchangeable."""
    by_call: dict[int, list[Submitted]] = defaultdict(list)
    for each in matched:
        by_call[each.call].append(each)
    for recorded in by_call.values():
        pairs = zip(sorted(recorded, key=lambda each: each.index), recorded, strict=True)
        different = (pair for pair in pairs if comparison.likeness(pair[0].entry) != comparison.likeness(pair[1].entry))
        comparison.out_of_order += [pair for pair in [next(different, None)] if pair]


def _match_misplaced(comparison: Comparison) -> None:
    """Match messages that are missing in their conversation with unexpected ones in others."""
    for each in tuple(comparison.missing):
        content = likeness(each.entry, ("role", "content"))
        same = [at for at in comparison.unexpected if likeness(at.record.entry, ("role", "content")) == content]
        # In another instance, the same conversation; in another conversation, any with the message.
        same.sort(key=lambda at: at.place[1] != canonical(each.entry["conversation_id"]))
        if stored := next(iter(same), None):
            comparison.missing.remove(each)
            comparison.unexpected.remove(stored)
            comparison.misplaced.append((each, stored))
            comparison.matched[each.call, each.index] = stored
