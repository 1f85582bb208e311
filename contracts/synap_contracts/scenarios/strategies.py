"""Hypothesis strategies for scenarios, within the limits of what MUST checks send."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from synap_contracts.observation.expected import OPTIONAL_STRINGS, ROLES
from synap_contracts.scenarios import edge_cases
from synap_contracts.scenarios.messages import message, several
from synap_contracts.scenarios.model import Call, Close, Scenario, Together

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from synap_contracts.scenarios.model import Step, Trouble

Json = Any

# I-JSON: scalar values without noncharacters.
_CHARACTERS: Final = st.characters(codec="utf-8", exclude_categories=("Cs", "Cn", "Co"))
words: Final[SearchStrategy[str]] = st.text(st.sampled_from("abcdefghijklmnop"), min_size=1, max_size=4)
long_texts: Final[SearchStrategy[str]] = st.builds(
    lambda unit, count: unit * count, st.sampled_from(["a ", "é ", "你 ", "😀", "a\n"]), st.integers(100, 40_000)
)
texts: Final[SearchStrategy[str]] = st.one_of(
    words,
    words,
    st.sampled_from(edge_cases.TEXTS),
    st.builds(lambda left, odd, right: left + odd + right, words, st.sampled_from(edge_cases.TEXTS), words),
    st.text(_CHARACTERS, min_size=1, max_size=8),
    st.text(_CHARACTERS, min_size=1, max_size=8),
    long_texts,
)
ids: Final = st.one_of(st.none(), words, st.sampled_from(edge_cases.IDS))
_scalars: Final = st.one_of(
    st.integers(-3, 3),
    st.integers(-edge_cases.SAFE, edge_cases.SAFE),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(_CHARACTERS, max_size=5),
)
_keys: Final = st.one_of(
    words, st.text(_CHARACTERS, max_size=4), st.sampled_from(["", "role", "content", "$", "a.b", "__class__"])
)
_values: Final = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_keys, inner, max_size=3)),
    max_leaves=6,
)
metadata: Final = st.one_of(
    st.none(), st.dictionaries(_keys, _values, max_size=3), st.sampled_from(edge_cases.METADATA[:-6])
)


@st.composite
def messages(draw: st.DrawFn, conversations: int = 3) -> Json:
    """Draw a message that follows the parameter list."""
    entry: dict[str, Json] = {
        "conversation_id": f"${draw(st.integers(0, conversations - 1))}",
        "role": draw(st.sampled_from(ROLES)),
        "content": draw(texts),
    }
    if draw(st.integers(0, 2)) == 1:
        for name in OPTIONAL_STRINGS:
            if draw(st.booleans()):
                entry[name] = draw(ids)
    if draw(st.integers(0, 2)) == 1:
        entry["metadata"] = draw(metadata)
    return entry


@st.composite
def batches(draw: st.DrawFn, most: int = 8, least: int = 1) -> tuple[Json, ...]:
    """Draw a batch: mostly a few messages with many fields, sometimes many simple ones; also equal ones."""
    if most > 8 and draw(st.integers(0, 5)) == 5:  # noqa: PLR2004 - one in six
        return several(draw(st.integers(2, most)), draw(st.integers(1, 4)))
    drawn = draw(st.lists(messages(), min_size=least, max_size=min(most, 8)))
    if drawn and draw(st.integers(0, 4)) == 4:  # noqa: PLR2004 - one in five
        drawn.insert(draw(st.integers(0, len(drawn))), draw(st.sampled_from(drawn)))
    return tuple(drawn)


def plain() -> SearchStrategy[Scenario]:
    """Return a strategy for a call in which nothing goes wrong."""
    return st.builds(lambda batch: Scenario((Call(batch),)), batches(100))


@st.composite
def partial(draw: st.DrawFn) -> Scenario:
    """Draw a call with entries that the server rejects: by a scheduled rejection, or without a customer on B2B."""
    if draw(st.integers(0, 3)) == 3:  # noqa: PLR2004 - one in four
        count = draw(st.integers(1, 8))
        bought = draw(st.lists(st.booleans(), min_size=count, max_size=count))
        entries = [message(n, n % 2, **({"customer_id": "c"} if has else {})) for n, has in enumerate(bought)]
        return Scenario((Call(tuple(entries)),), tenancy="b2b")
    count = draw(st.one_of(st.integers(1, 6), st.integers(1, 100)))
    refused = draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=min(count, 6)))
    return Scenario((Call(several(count, draw(st.integers(1, 3))), refused=tuple(sorted(refused))),))


def _numbered(batch: tuple[Json, ...], call: int, conversation: int) -> tuple[Json, ...]:
    """Return the batch with contents and conversations that no other call has."""
    return tuple(
        {**entry, "content": f"c{call} {entry['content']}"[:40], "conversation_id": f"${conversation}"}
        for entry in batch
    )


@st.composite
def concurrent(draw: st.DrawFn) -> Scenario:
    """Draw concurrent calls on one client."""
    count = draw(st.integers(2, 4))
    calls = [Call(_numbered(draw(batches(4)), n, n)) for n in range(count)]
    return Scenario((Together(tuple(calls), staggered=draw(st.booleans())),))


@st.composite
def sessions(draw: st.DrawFn, troubles: tuple[Trouble, ...], *, refusals: bool) -> Scenario:
    """Draw a session: calls in sequence, including equal, rejected, invalid and failing ones, and reconnects.

    At most two failures follow each other: after several, a client may stop sending for a while.
    """
    steps: list[Step] = []
    kinds = ["call", "again", "empty", "bad", "close"]
    kinds += ["refused"] if refusals else []
    kinds += ["trouble", "trouble"] if troubles else []
    for number in range(draw(st.integers(2, 6))):
        kind = draw(st.sampled_from(kinds))
        calls = [step for step in steps if isinstance(step, Call)]
        failing = len(steps) > 1 and all(isinstance(step, Call) and step.trouble for step in steps[-2:])
        if kind == "close" and calls:
            steps.append(Close())
        elif kind == "again" and calls:
            steps.append(replace(draw(st.sampled_from(calls)), refused=(), trouble=None))
        else:
            chosen = () if kind == "trouble" and failing else troubles
            steps.append(draw(_session_calls(kind, number, chosen)))
    return Scenario(tuple(steps))


@st.composite
def _session_calls(draw: st.DrawFn, kind: str, number: int, troubles: tuple[Trouble, ...]) -> Call:
    """Draw one call of a session."""
    if kind == "empty":
        return Call(())
    if kind == "bad":
        return Call((*several(draw(st.integers(0, 2))), {"conversation_id": "$0", "role": "user"}))
    if kind == "refused":
        batch = _numbered(several(draw(st.integers(1, 3))), number, number)
        return Call(batch, refused=(draw(st.integers(0, len(batch) - 1)),))
    if kind == "trouble" and troubles:
        batch = _numbered(several(draw(st.integers(1, 2))), number, number)
        return Call(batch, trouble=draw(st.sampled_from(troubles)))
    return Call(_numbered(several(draw(st.integers(1, 3))), number, draw(st.integers(0, 2))))
