"""Fixed scenarios in which nothing goes wrong: batches of many sizes, texts, metadata, IDs and orders."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.observation.expected import MOST, OPTIONAL_STRINGS
from synap_contracts.scenarios import edge_cases
from synap_contracts.scenarios.messages import long_text, message, several
from synap_contracts.scenarios.model import Call, Scenario, one

if TYPE_CHECKING:
    from synap_contracts.clauses.clause import Depth
    from synap_contracts.scenarios.model import Json


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
    """Each text that clients are known to change; long texts, whole and at the end of a batch.

    Texts are also the first and the last of a batch: every other one in the quick profile.
    """
    ends = edge_cases.TEXTS[:: 2 if depth == "quick" else 1]
    return (
        *_in_batches(edge_cases.TEXTS),
        *_in_batches(tuple(f"a{text}b" for text in edge_cases.TEXTS)),
        *_in_batches(edge_cases.TEXTS, shift=1, metadata={"a": 1}, **_OTHERS),
        one(*(message(n, content=long_text(length, str(n % 10) * 9)) for n, length in enumerate(edge_cases.LENGTHS))),
        one(message(0, content=long_text(70_000, "你好")), message(1, content="a" + "😀" * 40_000)),
        one(*(message(n, content=f"{long_text(20_000)}{n}") for n in range(60))),
        *(one(*(_rich(n) for n in range(count))) for count in (9, 21, 51, 100)),
        *(one(message(0, content=first), message(1, content=last)) for first, last in pairwise(ends)),
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
