"""What arrives."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.clauses.check import Check, Depth
from synap_contracts.clauses.results import ANSWERS, HEALTHY
from synap_contracts.observation.expected import MOST, OPTIONAL_STRINGS
from synap_contracts.scenarios import edge_cases, strategies
from synap_contracts.scenarios.model import SPELLINGS, Call, Scenario, one
from synap_contracts.scenarios.strategies import message, several

if TYPE_CHECKING:
    from synap_contracts.scenarios.model import Json

_SORTABLE: Final = ("timestamp", "created_at", "time", "date", "index", "order", "seq", "position", "priority")
_DEEP_LENGTH: Final = 5_000_000
_OTHERS: Final[Json] = {name: f"the {name}" for name in OPTIONAL_STRINGS}


def contents(depth: Depth) -> tuple[Scenario, ...]:
    """Every corner of text; long ones, whole and at the end of a batch."""
    lengths = (*edge_cases.LENGTHS, _DEEP_LENGTH) if depth == "deep" else edge_cases.LENGTHS
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
    """A message that has everything, none of it quite plain: what is done to some of many is seen."""
    ids: Json = {name: f" {name} {number} É" for name in OPTIONAL_STRINGS}
    return message(number, content=f" M{number} é\r\n", metadata={"A": [number, {"b": None}]}, **ids)


def _in_batches(texts: tuple[str, ...], shift: int = 0, **fields: Json) -> tuple[Scenario, ...]:
    """Batches of half the size; those shifted by one have each text in the other role."""
    batches = (texts[start : start + MOST // 2] for start in range(0, len(texts), MOST // 2))
    return tuple(one(*(message(n + shift, **fields, content=text) for n, text in enumerate(b))) for b in batches)


def metadata(depth: Depth) -> tuple[Scenario, ...]:
    """Every corner of metadata; absent, null and empty beside it."""
    del depth
    deep: Json = 1
    for _ in range(40):
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


def attribution(depth: Depth) -> tuple[Scenario, ...]:
    """Each id present, absent and null, in every mix, the same and others; and odd ones."""
    del depth
    names = OPTIONAL_STRINGS
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
        one(*(message(n, 0, **dict.fromkeys(names, value)) for n, value in enumerate(edge_cases.IDS))),
        one(
            *(
                message(n + 1, 0, metadata={"a": 1}, **dict.fromkeys(names, value))
                for n, value in enumerate(edge_cases.IDS)
            )
        ),
        one(message(0, user_id="a"), message(1, user_id="b"), message(2)),
        one(message(0, session_id="s"), message(1, session_id="t"), message(2), message(3, session_id="s")),
        one(message(0, user_id="a", customer_id="b", session_id="c")),
        one(message(0), message(1, customer_id="c"), message(2, user_id="u")),
        one(message(0), message(1)),
        one(message(0, user_id="a"), message(0, user_id="b"), message(0), message(0, session_id="s")),
        one(*(message(n, 0, **{name: "$0"}) for n, name in enumerate(names)), message(3, 1, session_id="$0")),
        *(Scenario((Call(({**message(0), name: "x"},)), Call((message(1),)))) for name in names),
    )


def order(depth: Depth) -> tuple[Scenario, ...]:
    """Conversations that take turns, roles in odd orders, and a transcript over several calls."""
    del depth
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
        *(
            one(*(message(n, 0, **{name: "ba"[n % 2]}) for n in range(5)))
            for name in ("user_id", "customer_id", "session_id")
        ),
        one(message(0, user_id="b"), message(1), message(2, user_id="a"), message(3)),
        one(*(message(n, metadata={"a": 9 - n}) for n in range(5))),
        one(*(message(n, metadata=dict.fromkeys(_SORTABLE, f"2026-01-0{9 - n}")) for n in range(5))),
        one(message(0), message(1, metadata={"a": 1}), message(2), message(3, user_id="u"), message(4)),
        Scenario((Call(several(3)), Call((message(7), message(5))), Call((message(1), message(2))))),
    )


def unchanged(depth: Depth) -> tuple[Scenario, ...]:
    """The caller's list and dicts, nested ones too; in calls that succeed and that fail."""
    del depth
    full = message(0, user_id="u", metadata={"a": {"b": [2, 1, {"c": 2}]}, "d": ["b", "a"], "e": None})
    return (
        one(message(0)),
        one(message(0, user_id=None, metadata=None)),
        one(full, message(1)),
        one(full, message(1), {"conversation_id": "$0", "role": "user"}),
        one(*several(60, 2)),
    )


