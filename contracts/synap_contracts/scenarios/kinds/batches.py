"""Batches with every kind of text, in every field and under both roles."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from synap_contracts.observation.expected import MOST, OPTIONAL_STRINGS, ROLES
from synap_contracts.scenarios.kinds.characters import runs
from synap_contracts.scenarios.kinds.escapes import ESCAPES
from synap_contracts.scenarios.kinds.limits import near_limits
from synap_contracts.scenarios.kinds.masked import MASKED
from synap_contracts.scenarios.kinds.normalized import NORMALIZED
from synap_contracts.scenarios.kinds.sanitized import SANITIZED
from synap_contracts.scenarios.kinds.structures import STRUCTURES, structure, whole_structures
from synap_contracts.scenarios.messages import message
from synap_contracts.scenarios.model import Scenario, one

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hypothesis.strategies import SearchStrategy

    from synap_contracts.clauses.clause import Depth
    from synap_contracts.scenarios.kinds.kind import Draw, Kind

Json = Any

KINDS: Final = (*ESCAPES, *SANITIZED, *MASKED, *NORMALIZED)
_ROUNDS: Final[dict[Depth, int]] = {"quick": 1, "default": 6, "deep": 40}
"""How often each kind is met in each field: every time with other samples."""
_DRAWN: Final = 12
"""The number of kinds in a drawn batch."""
_ALONE: Final = 2
"""How many samples of a kind are a content of their own, unless the kind needs that: then all are."""


def contents(depth: Depth) -> tuple[Scenario, ...]:
    """Contents of each kind, under each role; beyond the quick profile, of each form alone."""
    forms = (message(n, content=draw(random)) for n, (draw, random) in enumerate(_forms(depth)))
    characters = (message(n, content=text) for n, text in enumerate(runs(depth)))
    return (*_rounds(depth, content_messages), *_in_batches(characters), *_in_batches(forms))


def fields(depth: Depth) -> tuple[Scenario, ...]:
    """Metadata and IDs of each kind, under each role, and metadata of each structure.

    Beyond the quick profile, each form is a value, a key and an ID of each sort, and so is each character.
    """
    forms = (draw(random) for draw, random in _forms(depth))
    texts = () if depth == "quick" else (*forms, *runs(depth))
    ids: list[Json] = [dict.fromkeys(OPTIONAL_STRINGS, text) for text in texts]
    each = (message(n, metadata={"a": text, text: 1}, **ids[n]) for n, text in enumerate(texts))
    structures = (message(n, metadata=value) for n, value in enumerate(whole_structures()))
    return (
        *_rounds(depth, field_messages),
        *_rounds(depth, structure_messages),
        *_in_batches(structures),
        *_in_batches(each),
    )


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
            lambda random: _some_of(random, content_messages),
            lambda random: _some_of(random, field_messages),
            lambda random: one(*structure_messages(random)),
            near_limits,
        )
    ),
)
"""A part of another round, or values near limits."""


def _rounds(depth: Depth, messages: Callable[[Random], Iterator[Json]]) -> tuple[Scenario, ...]:
    found = []
    for number in range(_ROUNDS[depth]):
        found += _in_batches(messages(Random(number)))  # noqa: S311 - texts, not secrets
    return tuple(found)


def _some_of(random: Random, messages: Callable[[Random, Sequence[Kind]], Iterator[Json]]) -> Scenario:
    entries = list(messages(random, random.sample(KINDS, _DRAWN)))
    return one(*random.sample(entries, min(MOST // 2, len(entries))))


def _in_batches(messages: Iterable[Json]) -> list[Scenario]:
    entries = list(messages)
    return [one(*entries[start : start + MOST]) for start in range(0, len(entries), MOST)]


def _forms(depth: Depth) -> Iterator[tuple[Draw, Random]]:
    """Yield each form of each kind, beyond the quick profile."""
    random = Random(0)  # noqa: S311 - texts, not secrets
    if depth != "quick":
        yield from ((draw, random) for kind in KINDS for draw in kind.draws)


def _message(number: int, role: str, **others: Json) -> Json:
    return {"conversation_id": f"${number % 2}", "role": role, "content": f"m{number}{role[0]}", **others}


def content_messages(random: Random, kinds: Sequence[Kind] = KINDS) -> Iterator[Json]:
    """Yield messages for each kind under each role: with samples between words, and with samples alone."""
    for number, kind in enumerate(kinds):
        roles = random.sample(ROLES, 2)
        for role, text in zip(roles, kind.embedded(random), strict=True):
            yield _message(number, role, content=text)
        alone = random.sample(kind.draws, len(kind.draws) if kind.apart else min(_ALONE, len(kind.draws)))
        for place, draw in enumerate(alone):
            yield _message(number, roles[place % 2], content=draw(random))


def field_messages(random: Random, kinds: Sequence[Kind] = KINDS) -> Iterator[Json]:
    """Yield messages for each kind under each role with samples in metadata, in keys of metadata and in IDs.

    A sample of each form that counts alone is an ID.
    """
    for number, kind in enumerate(kinds):
        for role, long in zip(ROLES, kind.embedded(random), strict=True):
            short = kind.alone(random)
            yield _message(number, role, metadata={"a": long, short: 1}, **_ids(random, long, short, short))
            inner = {"b": kind.alone(random), kind.alone(random): [kind.alone(random), {"c": long}]}
            ids = _ids(random, *(kind.alone(random) for _ in OPTIONAL_STRINGS))
            yield _message(number, role, metadata={"a": inner, long: 1}, **ids)
        if kind.apart:
            alone = [draw(random) for draw in kind.draws]
            for place in range(0, len(alone), 3):
                ids = dict(zip(OPTIONAL_STRINGS, (alone * 2)[place:], strict=False))
                yield _message(number, ROLES[place % 2], metadata={"a": alone[place : place + 3]}, **ids)


def structure_messages(random: Random) -> Iterator[Json]:
    """Yield messages with metadata of each structure under each role."""
    for number, name in enumerate(STRUCTURES):
        yield from (_message(number, role, metadata=structure(name, random)) for role in ROLES)


def _ids(random: Random, *values: str) -> dict[str, str]:
    return dict(zip(OPTIONAL_STRINGS, random.sample(values, len(values)), strict=True))
