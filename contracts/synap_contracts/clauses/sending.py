"""Every accepted message arrives: once, unchanged, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.auth import AUTH_INVALID, AUTH_MISSING, AUTH_OWN, AUTH_REVOKED
from synap_contracts.clauses.clause import ACCEPTED, OWN_CHOICE, PAGE, PARAMETERS, Check, must, should
from synap_contracts.clauses.inputs import IN_UUID, violated_clauses
from synap_contracts.clauses.results import RES_COUNTS, RES_ROWS, RES_TOTAL
from synap_contracts.clauses.rows import (
    ACCEPT,
    RES_CALLS,
    RES_ORDER,
    RES_SUCCESS,
    RES_TIME,
    RES_UNIQUE,
    claimed_successes,
    complete_rows,
    is_failed,
)
from synap_contracts.client.protocol import Raised, Returned
from synap_contracts.observation.comparison import field_of
from synap_contracts.observation.expected import OPTIONAL_STRINGS, canonical
from synap_contracts.observation.violation import Violation, format_pair, format_value
from synap_contracts.scenarios import ordinary, strategies
from synap_contracts.scenarios.kinds import batches
from synap_contracts.scenarios.kinds.limits import limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.observation.comparison import Comparison, Stored, Submitted
    from synap_contracts.observation.observed import ObservedCall, ObservedStep
    from synap_contracts.scenarios.model import Json
    from synap_contracts.server.server import Capability

SEND_CONTENT = must(
    "SEND-CONTENT",
    "derived",
    f"{PARAMETERS} (content: message text)",
    "content arrives code point for code point: any script, whitespace, control characters, normalization forms, long "
    "texts.",
    ordinary=True,
)
SEND_ROLE = must("SEND-ROLE", "derived", PARAMETERS, "role arrives as sent.", ordinary=True)
SEND_ATTRIBUTION = must(
    "SEND-ATTRIBUTION",
    "derived",
    PARAMETERS,
    "user_id, customer_id and session_id arrive as sent, and none is invented.",
    ordinary=True,
)
SEND_METADATA = must(
    "SEND-METADATA",
    "derived",
    f"{PARAMETERS} (free-form)",
    "metadata arrives as the same JSON value, nested, with unusual keys.",
    ordinary=True,
)
SEND_ORDER = must(
    "SEND-ORDER",
    "derived",
    f"{PAGE}, first paragraph (backfilling an existing transcript)",
    "The transcript of each conversation is in submission order.",
    ordinary=True,
)
SEND_ALL = must("SEND-ALL", "derived", ACCEPTED, "Every accepted message is recorded.", ordinary=True)
SEND_ONLY = must(
    "SEND-ONLY",
    "derived",
    ACCEPTED,
    "Nothing else is recorded, and equal messages are recorded as often as they were sent.",
    ordinary=True,
)
SEND_INPUT = should(
    "SEND-INPUT",
    "assumed",
    OWN_CHOICE,
    "The call does not change the caller's list and dicts, including nested ones.",
    ordinary=True,
)
ONCE = must("ONCE", "derived", ACCEPTED, "One call never records a message twice, whatever fails.", ordinary=True)

CLAUSE_OF_FIELD: Final = {
    "role": SEND_ROLE.id,
    "content": SEND_CONTENT.id,
    "metadata": SEND_METADATA.id,
    **dict.fromkeys(OPTIONAL_STRINGS, SEND_ATTRIBUTION.id),
}
"""The clause that requires a field to arrive as sent."""


def judge_input(call: ObservedCall) -> Iterator[Violation]:
    """Judge that the caller's messages are unchanged."""
    if isinstance(call.outcome, Returned | Raised) and call.outcome.changed and call.call.given == "list":
        path = call.outcome.changed
        yield Violation(SEND_INPUT.id, f"the client changed the caller's {path}", call.number, (path,))


def judge_recorded(call: ObservedCall, comparison: Comparison) -> Iterator[Violation]:
    """Judge what the server recorded of a call."""
    yield from _judge_missing(call, comparison)
    yield from (_misplaced(each, stored) for each, stored in comparison.misplaced if each.call == call.number)
    for each, stored, names in comparison.changed:
        yield from (_changed(each, stored, name) for name in names if each.call == call.number)
    for first, other in comparison.out_of_order:
        if first.call == call.number:
            message = f"the transcript has messages[{other.index}] in the place of messages[{first.index}]"
            paths = (f"messages[{first.index}]", f"messages[{other.index}]")
            yield Violation(SEND_ORDER.id, message, call.number, paths)
    for each, stored in comparison.duplicated:
        if each.call == call.number:
            yield from _duplicated(call, each, stored)


def _judge_missing(call: ObservedCall, comparison: Comparison) -> Iterator[Violation]:
    if not isinstance(call.outcome, Returned) or _is_independent(call, call.outcome.answer):
        return
    failed = [] if call.rejected else list(map(is_failed, complete_rows(call, call.outcome.answer)))
    for each in comparison.missing_of(call.number):
        if not (failed and failed[each.index]):
            path = f"messages[{each.index}]"
            yield Violation(SEND_ALL.id, f"{path} is not recorded", call.number, (path,))


def _is_independent(call: ObservedCall, answer: Json) -> bool:
    """Return whether the answer does not describe the recorded data, and not because of the client."""
    return call.trouble is not None and (call.trouble.rows is not None or not claimed_successes(answer))


