"""Every accepted message arrives: once, unchanged, in order."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.clauses.auth import AUTH_INVALID, AUTH_MISSING, AUTH_OWN, AUTH_REVOKED
from synap_contracts.clauses.clause import ACCEPTED, OWN_CHOICE, PAGE, PARAMETERS, Check, Depth, must, should
from synap_contracts.clauses.inputs import IN_UUID, violation
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
from synap_contracts.observation.expected import MOST, OPTIONAL_STRINGS, canonical
from synap_contracts.observation.finding import Finding, format_pair, format_value
from synap_contracts.scenarios import edge_cases, strategies
from synap_contracts.scenarios.messages import message, several
from synap_contracts.scenarios.model import Call, Scenario, one

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

_CLAUSE_OF_FIELD: Final = {
    "role": SEND_ROLE.id,
    "content": SEND_CONTENT.id,
    "metadata": SEND_METADATA.id,
    **dict.fromkeys(OPTIONAL_STRINGS, SEND_ATTRIBUTION.id),
}


def judge_input(call: ObservedCall) -> Iterator[Finding]:
    """Judge that the caller's messages are unchanged."""
    if isinstance(call.outcome, Returned | Raised) and call.outcome.changed and call.call.given == "list":
        path = call.outcome.changed
        yield Finding(SEND_INPUT.id, f"the client changed the caller's {path}", call.number, (path,))


def judge_recorded(call: ObservedCall, comparison: Comparison) -> Iterator[Finding]:
    """Judge what the server recorded of a call."""
    yield from _judge_missing(call, comparison)
    yield from (_misplaced(each, stored) for each, stored in comparison.misplaced if each.call == call.number)
    for each, stored, names in comparison.changed:
        yield from (_changed(each, stored, name) for name in names if each.call == call.number)
    for first, other in comparison.out_of_order:
        if first.call == call.number:
            message = f"the transcript has messages[{other.index}] in the place of messages[{first.index}]"
            paths = (f"messages[{first.index}]", f"messages[{other.index}]")
            yield Finding(SEND_ORDER.id, message, call.number, paths)
    for each, stored in comparison.duplicated:
        if each.call == call.number:
            yield from _duplicated(call, each, stored)


def _judge_missing(call: ObservedCall, comparison: Comparison) -> Iterator[Finding]:
    if not isinstance(call.outcome, Returned) or _is_independent(call, call.outcome.answer):
        return
    failed = [] if call.rejected else list(map(is_failed, complete_rows(call, call.outcome.answer)))
    for each in comparison.missing_of(call.number):
        if not (failed and failed[each.index]):
            path = f"messages[{each.index}]"
            yield Finding(SEND_ALL.id, f"{path} is not recorded", call.number, (path,))


def _is_independent(call: ObservedCall, answer: Json) -> bool:
    """Return whether the answer does not describe the recorded data, and not because of the client."""
    return call.trouble is not None and (call.trouble.rows is not None or not claimed_successes(answer))


def _misplaced(each: Submitted, stored: Stored) -> Finding:
    other_key = stored.place[0] != each.instance
    where = "in another key's instance" if other_key else f"in conversation {stored.place[1]}"
    clause = AUTH_OWN if other_key else SEND_ALL
    paths = (f"messages[{each.index}].conversation_id",)
    return Finding(clause.id, f"messages[{each.index}] is recorded {where}", each.call, paths)


def _changed(each: Submitted, stored: Stored, name: str) -> Finding:
    path = f"messages[{each.index}].{name}"
    before, after = format_pair(field_of(each.entry, name), field_of(stored.record.entry, name))
    return Finding(_CLAUSE_OF_FIELD[name], f"{path} was {before}, and the server received {after}", each.call, (path,))


def _duplicated(call: ObservedCall, each: Submitted, stored: Stored) -> Iterator[Finding]:
    path = f"messages[{each.index}]"
    message = f"{call.trouble.named}, and the client " if call.trouble else "the client "
    message += f"recorded {path} twice"
    if stored.place[0] != each.instance:
        yield Finding(AUTH_OWN.id, f"{path} is also recorded in another key's instance", call.number)
    yield Finding(ONCE.id, message, call.number, (path,))
    if not call.trouble:
        yield Finding(SEND_ONLY.id, message, call.number, (path,))


def judge_unexpected(step: ObservedStep, comparison: Comparison, past: list[ObservedCall]) -> Iterator[Finding]:
    """Judge the recorded messages that no call of this step submitted."""
    if any(violation(entry) for call in step.calls for entry in call.messages):
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
            yield Finding(IN_UUID.id, message, number, (path,))
        else:
            yield from _judge_unexpected_message(step, stored, comparison, past)


