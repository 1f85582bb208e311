"""What is wrong with what the server recorded, whatever the caller was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_contracts.clauses.answers import claims, failed_row
from synap_contracts.client.protocol import Returned
from synap_contracts.observation.comparison import CLAUSE_OF, field_of
from synap_contracts.observation.expected import broken_clause, canonical
from synap_contracts.observation.finding import Finding, apart, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.observation.comparison import Asked, Comparison, Placed
    from synap_contracts.observation.observed import CallSeen, Event


def of_call(seen: CallSeen, comparison: Comparison) -> Iterator[Finding]:
    """What the server recorded of a call."""
    if isinstance(seen.told, Returned) and not _garbled(seen):
        lost = [each for each in asked_by(seen, comparison.lost) if not _said_failed(seen, each.index)]
        for each in lost:
            at = f"messages[{each.index}]"
            yield Finding("SEND-ALL", f"{at} is not recorded", seen.number, (at,))
    yield from (_moved(each, placed) for each, placed in comparison.moved if each.call == seen.number)
    for each, placed, names in comparison.changed:
        if each.call == seen.number:
            yield from (_altered(each, placed, name) for name in names)
    for first, then in comparison.disordered:
        if first.call == seen.number:
            yield Finding(
                "SEND-ORDER",
                f"the transcript has messages[{then.index}] where messages[{first.index}] belongs",
                seen.number,
                (f"messages[{first.index}]", f"messages[{then.index}]"),
            )
    for each, placed in comparison.doubled:
        if each.call == seen.number:
            yield from _doubled(seen, each, placed)


def asked_by(seen: CallSeen, asked: list[Asked]) -> list[Asked]:
    """The messages of one call."""
    return [each for each in asked if each.call == seen.number]


def _moved(each: Asked, placed: Placed) -> Finding:
    foreign = placed.place[0] != each.instance
    what = "in another key's instance" if foreign else f"in conversation {placed.place[1]}"
    return Finding(
        "AUTH-OWN" if foreign else "SEND-ALL",
        f"messages[{each.index}] is recorded {what}",
        each.call,
        (f"messages[{each.index}].conversation_id",),
    )


def _altered(each: Asked, placed: Placed, name: str) -> Finding:
    at = f"messages[{each.index}].{name}"
    was, got = apart(field_of(each.entry, name), field_of(placed.record.entry, name))
    return Finding(CLAUSE_OF[name], f"{at} was {was}, and the server got {got}", each.call, (at,))


def _said_failed(seen: CallSeen, index: int) -> bool:
    rows = (
        seen.told.answer.get("results")
        if isinstance(seen.told, Returned) and isinstance(seen.told.answer, dict)
        else None
    )
    return isinstance(rows, list) and len(rows) == len(seen.messages) and failed_row(rows[index]) and not seen.refused


def _garbled(seen: CallSeen) -> bool:
    """Whether what the caller was told has nothing to do with what the server has, and not by the client's doing."""
    if seen.trouble is None or not isinstance(seen.told, Returned):
        return False
    return seen.trouble.rows is not None or not claims(seen.told.answer)


def _doubled(seen: CallSeen, each: Asked, placed: Placed) -> Iterator[Finding]:
    after = f"{seen.trouble.named}, and " if seen.trouble else ""
    sentence = f"{after}your client recorded messages[{each.index}] twice"
    if placed.place[0] != each.instance:
        yield Finding("AUTH-OWN", f"messages[{each.index}] is recorded in another key's instance too", seen.number)
    yield Finding("ONCE", sentence, seen.number, (f"messages[{each.index}]",))
    if not seen.trouble:
        yield Finding("SEND-ONLY", sentence, seen.number, (f"messages[{each.index}]",))


def beside_the_calls(event: Event, comparison: Comparison, past: list[CallSeen]) -> Iterator[Finding]:
    """Messages that no call of this step submitted."""
    own = {seen.key.instance_id for seen in event.calls}
    seen = event.calls[0]
    if any(broken_clause(entry) for call in event.calls for entry in call.messages):
        return  # told above: what a wrong entry was made into
    no_uuid = {
        each["content"]: (call.number, f"messages[{index}].conversation_id")
        for call in event.calls
        for index, each in enumerate(call.messages)
        if not canonical(each["conversation_id"])
    }
    for placed in comparison.strange:
        entry = placed.record.entry
        if entry["content"] in no_uuid:
            number, at = no_uuid[entry["content"]]
            sentence = f"{at} is no UUID, and the server recorded {shown(entry['content'])}"
            yield Finding("IN-UUID", sentence, number, (at,))
            continue
        before = next((call for call in past if _submitted(call, entry, comparison)), None)
        if seen.barred or seen.key.instance_id not in own or placed.place[0] not in own:
            clause = {"unknown": "AUTH-INVALID", "missing": "AUTH-MISSING"}.get(seen.kind)
            clause = clause or ("AUTH-REVOKED" if seen.revoked else "AUTH-OWN")
            yield Finding(clause, f"{shown(entry['content'])} is recorded under a key that isn't its own", seen.number)
        elif before is not None:
            sentence = (
                f"the message {shown(entry['content'])} of call {before.number} was sent again by call {seen.number}"
            )
            yield Finding("RES-CALLS", sentence, seen.number)
            yield Finding("SEND-ONLY", sentence, seen.number)
        else:
            yield Finding("SEND-ONLY", f"the server recorded {shown(entry['content'])}, which nobody sent", seen.number)


def _submitted(call: CallSeen, entry: object, comparison: Comparison) -> bool:
    return any(
        broken_clause(each) is None and comparison.likeness(each) == comparison.likeness(entry)
        for each in call.messages
    )
