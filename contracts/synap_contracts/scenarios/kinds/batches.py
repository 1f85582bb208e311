"""Batches with every kind of text, in every field and under both roles."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from synap_contracts.observation.expected import MOST, OPTIONAL_STRINGS, ROLES
from synap_contracts.scenarios.kinds.escapes import ESCAPES
from synap_contracts.scenarios.kinds.limits import near_limits
from synap_contracts.scenarios.kinds.masked import MASKED
from synap_contracts.scenarios.kinds.normalized import NORMALIZED
from synap_contracts.scenarios.kinds.sanitized import SANITIZED
from synap_contracts.scenarios.kinds.structures import STRUCTURES, structure
from synap_contracts.scenarios.model import Scenario, one

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hypothesis.strategies import SearchStrategy

    from synap_contracts.clauses.clause import Depth
    from synap_contracts.scenarios.kinds.kind import Kind

Json = Any

KINDS: Final = (*ESCAPES, *SANITIZED, *MASKED, *NORMALIZED)
_ROUNDS: Final[dict[Depth, int]] = {"quick": 1, "default": 6, "deep": 40}
"""How often each kind is met in each field: every time with other samples."""
_DRAWN: Final = 12
"""The number of kinds in a drawn batch."""
_ALONE: Final = {False: 2, True: 10}
"""How many samples of a kind are a content of their own, by whether the kind needs that."""


def contents(depth: Depth) -> tuple[Scenario, ...]:
    """Contents of each kind, under each role."""
    return _rounds(depth, content_messages)


def fields(depth: Depth) -> tuple[Scenario, ...]:
    """Metadata and IDs of each kind, under each role, and metadata of each structure."""
    return (*_rounds(depth, field_messages), *_rounds(depth, structure_messages))


def empty_ids(_: Depth) -> tuple[Scenario, ...]:
    """Empty IDs, which are neither absent nor null: each alone and all together, under each role."""
    empty = dict.fromkeys(OPTIONAL_STRINGS, "")
    each = [
        {**others, name: ""} for name in OPTIONAL_STRINGS for others in ({}, {**dict.fromkeys(OPTIONAL_STRINGS, "x")})
    ]
    return (one(*(_message(n, role, **ids) for n, ids in enumerate((*each, empty)) for role in ROLES)),)


drawn: Final[SearchStrategy[Scenario]] = st.builds(
    lambda number, draw: draw(Random(number)),  # noqa: S311 - texts, not secrets
    st.integers(0, 2**32 - 1),
    st.sampled_from(
        (
            lambda random: one(*content_messages(random, random.sample(KINDS, _DRAWN))),
            lambda random: one(*field_messages(random, random.sample(KINDS, _DRAWN))),
            lambda random: one(*structure_messages(random)),
            near_limits,
        )
    ),
)
"""A part of another round, or values near limits."""


def _rounds(depth: Depth, messages: Callable[[Random], Iterator[Json]]) -> tuple[Scenario, ...]:
    found = []
    for number in range(_ROUNDS[depth]):
        entries = list(messages(Random(number)))  # noqa: S311 - texts, not secrets
        found += [one(*entries[start : start + MOST]) for start in range(0, len(entries), MOST)]
    return tuple(found)


def _message(number: int, role: str, **others: Json) -> Json:
    return {"conversation_id": f"${number % 2}", "role": role, "content": f"m{number}{role[0]}", **others}


def content_messages(random: Random, kinds: Sequence[Kind] = KINDS) -> Iterator[Json]:
    """Yield messages for each kind under each role: with samples between words, and with a sample alone."""
    for number, kind in enumerate(kinds):
        roles = random.sample(ROLES, 2)
        for role in roles:
            yield _message(number, role, content=kind.embedded(random))
        for draw in random.sample(kind.draws, min(_ALONE[kind.apart], len(kind.draws))):
            yield from (_message(number, role, content=draw(random)) for role in roles[: 1 + kind.apart])


def field_messages(random: Random, kinds: Sequence[Kind] = KINDS) -> Iterator[Json]:
    """Yield messages for each kind under each role with samples in metadata, in keys of metadata and in IDs."""
    for number, kind in enumerate(kinds):
        for role in ROLES:
            long, short = kind.embedded(random), kind.alone(random)
            yield _message(number, role, metadata={"a": long, short: 1}, **_ids(random, long, short, short))
            inner = {"b": kind.alone(random), kind.alone(random): [kind.alone(random), {"c": long}]}
            ids = _ids(random, *(kind.alone(random) for _ in OPTIONAL_STRINGS))
            yield _message(number, role, metadata={"a": inner, long: 1}, **ids)


def structure_messages(random: Random) -> Iterator[Json]:
    """Yield messages with metadata of each structure under each role."""
    for number, name in enumerate(STRUCTURES):
        yield from (_message(number, role, metadata=structure(name, random)) for role in ROLES)


def _ids(random: Random, *values: str) -> dict[str, str]:
    return dict(zip(OPTIONAL_STRINGS, random.sample(values, len(values)), strict=True))