def _judge_unexpected_message(
    step: ObservedStep, stored: Stored, comparison: Comparison, past: list[ObservedCall]
) -> Iterator[Finding]:
    call = step.calls[0]
    content = format_value(stored.record.entry["content"])
    earlier = next((each for each in past if _submitted(each, stored, comparison)), None)
    if call.unauthorized or stored.place[0] not in {each.key.instance_id for each in step.calls}:
        clause = {"unknown": AUTH_INVALID, "missing": AUTH_MISSING}.get(call.key_kind)
        clause = clause or (AUTH_REVOKED if call.revoked else AUTH_OWN)
        yield Finding(clause.id, f"{content} is recorded under another key than its own", call.number)
    elif earlier is not None:
        message = f"call {call.number} sent the message {content} of call {earlier.number} again"
        yield Finding(RES_CALLS.id, message, call.number)
        yield Finding(SEND_ONLY.id, message, call.number)
    else:
        message = f"the server recorded {content}, which no call submitted"
        yield Finding(SEND_ONLY.id, message, call.number)


def _submitted(call: ObservedCall, stored: Stored, comparison: Comparison) -> bool:
    likeness = comparison.likeness(stored.record.entry)
    return any(violation(entry) is None and comparison.likeness(entry) == likeness for entry in call.messages)


def sizes(depth: Depth) -> tuple[Scenario, ...]:
    """Batches of each size at which clients are known to split; in the deep profile, of every size."""
    counts = range(1, 101) if depth == "deep" else edge_cases.SIZES
    return tuple(one(*several(count, 1 + count % 3)) for count in counts)


def equal_messages(_: Depth) -> tuple[Scenario, ...]:
    """Equal messages: adjacent, apart, in two conversations, and in two calls."""
    same, other = message(0), message(1)
    twice = Call((same, other))
    return (
        one(same, same),
        one(same, other, same),
        one(same, same, same, same),
        one(same, message(0, 1)),
        one(*several(60), *several(60)[:40]),
        one(message(0), message(0, user_id="u")),
        one(message(0), message(0, metadata={"a": 1})),
        Scenario((twice, twice)),
        Scenario((twice, Call((other,)), twice)),
    )


_SORTABLE: Final = ("timestamp", "created_at", "time", "date", "index", "order", "seq", "position", "priority")
_OTHERS: Final[Json] = {name: f"the {name}" for name in OPTIONAL_STRINGS}


def contents(depth: Depth) -> tuple[Scenario, ...]:
    """Each text that clients are known to change; long texts, whole and at the end of a batch."""
    lengths = (*edge_cases.LENGTHS, 5_000_000) if depth == "deep" else edge_cases.LENGTHS
    return (
        *_in_batches(edge_cases.TEXTS),
        *_in_batches(tuple(f"a{text}b" for text in edge_cases.TEXTS)),
        *_in_batches(edge_cases.TEXTS, shift=1, metadata={"a": 1}, **_OTHERS),
        one(*(message(n, content=str(n % 10) * length) for n, length in enumerate(lengths))),
        one(message(0, content="你" * 70_000), message(1, content="a" + "😀" * 40_000)),
        one(*(message(n, content="x" * 20_000 + str(n)) for n in range(60))),
        *(one(*(_rich(n) for n in range(count))) for count in (9, 21, 51, 100)),
        *(one(message(0, content=first), message(1, content=last)) for first, last in pairwise(edge_cases.TEXTS)),
    )


def _rich(number: int) -> Json:
    """Return a message in which each field has an unusual value, so that any change is visible."""
    ids: Json = {name: f" {name} {number} É" for name in OPTIONAL_STRINGS}
    return message(number, content=f" M{number} é\r\n", metadata={"A": [number, {"b": None}]}, **ids)


