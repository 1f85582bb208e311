"""Invalid input: what the page's parameter list does not allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from synap_contracts.clauses.clause import OWN_CHOICE, PARAMETERS, RAISES, Check, Depth, must, should
from synap_contracts.clauses.rows import complete_rows, is_failed
from synap_contracts.client.protocol import Raised, Returned, has_tagged
from synap_contracts.observation.expected import OPTIONAL_STRINGS, REQUIRED, ROLES, canonical
from synap_contracts.observation.remembering import remembered
from synap_contracts.observation.violation import Violation, format_outcome, format_value
from synap_contracts.scenarios.messages import message, several
from synap_contracts.scenarios.model import Call, Scenario, one

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.observation.comparison import Stored
    from synap_contracts.observation.facts import CallFacts
    from synap_contracts.observation.observed import ObservedCall
    from synap_contracts.scenarios.model import Given, Json

IN_KEYS = must(
    "IN-KEYS",
    "documented",
    RAISES,
    "Each missing required key, in an entry at any index, raises InvalidInputError.",
)
IN_ROLE = must("IN-ROLE", "documented", RAISES, "Each invalid role, at any index, raises InvalidInputError.")
IN_ATOMIC = should("IN-ATOMIC", "assumed", OWN_CHOICE, "A call that raises InvalidInputError records nothing.")
IN_UUID = must(
    "IN-UUID",
    "documented",
    f"{PARAMETERS} (must be a valid UUID)",
    "A conversation_id that is not a UUID raises InvalidInputError or returns a failed row, and is not recorded.",
)
IN_TYPES = should(
    "IN-TYPES",
    "derived",
    PARAMETERS,
    "A field of the wrong type raises InvalidInputError or returns a failed row, and is never silently changed.",
)
IN_ITERABLE = should(
    "IN-ITERABLE",
    "assumed",
    OWN_CHOICE,
    "Messages passed as a tuple or a generator are recorded completely or cause an error.",
)


def violated_clause(entry: Json) -> ClauseId | None:
    """Return the clause for a call with this entry, or None if the entry follows the parameter list."""
    if not isinstance(entry, dict):
        return IN_TYPES.id
    if any(key not in entry for key in REQUIRED):
        return IN_KEYS.id
    if any(not isinstance(entry[key], str) for key in REQUIRED):
        return IN_TYPES.id
    if entry["role"] not in ROLES:
        return IN_ROLE.id
    if any(not isinstance(entry.get(key), str | None) for key in OPTIONAL_STRINGS):
        return IN_TYPES.id
    metadata = entry.get("metadata")
    return None if isinstance(metadata, dict | None) and not has_tagged(metadata) else IN_TYPES.id


@remembered
def violated_clauses(call: ObservedCall) -> tuple[ClauseId | None, ...]:
    """Return the clause of `violated_clause` for each entry of a call."""
    return tuple(map(violated_clause, call.messages))


_DEFECTS: Final = {IN_KEYS.id: "is missing a required key", IN_ROLE.id: "has an invalid role"}


def judge_invalid_call(call: ObservedCall, facts: CallFacts) -> Iterator[Violation]:
    """Judge a call whose entries include invalid ones."""
    invalid = {index: found for index, found in enumerate(violated_clauses(call)) if found}
    paths = tuple(f"messages[{index}]" for index in invalid)
    first = min(invalid)
    rows = complete_rows(call, call.outcome.answer) if isinstance(call.outcome, Returned) else []
    if isinstance(call.outcome, Raised) and call.outcome.is_a("InvalidInputError"):
        stored = facts.comparison.unexpected
        if facts.comparison.count_of(call.number) or any(
            _is_made_of(entry, each) for entry in call.messages for each in stored
        ):
            message = "the client raised InvalidInputError, but part of the call is recorded"
            yield Violation(IN_ATOMIC.id, message, call.number, paths)
    elif invalid[first] == IN_TYPES.id and rows:
        for index in (index for index in invalid if not is_failed(rows[index])):
            message = f"messages[{index}] has a field of the wrong type, but the client reported success"
            yield Violation(IN_TYPES.id, message, call.number, (f"messages[{index}]", f"answer.results[{index}]"))
    else:
        yield _expected_error(call, first, invalid[first], paths)
    if set(invalid.values()) == {IN_TYPES.id}:
        yield from _judge_changed_entry(call, first, paths, facts)


def _expected_error(call: ObservedCall, index: int, clause: ClauseId, paths: tuple[str, ...]) -> Violation:
    defect = _DEFECTS.get(clause, "has a field of the wrong type")
    or_row = " or a failed row" if clause == IN_TYPES.id else ""
    message = f"messages[{index}] {defect}, and {format_outcome(call)}; expected InvalidInputError{or_row}"
    return Violation(clause, message, call.number, paths)


def _judge_changed_entry(
    call: ObservedCall, index: int, paths: tuple[str, ...], facts: CallFacts
) -> Iterator[Violation]:
    """Judge that the client did not turn an invalid entry into a valid one."""
    entry = call.messages[index]
    made = next((each for each in facts.comparison.unexpected if _is_made_of(entry, each)), None)
    if made:
        message = f"the client changed {format_value(entry)} into {_format_stored(made)}"
        yield Violation(IN_TYPES.id, message, call.number, paths)


def _is_made_of(entry: object, stored: Stored) -> bool:
    """Return whether a recorded message can be what a client made of an invalid entry."""
    if not isinstance(entry, dict):
        return True
    same_conversation = canonical(entry.get("conversation_id")) == stored.place[1]
    return same_conversation or entry.get("content") == stored.record.entry["content"]


def _format_stored(stored: Stored) -> str:
    entry = stored.record.entry
    return format_value({key: value for key, value in entry.items() if key in {"role", "content", "metadata"}})


# fmt: off
INVALID_ROLES: Final = (
    "system", "tool", "User", "USER", "ASSISTANT", "user ", " user", "assistant\n", "", "bot", "human", "usr",
)
NOT_UUIDS: Final = (
    "livekit-3f2a", "conv_2026_05_16_alice", "", " ", "123", "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a1",
    "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a111", "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a1g",
    "not-a-uuid-at-all-but-36-chars-long!", "None", "0", " 6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11",
    "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11 ", "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11\n",
    "\t6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11", "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11\x00",
    "conv-6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11", "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11/messages",
    "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11,6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a12",
)
# fmt: on
"""Near misses too, but none that Python's own `uuid.UUID` accepts: it requires 32 digits and ignores the rest."""
# fmt: off
WRONG_TYPES: Final[tuple[tuple[str, Json], ...]] = (
    ("content", None), ("content", 5), ("content", 1.5), ("content", True), ("content", ["a"]),
    ("content", {"text": "a"}), ("role", None), ("role", 1), ("role", ["user"]), ("conversation_id", None),
    ("conversation_id", 5), ("conversation_id", ["a"]), ("user_id", 5), ("user_id", True), ("user_id", ["u"]),
    ("customer_id", 5), ("customer_id", {"id": "c"}), ("session_id", 5), ("session_id", False), ("metadata", "a"),
    ("metadata", 5), ("metadata", ["a"]), ("metadata", [["a", 1]]), ("metadata", True),
)
_AT: Final = "2026-05-16T08:30:00"
_PYTHON: Final[tuple[tuple[str, Json], ...]] = (
    ("datetime", f"{_AT}+00:00"), ("datetime", _AT), ("date", "2026-05-16"), ("float", "nan"), ("float", "inf"),
    ("float", "-inf"), ("Decimal", "1.10"), ("bytes", "6869"), ("set", ["a", "b"]), ("set", []),
    ("dict", [[1, "a"]]), ("dict", [[None, "a"]]), ("dict", [[True, "a"]]), ("dict", [[1.5, "a"], ["1.5", "b"]]),
)
# fmt: on
"""Values of Python that JSON does not have: the kind and the text that a Python host builds it from."""
NOT_ENTRIES: Final[tuple[Json, ...]] = ("a", None, 5, [], ["conversation_id", "role", "content"])

