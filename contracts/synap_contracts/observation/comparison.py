"""What was asked against what the server recorded."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.observation.expected import canonical
from synap_contracts.server.server import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from synap_contracts.server.server import Recorded, Truth

Json = Any

CLAUSE_OF: Final = {
    "role": "SEND-ROLE",
    "content": "SEND-CONTENT",
    "user_id": "SEND-ATTRIBUTION",
    "customer_id": "SEND-ATTRIBUTION",
    "session_id": "SEND-ATTRIBUTION",
    "metadata": "SEND-METADATA",
}
FIELDS: Final = tuple(CLAUSE_OF)

Place = tuple[str, str]
"""An instance and a conversation."""


@dataclass(frozen=True)
class Asked:
    """A message that the server was to record.

    Args:
        call: The number of its call.
        index: Its place in the call.
        entry: As the client got it.
        instance: Where it belongs.
        optional: Whether the server was to refuse it.
    """

    call: int
    index: int
    entry: Json
    instance: str
    optional: bool = False


@dataclass(frozen=True)
class Placed:
    """A recorded message, and where."""

    place: Place
    record: Recorded


@dataclass
class Comparison:
    """What the server recorded, laid beside what was asked."""

    known: tuple[str, ...] = FIELDS
    kept: dict[tuple[int, int], Placed] = field(default_factory=dict)
    """By call and index: the recorded message, changed or not."""
    changed: list[tuple[Asked, Placed, tuple[str, ...]]] = field(default_factory=list)
    lost: list[Asked] = field(default_factory=list)
    moved: list[tuple[Asked, Placed]] = field(default_factory=list)
    doubled: list[tuple[Asked, Placed]] = field(default_factory=list)
    strange: list[Placed] = field(default_factory=list)
    disordered: list[tuple[Asked, Asked]] = field(default_factory=list)

    def likeness(self, entry: Json) -> str:
        """Equal for messages that count as equal."""
        return likeness(entry, self.known)


def normal(value: Json) -> Json:
    """A JSON value such that values that count as equal are written the same: 1.0 as 1, but true is not 1."""
    match value:
        case bool():
            return value
        case float() if value.is_integer():
            return int(Decimal(repr(value)))  # in its shortest digits, as JavaScript writes it out
        case dict():
            return {key: normal(each) for key, each in value.items()}
        case list():
            return [normal(each) for each in value]
    return value


def field_of(entry: Json, name: str) -> Json:
    """A field, where absent and null are one, and metadata absent, null and empty are one."""
    value = entry.get(name)
    return (value or {}) if name == "metadata" and isinstance(value, dict | None) else value


def likeness(entry: Json, known: Iterable[str] = FIELDS) -> str:
    """What equal messages of a conversation have in common."""
    return json.dumps([normal(field_of(entry, name)) for name in known], sort_keys=True)


def differences(entry: Json, recorded: Json, known: Iterable[str]) -> tuple[str, ...]:
    """The fields that differ."""
    return tuple(name for name in known if likeness(entry, (name,)) != likeness(recorded, (name,)))


def grown(before: Truth, after: Truth) -> dict[Place, tuple[Recorded, ...]]:
    """What was recorded meanwhile: conversations only grow."""
    return {place: rows[len(before.get(place, ())) :] for place, rows in after.items() if rows != before.get(place, ())}


def compare(asked: list[Asked], recorded: Mapping[Place, tuple[Recorded, ...]]) -> Comparison:
    """Lay what was recorded beside what was asked.

    Args:
        asked: Every message of the calls, in order.
        recorded: What the server recorded meanwhile.
    """
    first: Json = next((row.entry for rows in recorded.values() for row in rows), {})
    known = tuple(name for name in FIELDS if first.get(name) is not UNKNOWN)
    found = Comparison(known)
    wanted: dict[Place, list[Asked]] = defaultdict(list)
    for each in asked:
        wanted[each.instance, canonical(each.entry["conversation_id"]) or ""].append(each)
    for place in wanted.keys() | recorded.keys():
        _beside(found, wanted.get(place, []), [Placed(place, row) for row in recorded.get(place, ())])
    _reunite(found)
    return found


def _beside(found: Comparison, wanted: list[Asked], placed: list[Placed]) -> None:
    """Match one conversation: equal ones first, then what is left over by its order."""
    if _in_place(found, wanted, placed):
        return
    waiting: dict[str, list[Asked]] = defaultdict(list)
    for each in wanted:
        waiting[found.likeness(each.entry)].append(each)
    for same in waiting.values():
        same.sort(key=lambda each: each.optional)  # a message that was to be refused is recorded last of its equals
    all_alike = {alike: same[0] for alike, same in waiting.items()}
    matched: list[tuple[Asked, Placed]] = []
    over: list[Placed] = []
    for at in placed:
        same = waiting.get(found.likeness(at.record.entry), [])
        if same:
            matched.append((same.pop(0), at))
        else:
            over.append(at)
    found.kept |= {(each.call, each.index): at for each, at in matched}
    missing = sorted(
        (each for same in waiting.values() for each in same if not each.optional), key=lambda e: (e.call, e.index)
    )
    extra = [at for at in over if found.likeness(at.record.entry) in all_alike]
    found.doubled += [(all_alike[found.likeness(at.record.entry)], at) for at in extra]
    foreign = [at for at in over if at not in extra]
    for one, at in zip(missing, foreign, strict=False):
        found.changed.append((one, at, differences(one.entry, at.record.entry, found.known)))
        found.kept[one.call, one.index] = at
    found.lost += missing[len(foreign) :]
    found.strange += foreign[len(missing) :]
    _ordered(found, matched)


def _in_place(found: Comparison, wanted: list[Asked], placed: list[Placed]) -> bool:
    """As many as were asked, and not the same ones in another order: each is what was asked at its place."""
    asked = [found.likeness(each.entry) for each in wanted]
    got = [found.likeness(at.record.entry) for at in placed]
    several = len({each.call for each in wanted}) > 1 or any(each.optional for each in wanted)
    if several or len(asked) != len(got) or sorted(asked) == sorted(got):
        return False
    for each, at, left, right in zip(wanted, placed, asked, got, strict=True):
        found.kept[each.call, each.index] = at
        if left != right:
            found.changed.append((each, at, differences(each.entry, at.record.entry, found.known)))
    return True


def _ordered(found: Comparison, matched: list[tuple[Asked, Placed]]) -> None:
    """Whether the messages of each call stand in submission order; equal ones are interchangeable."""
    by_call: dict[int, list[Asked]] = defaultdict(list)
    for each, _ in matched:
        by_call[each.call].append(each)
    for recorded in by_call.values():
        submitted = sorted(recorded, key=lambda each: each.index)
        for first, then in zip(submitted, recorded, strict=True):
            if found.likeness(first.entry) != found.likeness(then.entry):
                found.disordered.append((first, then))
                break


def _reunite(found: Comparison) -> None:
    """A message that is lost in its conversation and turns up in another was moved."""
    for each in tuple(found.lost):
        content = likeness(each.entry, ("role", "content"))
        for at in found.strange:
            if likeness(at.record.entry, ("role", "content")) == content:
                found.lost.remove(each)
                found.strange.remove(at)
                found.moved.append((each, at))
                found.kept[each.call, each.index] = at
                break
