"""What to send: hypothesis strategies that reach the corners, and keep to what the MUST checks may send."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from synap_contracts.scenarios import edge_cases
from synap_contracts.scenarios.model import Call, Close, Scenario, Together

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from synap_contracts.scenarios.model import Step, Trouble

Json = Any

ROLES: Final = ("user", "assistant")


def message(number: int, /, conversation: int = 0, **fields: Json) -> Json:
    """A message that nothing is special about; the number makes it one of its own."""
    return {"conversation_id": f"${conversation}", "role": ROLES[number % 2], "content": f"m{number}", **fields}


def several(count: int, conversations: int = 1) -> tuple[Json, ...]:
    """Messages that differ, in conversations that take turns."""
    return tuple(message(number, number % conversations) for number in range(count))


# I-JSON: scalar values that are no noncharacters.
_CHARACTERS: Final = st.characters(codec="utf-8", exclude_categories=("Cs", "Cn", "Co"))
words: Final[SearchStrategy[str]] = st.text(st.sampled_from("abcdefghijklmnop"), min_size=1, max_size=4)
long_texts: Final[SearchStrategy[str]] = st.builds(
    lambda unit, count: unit * count, st.sampled_from(["a", "é", "你", "😀", "a\n"]), st.integers(100, 70_000)
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
    """A message that keeps the parameter list."""
    entry: dict[str, Json] = {
        "conversation_id": f"${draw(st.integers(0, conversations - 1))}",
        "role": draw(st.sampled_from(ROLES)),
        "content": draw(texts),
    }
    if draw(st.integers(0, 2)) == 1:
        for name in ("user_id", "customer_id", "session_id"):
            if draw(st.booleans()):
                entry[name] = draw(ids)
    if draw(st.integers(0, 2)) == 1:
        entry["metadata"] = draw(metadata)
    return entry


@st.composite
def batches(draw: st.DrawFn, most: int = 8, least: int = 1) -> tuple[Json, ...]:
    """A batch: mostly a few rich messages, at times many simple ones; equal ones too."""
    if most > 8 and draw(st.integers(0, 5)) == 5:  # noqa: PLR2004 - one in six
        return several(draw(st.integers(2, most)), draw(st.integers(1, 4)))
    drawn = draw(st.lists(messages(), min_size=least, max_size=min(most, 8)))
    if drawn and draw(st.integers(0, 4)) == 4:  # noqa: PLR2004 - one in five
        drawn.insert(draw(st.integers(0, len(drawn))), draw(st.sampled_from(drawn)))
    return tuple(drawn)


def plain() -> SearchStrategy[Scenario]:
    """A call with nothing going wrong."""
    return st.builds(lambda batch: Scenario((Call(batch),)), batches(100))


@st.composite
def partial(draw: st.DrawFn) -> Scenario:
    """A call of which the server refuses entries: as it is told to, or on a B2B instance for want of a customer."""
    if draw(st.integers(0, 3)) == 3:  # noqa: PLR2004 - one in four
        count = draw(st.integers(1, 8))
        bought = draw(st.lists(st.booleans(), min_size=count, max_size=count))
        entries = [message(n, n % 2, **({"customer_id": "c"} if has else {})) for n, has in enumerate(bought)]
        return Scenario((Call(tuple(entries)),), tenancy="b2b")
    count = draw(st.one_of(st.integers(1, 6), st.integers(1, 100)))
    refused = draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=min(count, 6)))
    return Scenario((Call(several(count, draw(st.integers(1, 3))), refused=tuple(sorted(refused))),))


def _numbered(batch: tuple[Json, ...], call: int, conversation: int) -> tuple[Json, ...]:
    """The batch with contents and conversations that no other call has."""
    return tuple(
        {**entry, "content": f"c{call} {entry['content']}"[:40], "conversation_id": f"${conversation}"}
        for entry in batch
    )


@st.composite
def beside(draw: st.DrawFn) -> Scenario:
    """Calls that run beside each other, on one client."""
    count = draw(st.integers(2, 4))
    calls = [Call(_numbered(draw(batches(4)), n, n)) for n in range(count)]
    return Scenario((Together(tuple(calls), staggered=draw(st.booleans())),))


@st.composite
def sessions(draw: st.DrawFn, troubles: tuple[Trouble, ...], *, refusals: bool) -> Scenario:
    """A session: calls one after the other, equal, refused, broken and troubled ones among them, and reconnects.

    Never three troubles in a row: after some, a client may hold its calls back for a while.
    """
    steps: list[Step] = []
    kinds = ["call", "again", "empty", "bad", "close"]
    kinds += ["refused"] if refusals else []
    kinds += ["trouble", "trouble"] if troubles else []
    for number in range(draw(st.integers(2, 6))):
        kind = draw(st.sampled_from(kinds))
        calls = [step for step in steps if isinstance(step, Call)]
        tired = len(steps) > 1 and all(isinstance(step, Call) and step.trouble for step in steps[-2:])
        if kind == "close" and calls:
            steps.append(Close())
        elif kind == "again" and calls:
            steps.append(replace(draw(st.sampled_from(calls)), refused=(), trouble=None))
        elif kind == "empty":
            steps.append(Call(()))
        elif kind == "bad":
            steps.append(Call((*several(draw(st.integers(0, 2))), {"conversation_id": "$0", "role": "user"})))
        elif kind == "refused":
            batch = _numbered(several(draw(st.integers(1, 3))), number, number)
            steps.append(Call(batch, refused=(draw(st.integers(0, len(batch) - 1)),)))
        elif kind == "trouble" and not tired:
            batch = _numbered(several(draw(st.integers(1, 2))), number, number)
            steps.append(Call(batch, trouble=draw(st.sampled_from(troubles))))
        else:
            steps.append(Call(_numbered(several(draw(st.integers(1, 3))), number, draw(st.integers(0, 2)))))
    return Scenario(tuple(steps))