PLACES: Final = ((1, 0), (2, 1), (3, 1), (12, 11), (30, 25), (100, 57), (100, 99))
"""The number of messages, and the index of the invalid one."""

_INVALID: Final = 700
"""The number of an invalid entry: when a client corrects it, it must not equal its neighbors."""


def without_key(key: str, number: int = _INVALID) -> Json:
    """Return a message without one of its keys. Odd numbers are messages of the assistant."""
    return {name: value for name, value in message(number).items() if name != key}


def among(count: int, index: int, invalid: Json) -> Scenario:
    """Return a batch with one invalid entry."""
    return one(*(invalid if n == index else message(n) for n in range(count)))


def missing_keys(_: Depth) -> tuple[Scenario, ...]:
    """Each required key, at each place, in a message of the user and of the assistant."""
    at_places = [among(count, index, without_key(key)) for key in REQUIRED for count, index in PLACES]
    by_assistant = [one(without_key(key, _INVALID + 1)) for key in REQUIRED]
    # A turn that calls tools has no content in the APIs of some language models.
    calls_tools = {**without_key("content", _INVALID + 1), "tool_calls": [{"id": "call_1", "type": "function"}]}
    return (*by_assistant, one(calls_tools), *at_places, one({}), one(*(without_key(key) for key in REQUIRED)))