def wide_integers(depth: Depth) -> tuple[Scenario, ...]:
    """Integers that a double can't hold."""
    del depth
    values = (2**53, 2**53 + 1, -(2**53) - 1, 2**63, 2**64 + 1, 10**30 + 1)
    return tuple(one(message(0, metadata={"a": value})) for value in values)


def wide_surrogates(depth: Depth) -> tuple[Scenario, ...]:
    """Lone surrogates, as Python and JavaScript can hold them."""
    del depth
    return (
        one(message(0, content="\ud800")),
        one(message(0, content="a\udc00b")),
        one(message(0, metadata={"a": "\ud83d"})),
        one(message(0, metadata={"\udfff": 1})),
    )


def wide_noncharacters(depth: Depth) -> tuple[Scenario, ...]:
    """Noncharacters, which I-JSON leaves out and JSON doesn't."""
    del depth
    return (
        one(*(message(n, content=f"a{text}") for n, text in enumerate(("\ufffe", "\uffff", "\ufdd0", "\U0001fffe")))),
        one(message(0, metadata={"a": "\uffff"})),
    )


def wide_uuids(depth: Depth) -> tuple[Scenario, ...]:
    """Other spellings of a conversation's id, alone and mixed."""
    del depth
    spelled = [{**message(n), "conversation_id": f"$0:{form}"} for n, form in enumerate(SPELLINGS)]
    return (*(one(entry) for entry in spelled), one(message(9), *spelled))


def wide_empty(depth: Depth) -> tuple[Scenario, ...]:
    """Empty content, alone and between others."""
    del depth
    return one(message(0, content="")), one(message(0), message(1, content=""), message(2))


def wide_large(depth: Depth) -> tuple[Scenario, ...]:
    """More messages than a chunk, a page or a limit is likely to have."""
    counts = (101, 128, 201, 256, 500, 501, 1000, 1001, 2000) if depth == "deep" else (101, 501, 1001, 2000)
    return tuple(one(*several(count, 2)) for count in counts)


SEND = ("SEND-CONTENT", "SEND-ROLE", "SEND-ORDER", "SEND-ALL", "SEND-ONLY")

CHECKS = (
    Check("contents", ("SEND-CONTENT", "ACCEPT"), contents, share=0, also=HEALTHY),
    Check("metadata", ("SEND-METADATA",), metadata, needs=frozenset({"truth"}), share=0, also=HEALTHY),
    Check("attribution", ("SEND-ATTRIBUTION",), attribution, needs=frozenset({"truth"}), share=0, also=HEALTHY),
    Check("order", ("SEND-ORDER", "SEND-ROLE"), order, share=0, also=HEALTHY),
    Check("unchanged input", ("SEND-INPUT",), unchanged, wants=frozenset({"input"}), share=0),
    Check("batches", ("ACCEPT", *ANSWERS, *SEND), lambda _: (), strategies.plain(), share=2, also=HEALTHY),
    Check(
        "wide integers",
        ("SEND-WIDE-INTEGERS",),
        wide_integers,
        needs=frozenset({"truth"}),
        wants=frozenset({"integers"}),
        share=0,
    ),
    Check("lone surrogates", ("SEND-WIDE-SURROGATES",), wide_surrogates, wants=frozenset({"surrogates"}), share=0),
    Check("noncharacters", ("SEND-WIDE-NONCHARACTERS",), wide_noncharacters, share=0),
    Check("spellings of a UUID", ("SEND-WIDE-UUIDS",), wide_uuids, share=0),
    Check("empty content", ("SEND-WIDE-EMPTY",), wide_empty, share=0),
    Check("large batches", ("SEND-WIDE-LARGE",), wide_large, share=0),
)
