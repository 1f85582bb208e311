"""What a client does with input that breaks the page's parameter list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from synap_contracts.clauses.check import Check, Depth
from synap_contracts.observation.expected import REQUIRED
from synap_contracts.scenarios.model import Call, Scenario, one
from synap_contracts.scenarios.strategies import message, several

if TYPE_CHECKING:
    from synap_contracts.scenarios.model import Given, Json

BAD_ROLES: Final = (
    "system",
    "tool",
    "User",
    "USER",
    "ASSISTANT",
    "user ",
    " user",
    "assistant\n",
    "",
    "bot",
    "human",
    "usr",
)
NO_UUIDS: Final = (
    "livekit-3f2a",
    "conv_2026_05_16_alice",
    "",
    " ",
    "123",
    "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a1",
    "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a111",
    "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a1g",
    "not-a-uuid-at-all-but-36-chars-long!",
    "None",
    "0",
    " 6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11",
    "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11 ",
    "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11\n",
    "\t6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11",
    "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11\x00",
    "conv-6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11",
    "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11/messages",
    "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11,6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a12",
)
"""Near misses too, but none that Python's own `uuid.UUID` takes: that wants 32 digits and is lax about the rest."""
WRONG_TYPES: Final[tuple[tuple[str, Json], ...]] = (
    ("content", None),
    ("content", 5),
    ("content", 1.5),
    ("content", True),
    ("content", ["a"]),
    ("content", {"text": "a"}),
    ("role", None),
    ("role", 1),
    ("role", ["user"]),
    ("conversation_id", None),
    ("conversation_id", 5),
    ("conversation_id", ["a"]),
    ("user_id", 5),
    ("user_id", True),
    ("user_id", ["u"]),
    ("customer_id", 5),
    ("customer_id", {"id": "c"}),
    ("session_id", 5),
    ("session_id", False),
    ("metadata", "a"),
    ("metadata", 5),
    ("metadata", ["a"]),
    ("metadata", [["a", 1]]),
    ("metadata", True),
)
NO_ENTRIES: Final[tuple[Json, ...]] = ("a", None, 5, [], ["conversation_id", "role", "content"])

PLACES: Final = ((1, 0), (2, 1), (3, 1), (12, 11), (30, 25), (100, 57), (100, 99))
"""How many messages, and which one is wrong."""

_BAD: Final = 700
"""The number of a bad entry: mended, it must be none of its neighbours."""


def lacking(key: str) -> Json:
    """A message without a key."""
    return {name: value for name, value in message(_BAD).items() if name != key}


def among(count: int, index: int, bad: Json) -> Scenario:
    """A batch with one bad entry."""
    return one(*(bad if n == index else message(n) for n in range(count)))


def missing_keys(depth: Depth) -> tuple[Scenario, ...]:
    """Each required key, at each place."""
    del depth
    at_places = [among(count, index, lacking(key)) for key in REQUIRED for count, index in PLACES]
    return (*at_places, one({}), one(*(lacking(key) for key in REQUIRED)))


def bad_roles(depth: Depth) -> tuple[Scenario, ...]:
    """Each bad role, and one of them at each place."""
    del depth
    return (
        *(one(message(_BAD, role=role)) for role in BAD_ROLES),
        *(among(count, index, message(_BAD, role=role)) for count, index in PLACES for role in ("system", "User")),
    )


def no_uuids(depth: Depth) -> tuple[Scenario, ...]:
    """Each that is no UUID, alone and among others."""
    del depth
    alone = [one({**message(0), "conversation_id": id_}) for id_ in NO_UUIDS]
    mixed = [among(count, index, {**message(_BAD), "conversation_id": NO_UUIDS[0]}) for count, index in PLACES]
    return (*alone, *mixed)


def wrong_types(depth: Depth) -> tuple[Scenario, ...]:
    """Each field with each wrong type; entries that are no objects."""
    del depth
    return (
        *(one(message(0, **{name: value})) for name, value in WRONG_TYPES),
        *(one(entry) for entry in NO_ENTRIES),
        *(among(3, 1, message(_BAD, **{name: value})) for name, value in WRONG_TYPES[::5]),
        among(3, 2, "a"),
    )


def iterables(depth: Depth) -> tuple[Scenario, ...]:
    """Messages as a tuple and from a generator."""
    del depth
    kinds: tuple[Given, ...] = ("tuple", "generator")
    return tuple(Scenario((Call(several(count), given=given),)) for given in kinds for count in (1, 3, 60))


@st.composite
def drawn(draw: st.DrawFn) -> Scenario:
    """One or two wrong entries anywhere."""
    count = draw(st.one_of(st.integers(1, 5), st.integers(1, 100)))
    entries = list(several(count))
    bad = st.one_of(
        st.sampled_from(REQUIRED).map(lacking),
        st.sampled_from(BAD_ROLES).map(lambda role: message(_BAD, role=role)),
        st.text(st.characters(codec="utf-8", max_codepoint=0x2FF), max_size=9)
        .filter(lambda role: role not in {"user", "assistant"})
        .map(lambda role: message(_BAD, role=role)),
    )
    for _ in range(draw(st.integers(1, 2))):
        entries[draw(st.integers(0, count - 1))] = draw(bad)
    return one(*entries)


CHECKS = (
    Check("missing keys", ("IN-KEYS", "IN-ATOMIC"), missing_keys, share=0),
    Check("invalid roles", ("IN-ROLE", "IN-ATOMIC"), bad_roles, share=0),
    Check("wrong entries", ("IN-KEYS", "IN-ROLE", "IN-ATOMIC"), lambda _: (), drawn(), share=0.5),
    Check("conversation ids that are none", ("IN-UUID",), no_uuids, share=0),
    Check("wrong types", ("IN-TYPES",), wrong_types, share=0),
    Check("tuples and generators", ("IN-ITERABLE",), iterables, wants=frozenset({"given"}), share=0),
)
