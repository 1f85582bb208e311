"""Values beyond the limits at which clients cut: powers of two and round numbers, up to about 1 MB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_contracts.observation.expected import OPTIONAL_STRINGS, ROLES
from synap_contracts.scenarios.messages import long_text, message
from synap_contracts.scenarios.model import Scenario, one

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from synap_contracts.clauses.clause import Depth

Json = Any

_CONTENT: Final[dict[Depth, tuple[int, ...]]] = {
    "quick": (2**20 + 1,),
    "default": (2**19 + 1, 2**20 + 1),
    "deep": (2**19 + 1, 2**20 + 1, 5_000_001),
}
"""Characters of content: beyond every power of two and every round number up to the last."""
_STRING: Final[dict[Depth, int]] = {"quick": 2**16 + 1, "default": 2**20 + 1, "deep": 2**20 + 1}
_COUNT: Final[dict[Depth, int]] = {"quick": 4_097, "default": 10_001, "deep": 65_537}
"""Keys of an object, items of a list."""
_NAME: Final[dict[Depth, int]] = {"quick": 4_097, "default": 65_537, "deep": 65_537}
"""Characters of an ID, and of a key of metadata."""
_LINES: Final = 10_001
"""Words and lines of a text."""


def limits(depth: Depth) -> tuple[Scenario, ...]:
    """Values beyond the limits of a profile: under both roles, except for the largest and in the quick profile."""
    *smaller, largest = _CONTENT[depth]
    items = [f"{long_text(1_000)}{n}" for n in range(1_000)]
    fields: tuple[Json, ...] = (
        *({"content": long_text(length)} for length in smaller),
        {"content": "a " * _LINES},
        {"content": "a\n" * _LINES},
        *({name: "u" * _NAME[depth]} for name in OPTIONAL_STRINGS),
        *({"metadata": value} for value in _metadata(_NAME[depth], _COUNT[depth], _STRING[depth])),
    )
    roles = range(1 if depth == "quick" else len(ROLES))
    return (
        one(message(0, content=long_text(largest))),
        *(one(message(0, metadata={"a": items})) for _ in smaller[:1]),
        *(one(*(message(n + role, 0, **each) for role in roles)) for n, each in enumerate(fields)),
    )


def _metadata(name: int, count: int, length: int) -> Iterator[Json]:
    yield {"a": long_text(length)}
    yield {"a": [long_text(length), {"b": long_text(2_049)}]}
    yield {"k" * name: 1}
    yield {f"k{n}": n for n in range(count)}
    yield {"a": {f"k{n}": n for n in range(count)}}
    yield {"a": list(range(count))}
    yield {"a": [{"b": "x" * 100} for _ in range(count // 4)]}
    yield {"a": "a\n" * 4_097}


def near_limits(random: Random) -> Scenario:
    """Draw values one below, at and one above a limit: a power of two or a round number, up to 64 KB together."""

    def length() -> int:
        limits: tuple[int, ...] = (2 ** random.randint(4, 14), random.choice((1, 2, 5)) * 10 ** random.randint(1, 4))
        return random.choice(limits) + random.randint(-1, 1)

    def text(most: int) -> str:
        return (unit * length())[:most]

    unit = random.choice(("a", "é", "你", "😀", "a b "))
    fields: tuple[Json, ...] = (
        {"content": text(20_001)},
        {"metadata": {"a": text(20_001)}},
        {"metadata": {text(2_001): 1}},
        {"metadata": {f"k{n}": n for n in range(min(length(), 2_001))}},
        {"metadata": {"a": list(range(min(length(), 2_001)))}},
        *({name: text(2_001)} for name in OPTIONAL_STRINGS),
    )
    return one(*(message(n + random.randint(0, 1), n % 3, **each) for n, each in enumerate(fields)))