def _in_batches(texts: tuple[str, ...], shift: int = 0, **fields: Json) -> tuple[Scenario, ...]:
    """Return batches of half the size; those shifted by one have each text in the other role."""
    batches = (texts[start : start + MOST // 2] for start in range(0, len(texts), MOST // 2))
    return tuple(one(*(message(n + shift, **fields, content=text) for n, text in enumerate(b))) for b in batches)


def metadata(_: Depth) -> tuple[Scenario, ...]:
    """All unusual metadata; absent, null and empty metadata alongside."""
    deep: Json = 1
    for _level in range(40):
        deep = {"a": [deep]}
    return (
        one(*(message(n, metadata=value) for n, value in enumerate(edge_cases.METADATA))),
        one(*(message(n + 1, **_OTHERS, metadata=value) for n, value in enumerate(edge_cases.METADATA))),
        one(message(0), message(1, metadata=None), message(2, metadata={}), message(3, metadata={"a": 1})),
        one(message(0, metadata={"a": 1}), message(1, metadata={"b": 2}), message(2)),
        one(message(0, metadata={"a": 1}), message(1), message(2, metadata={"a": 2})),
        one(message(0, metadata=deep)),
        one(*({**message(0, n % 2), "metadata": value} for n, value in enumerate(({"a": 1}, {"a": 2}, {}, {"b": 3})))),
    )


def attribution(_: Depth) -> tuple[Scenario, ...]:
    """Each ID present, absent and null, in all combinations, equal and different; and unusual IDs."""
    names = OPTIONAL_STRINGS
    edge_ids = [dict.fromkeys(names, value) for value in edge_cases.IDS]
    mixed: list[Any] = [
        {
            name: value
            for place, name in enumerate(names)
            if (value := (..., None, "x")[number // 3**place % 3]) is not ...
        }
        for number in range(27)
    ]
    return (
        one(*(message(n, **each) for n, each in enumerate(mixed))),
        one(*(message(n, 0, **ids) for n, ids in enumerate(edge_ids))),
        one(*(message(n + 1, 0, metadata={"a": 1}, **ids) for n, ids in enumerate(edge_ids))),
        one(message(0, user_id="a"), message(1, user_id="b"), message(2)),
        one(message(0, session_id="s"), message(1, session_id="t"), message(2), message(3, session_id="s")),
        one(message(0, user_id="a", customer_id="b", session_id="c")),
        one(message(0), message(1, customer_id="c"), message(2, user_id="u")),
        one(message(0), message(1)),
        one(message(0, user_id="a"), message(0, user_id="b"), message(0), message(0, session_id="s")),
        one(*(message(n, 0, **{name: "$0"}) for n, name in enumerate(names)), message(3, 1, session_id="$0")),
        *(Scenario((Call(({**message(0), name: "x"},)), Call((message(1),)))) for name in names),
    )


def order(_: Depth) -> tuple[Scenario, ...]:
    """Interleaved conversations, roles in unusual orders, and a transcript over several calls."""
    back = tuple(message(9 - n, content=f"m{9 - n}") for n in range(10))
    same_role = tuple({**entry, "role": "assistant" if n < 3 else "user"} for n, entry in enumerate(several(6)))  # noqa: PLR2004 - half
    return (
        one(*several(7, 3)),
        one(*several(60, 3)),
        one(*several(100, 30)),
        one(*back),
        one(*same_role),
        one(*(message(n, content="x" * (9 - n)) for n in range(9))),
        one(message(0, 2), message(1, 0), message(2, 1), message(3, 0), message(4, 2), message(5, 5), message(6, 4)),
        one(*(message(n, n) for n in range(6))),
        *(one(*(message(n, 0, **{name: "ba"[n % 2]}) for n in range(5))) for name in OPTIONAL_STRINGS),
        one(message(0, user_id="b"), message(1), message(2, user_id="a"), message(3)),
        one(*(message(n, metadata={"a": 9 - n}) for n in range(5))),
        one(*(message(n, metadata=dict.fromkeys(_SORTABLE, f"2026-01-0{9 - n}")) for n in range(5))),
        one(message(0), message(1, metadata={"a": 1}), message(2), message(3, user_id="u"), message(4)),
        Scenario((Call(several(3)), Call((message(7), message(5))), Call((message(1), message(2))))),
    )


def unchanged(_: Depth) -> tuple[Scenario, ...]:
    """The caller's list and dicts, including nested ones, in calls that succeed and that fail."""
    full = message(0, user_id="u", metadata={"a": {"b": [2, 1, {"c": 2}]}, "d": ["b", "a"], "e": None})
    return (
        one(message(0)),
        one(message(0, user_id=None, metadata=None)),
        one(full, message(1)),
        one(full, message(1), {"conversation_id": "$0", "role": "user"}),
        one(*several(60, 2)),
    )


_ANSWER: Final = (RES_TOTAL, RES_COUNTS, RES_ROWS, RES_ORDER, RES_SUCCESS, RES_UNIQUE, RES_TIME)
_TRUTH: Final[frozenset[Capability]] = frozenset({"truth"})

CHECKS = (
    Check("sizes", (ACCEPT, *_ANSWER, SEND_ALL, SEND_ORDER), sizes, ordinary=True),
    Check("equal messages", (SEND_ONLY, RES_UNIQUE), equal_messages, ordinary=True),
    Check("contents", (SEND_CONTENT, ACCEPT), contents, ordinary=True),
    Check("metadata", (SEND_METADATA,), metadata, needs=_TRUTH, ordinary=True),
    Check("attribution", (SEND_ATTRIBUTION,), attribution, needs=_TRUTH, ordinary=True),
    Check("order", (SEND_ORDER, SEND_ROLE), order, ordinary=True),
    Check("unchanged input", (SEND_INPUT,), unchanged, abilities=frozenset({"input"})),
    Check(
        "batches",
        (ACCEPT, *_ANSWER, SEND_CONTENT, SEND_ROLE, SEND_ORDER, SEND_ALL, SEND_ONLY),
        drawn=strategies.plain(),
        share=2,
        ordinary=True,
    ),
)
