"""Input beyond what a MUST check sends: it arrives as sent, or it is rejected with an explicit error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.clauses.clause import OWN_CHOICE, Check, Depth, should
from synap_contracts.observation.expected import MOST, canonical
from synap_contracts.observation.remembering import remembered
from synap_contracts.scenarios.messages import message, several
from synap_contracts.scenarios.model import SPELLINGS, Scenario, one

if TYPE_CHECKING:
    from synap_contracts.clauses.clause import Clause, ClauseId
    from synap_contracts.observation.observed import ObservedCall
    from synap_contracts.scenarios.model import Json

SAFE_INTEGER: Final = 2**53 - 1

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NONCHARACTER: Final = re.compile(
    "[\ufdd0-\ufdef" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)) + "]"
)
"""Scalar values that I-JSON excludes (RFC 7493, section 2.1)."""


def _wide(name: str, statement: str) -> Clause:
    return should(f"SEND-WIDE-{name}", "assumed", OWN_CHOICE, f"{statement}, or cause an explicit error.")


INTEGERS = _wide("INTEGERS", "Integers beyond 2^53 in metadata arrive as sent")
SURROGATES = _wide("SURROGATES", "Lone surrogates arrive as sent")
NONCHARACTERS = _wide(
    "NONCHARACTERS", "Code points that Unicode reserves as noncharacters (U+FFFE, U+FFFF, …) arrive as sent"
)
UUIDS = _wide("UUIDS", "Other spellings of a UUID reach the same conversation")
EMPTY = _wide("EMPTY", "Messages with empty content arrive as sent")
LARGE = _wide("LARGE", "Thousands of messages in one call arrive as sent")


def wide_clause(messages: tuple[Json, ...]) -> ClauseId | None:
    """Return the clause for the first input that a MUST check does not send, or None."""
    if len(messages) > MOST:
        return LARGE.id
    for entry in messages:
        if not isinstance(entry, dict):
            continue
        if entry.get("content") == "":
            return EMPTY.id
        identity = entry.get("conversation_id")
        if canonical(identity) not in (None, identity):
            return UUIDS.id
        if found := _wide_value(entry):
            return found
    return None


@remembered
def wide_clause_of(call: ObservedCall) -> ClauseId | None:
    """Return the clause of `wide_clause` for the messages of a call."""
    return wide_clause(call.messages)


def _wide_value(value: Any) -> ClauseId | None:  # noqa: ANN401, PLR0911 - any JSON, one return per type
    match value:
        case bool():
            return None
        case int():
            return INTEGERS.id if abs(value) > SAFE_INTEGER else None
        case str() if value.isascii():
            return None  # first, because it is fast: shrinking checks long texts again and again
        case str() if _SURROGATE.search(value):
            return SURROGATES.id
        case str():
            return NONCHARACTERS.id if _NONCHARACTER.search(value) else None
        case dict():
            return next(filter(None, (_wide_value(each) for pair in value.items() for each in pair)), None)
        case list():
            return next(filter(None, map(_wide_value, value)), None)
    return None


def integers(_: Depth) -> tuple[Scenario, ...]:
    """Integers that a double cannot represent."""
    values = (2**53, 2**53 + 1, -(2**53) - 1, 2**63, 2**64 + 1, 10**30 + 1)
    return tuple(one(message(0, metadata={"a": value})) for value in values)


def surrogates(_: Depth) -> tuple[Scenario, ...]:
    """Lone surrogates, which Python and JavaScript strings can contain."""
    return (
        one(message(0, content="\ud800")),
        one(message(0, content="a\udc00b")),
        one(message(0, metadata={"a": "\ud83d"})),
        one(message(0, metadata={"\udfff": 1})),
    )


def noncharacters(_: Depth) -> tuple[Scenario, ...]:
    """Noncharacters, which JSON allows and I-JSON does not."""
    return (
        one(*(message(n, content=f"a{text}") for n, text in enumerate(("\ufffe", "\uffff", "\ufdd0", "\U0001fffe")))),
        one(message(0, metadata={"a": "\uffff"})),
    )


def uuids(_: Depth) -> tuple[Scenario, ...]:
    """Other spellings of a conversation ID, alone and mixed."""
    spelled = [{**message(n), "conversation_id": f"$0:{form}"} for n, form in enumerate(SPELLINGS)]
    interleaved = ({**message(n), "conversation_id": f"${n // 2 % 2}:{SPELLINGS[n % 2]}"} for n in range(8))
    mixed = ({**message(n), "conversation_id": ("$0", "$0:upper")[n % 2]} for n in range(6))
    return (*(one(entry) for entry in spelled), one(message(9), *spelled), one(*mixed), one(*interleaved))


def empty_content(_: Depth) -> tuple[Scenario, ...]:
    """Empty content, alone and between others."""
    return one(message(0, content="")), one(message(0), message(1, content=""), message(2))


def large_batches(depth: Depth) -> tuple[Scenario, ...]:
    """More messages than a chunk, a page or a limit is likely to hold."""
    counts = (101, 128, 201, 256, 500, 501, 1000, 1001, 2000) if depth == "deep" else (101, 501, 1001, 2000)
    return tuple(one(*several(count, 2)) for count in counts)


CHECKS = (
    Check(
        "wide integers",
        (INTEGERS,),
        integers,
        needs=frozenset({"truth"}),
        abilities=frozenset({"integers"}),
    ),
    Check("lone surrogates", (SURROGATES,), surrogates, abilities=frozenset({"surrogates"})),
    Check("noncharacters", (NONCHARACTERS,), noncharacters),
    Check("spellings of a UUID", (UUIDS,), uuids),
    Check("empty content", (EMPTY,), empty_content),
    Check("large batches", (LARGE,), large_batches),
)