def _misplaced(each: Submitted, stored: Stored) -> Violation:
    other_key = stored.place[0] != each.instance
    where = "in another key's instance" if other_key else f"in conversation {stored.place[1]}"
    clause = AUTH_OWN if other_key else SEND_ALL
    paths = (f"messages[{each.index}].conversation_id",)
    return Violation(clause.id, f"messages[{each.index}] is recorded {where}", each.call, paths)


def _changed(each: Submitted, stored: Stored, name: str) -> Violation:
    path = f"messages[{each.index}].{name}"
    before, after = format_pair(field_of(each.entry, name), field_of(stored.record.entry, name))
    message = f"{path} was {before}, and the server received {after}"
    return Violation(CLAUSE_OF_FIELD[name], message, each.call, (path,))


def _duplicated(call: ObservedCall, each: Submitted, stored: Stored) -> Iterator[Violation]:
    path = f"messages[{each.index}]"
    message = f"{call.trouble.named}, and the client " if call.trouble else "the client "
    message += f"recorded {path} twice"
    if stored.place[0] != each.instance:
        yield Violation(AUTH_OWN.id, f"{path} is also recorded in another key's instance", call.number)
    yield Violation(ONCE.id, message, call.number, (path,))
    if not call.trouble:
        yield Violation(SEND_ONLY.id, message, call.number, (path,))


def judge_unexpected(step: ObservedStep, comparison: Comparison, past: list[ObservedCall]) -> Iterator[Violation]:
    """Judge the recorded messages that no call of this step submitted."""
    if any(any(violated_clauses(call)) for call in step.calls):
        return  # judge_invalid_call reports what became of an invalid entry
    not_uuids = {
        entry["content"]: (call.number, f"messages[{index}].conversation_id")
        for call in step.calls
        for index, entry in enumerate(call.messages)
        if not canonical(entry["conversation_id"])
    }
    for stored in comparison.unexpected:
        content = stored.record.entry["content"]
        if content in not_uuids:
            number, path = not_uuids[content]
            message = f"{path} is not a UUID, but the server recorded {format_value(content)}"
            yield Violation(IN_UUID.id, message, number, (path,))
        else:
            yield from _judge_unexpected_message(step, stored, comparison, past)


def _judge_unexpected_message(
    step: ObservedStep, stored: Stored, comparison: Comparison, past: list[ObservedCall]
) -> Iterator[Violation]:
    call = step.calls[0]
    content = format_value(stored.record.entry["content"])
    earlier = next((each for each in past if _submitted(each, stored, comparison)), None)
    if call.unauthorized or stored.place[0] not in {each.key.instance_id for each in step.calls}:
        clause = {"unknown": AUTH_INVALID, "missing": AUTH_MISSING}.get(call.key_kind)
        clause = clause or (AUTH_REVOKED if call.revoked else AUTH_OWN)
        yield Violation(clause.id, f"{content} is recorded under another key than its own", call.number)
    elif earlier is not None:
        message = f"call {call.number} sent the message {content} of call {earlier.number} again"
        yield Violation(RES_CALLS.id, message, call.number)
        yield Violation(SEND_ONLY.id, message, call.number)
    else:
        message = f"the server recorded {content}, which no call submitted"
        yield Violation(SEND_ONLY.id, message, call.number)


def _submitted(call: ObservedCall, stored: Stored, comparison: Comparison) -> bool:
    likeness = comparison.likeness(stored.record.entry)
    valid = (entry for entry, clause in zip(call.messages, violated_clauses(call), strict=True) if clause is None)
    return any(comparison.likeness(entry) == likeness for entry in valid)


_ANSWER: Final = (RES_TOTAL, RES_COUNTS, RES_ROWS, RES_ORDER, RES_SUCCESS, RES_UNIQUE, RES_TIME)
_TRUTH: Final[frozenset[Capability]] = frozenset({"truth"})

CHECKS = (
    Check("sizes", (ACCEPT, *_ANSWER, SEND_ALL, SEND_ORDER), ordinary.sizes, ordinary=True),
    Check("equal messages", (SEND_ONLY, RES_UNIQUE), ordinary.equal_messages, ordinary=True),
    Check("contents", (SEND_CONTENT, ACCEPT), ordinary.contents, ordinary=True),
    Check("metadata", (SEND_METADATA,), ordinary.metadata, needs=_TRUTH, ordinary=True),
    Check("attribution", (SEND_ATTRIBUTION,), ordinary.attribution, needs=_TRUTH, ordinary=True),
    Check("kinds of content", (SEND_CONTENT,), batches.contents, drawn=batches.drawn, share=0.25, ordinary=True),
    Check("kinds of metadata and IDs", (SEND_METADATA, SEND_ATTRIBUTION), batches.fields, needs=_TRUTH, ordinary=True),
    Check("empty IDs", (SEND_ATTRIBUTION,), batches.empty_ids, needs=_TRUTH, ordinary=True),
    Check("limits", (SEND_CONTENT, SEND_METADATA), limits, ordinary=True),
    Check("order", (SEND_ORDER, SEND_ROLE), ordinary.order, ordinary=True),
    Check("unchanged input", (SEND_INPUT,), ordinary.unchanged, abilities=frozenset({"input"})),
    Check(
        "batches",
        (ACCEPT, *_ANSWER, SEND_CONTENT, SEND_ROLE, SEND_ORDER, SEND_ALL, SEND_ONLY),
        drawn=strategies.plain(),
        share=2,
        ordinary=True,
    ),
)