def invalid_roles(_: Depth) -> tuple[Scenario, ...]:
    """Each invalid role, and two of them at each place."""
    return (
        *(one(message(_INVALID, role=role)) for role in INVALID_ROLES),
        *(among(count, index, message(_INVALID, role=role)) for count, index in PLACES for role in ("system", "User")),
    )


def not_uuids(_: Depth) -> tuple[Scenario, ...]:
    """Each ID that is not a UUID, alone and among others."""
    alone = [one({**message(0), "conversation_id": id_}) for id_ in NOT_UUIDS]
    mixed = [among(count, index, {**message(_INVALID), "conversation_id": NOT_UUIDS[0]}) for count, index in PLACES]
    return (*alone, *mixed)


def wrong_types(_: Depth) -> tuple[Scenario, ...]:
    """Each field with each wrong type; entries that are not objects."""
    return (
        *(one(message(0, **{name: value})) for name, value in WRONG_TYPES),
        *(one(entry) for entry in NOT_ENTRIES),
        *(among(3, 1, message(_INVALID, **{name: value})) for name, value in WRONG_TYPES[::5]),
        among(3, 2, "a"),
    )


def python_values(_: Depth) -> tuple[Scenario, ...]:
    """Values that JSON does not have: in metadata, in a list in it, as metadata, and as content."""
    values = [{"$python": kind, "value": value} for kind, value in _PYTHON]
    contents = [value for value in values if value["$python"] in {"bytes", "datetime", "Decimal"}]
    return (
        *(one(message(0, metadata={"a": value})) for value in values),
        *(among(3, 1, message(_INVALID, metadata={"a": [{"b": value}]})) for value in values[::3]),
        *(one(message(0, metadata=value)) for value in values if value["$python"] in {"dict", "set"}),
        *(one(message(0, content=value)) for value in contents),
    )


def iterables(_: Depth) -> tuple[Scenario, ...]:
    """Messages as a tuple and from a generator."""
    kinds: tuple[Given, ...] = ("tuple", "generator")
    return tuple(Scenario((Call(several(count), given=given),)) for given in kinds for count in (1, 3, 60))


@st.composite
def invalid_entries(draw: st.DrawFn) -> Scenario:
    """One or two invalid entries anywhere."""
    count = draw(st.one_of(st.integers(1, 5), st.integers(1, 100)))
    entries = list(several(count))
    invalid = st.one_of(
        st.sampled_from(REQUIRED).map(without_key),
        st.sampled_from(INVALID_ROLES).map(lambda role: message(_INVALID, role=role)),
        st.text(st.characters(codec="utf-8", max_codepoint=0x2FF), max_size=9)
        .filter(lambda role: role not in ROLES)
        .map(lambda role: message(_INVALID, role=role)),
    )
    for _ in range(draw(st.integers(1, 2))):
        entries[draw(st.integers(0, count - 1))] = draw(invalid)
    return one(*entries)


CHECKS = (
    Check("missing keys", (IN_KEYS, IN_ATOMIC), missing_keys),
    Check("invalid roles", (IN_ROLE, IN_ATOMIC), invalid_roles),
    Check("invalid entries", (IN_KEYS, IN_ROLE, IN_ATOMIC), drawn=invalid_entries(), share=0.5),
    Check("conversation IDs that are not UUIDs", (IN_UUID,), not_uuids),
    Check("wrong types", (IN_TYPES,), wrong_types),
    Check("values that JSON does not have", (IN_TYPES,), python_values, only="python"),
    Check("tuples and generators", (IN_ITERABLE,), iterables, abilities=frozenset({"given"})),
)
