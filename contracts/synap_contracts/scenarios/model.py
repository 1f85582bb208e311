"""What is played against a client: steps as plain data, so that they can be drawn, shrunk, kept and shown.

A conversation is written ``"$0"``, ``"$1"``, …: every play gives it a new UUID. ``"$0:upper"`` is the same conversation
spelled another way. An id of a user, a customer or a session may be written so too.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from random import Random

Json: TypeAlias = Any
"""What JSON can say. Entries may be wrong on purpose, so nothing narrower holds."""

Given = Literal["list", "tuple", "generator"]
Loop = Literal["shared", "own"]
KeyKind = Literal["own", "unknown", "missing", "newline", "accented"]
Place = Literal["server", "nobody", "bystander"]

REFERRING: Final = ("conversation_id", "user_id", "customer_id", "session_id")
"""Fields that may be written as a conversation."""

_REFERENCE: Final = re.compile(r"\$(\d+)(?::(\w+))?")
_SPELLINGS: Final[dict[str, Callable[[uuid.UUID], str]]] = {
    "upper": lambda id_: str(id_).upper(),
    "bare": lambda id_: id_.hex,
    "braces": lambda id_: f"{{{id_}}}",
    "urn": lambda id_: id_.urn,
}
SPELLINGS: Final = tuple(_SPELLINGS)

_VERSIONS: Final = (4, 4, 7, 4, 1, 5)
"""The UUID version of the n-th conversation: validators are known that take 4 alone."""

_ONE_DIGIT: Final = 1 << 48
"""Conversation 1 differs from conversation 0 in this bit alone: clients are known that go by an id's first digits."""


@dataclass(frozen=True)
class Trouble:
    """What goes wrong while a call is under way.

    Args:
        clause: The clause that says what must come out then.
        fault: What is armed at the control face; `"$bystander"` in it is the address of another origin.
        named: How a report calls it.
        short: Whether the client is opened with a short timeout for it.
        patient: Whether the client keeps its own waits between retries.
        skips: How many requests pass before it.
    """

    clause: str
    fault: Json
    named: str
    short: bool = False
    patient: bool = False
    skips: int = 0

    @property
    def slow(self) -> bool:
        """Whether nothing is wrong but that an answer takes its time."""
        return bool(self.fault.get("fault") == "Latency")

    @property
    def rows(self) -> list[Json] | None:
        """The rows of an answer that the server was told to give, where it is a batch result in the page's shape."""
        answer = self.fault.get("json")
        rows = answer.get("results", ()) if isinstance(answer, dict) else ()
        return (rows or []) if isinstance(rows, list | None) else None

    @property
    def commits(self) -> bool:
        """Whether the batch is recorded before the answer goes wrong."""
        return bool(self.fault.get("after_commit"))


@dataclass(frozen=True)
class Open:
    """A client is opened: where, and with which key. A client that no step opened is opened by its first call."""

    client: str = "a"
    key: KeyKind = "own"
    at: Place = "server"


@dataclass(frozen=True)
class Call:
    """A call of `record_messages_batch`.

    Args:
        messages: The entries; conversations as references.
        client: Which client is called.
        refused: Indexes of the entries that the server was told to refuse.
        relents: Whether the server refuses each of them once only.
        trouble: What goes wrong meanwhile.
        given: As what the messages are given.
        loop: Whether the call runs in an event loop of its own.
    """

    messages: tuple[Json, ...]
    client: str = "a"
    refused: tuple[int, ...] = ()
    trouble: Trouble | None = None
    given: Given = "list"
    loop: Loop = "shared"
    relents: bool = False


@dataclass(frozen=True)
class Together:
    """Calls that run beside each other.

    Args:
        calls: In the order in which they begin.
        staggered: Whether the server is slower with the earlier ones, so that they end in another order.
    """

    calls: tuple[Call, ...]
    staggered: bool = False


@dataclass(frozen=True)
class Revoke:
    """The key of a client is revoked."""

    client: str = "a"


@dataclass(frozen=True)
class Close:
    """A client is closed; its next call opens a new one with the same key."""

    client: str = "a"


Step: TypeAlias = Open | Call | Together | Revoke | Close


@dataclass(frozen=True)
class Scenario:
    """Steps in order.

    Args:
        steps: What happens.
        tenancy: Of the instances that the clients' keys belong to.
        listening: Whether logs and output are searched for keys.
        ending: Whether the client's process ends after it, and what it says then is searched as well.
    """

    steps: tuple[Step, ...]
    tenancy: Literal["b2b"] | None = None
    listening: bool = False
    ending: bool = False

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls, in order."""
        return tuple(call for step in self.steps for call in calls_of(step))

    @property
    def size(self) -> int:
        """How many messages all calls submit."""
        return sum(len(call.messages) for call in self.calls)

    @property
    def plain(self) -> bool:
        """Whether a client that is open already will do."""
        return (
            not self.listening
            and self.tenancy is None
            and all(isinstance(step, (Call, Together)) for step in self.steps)
            and not any(call.trouble and (call.trouble.short or call.trouble.patient) for call in self.calls)
        )


def calls_of(step: Step) -> tuple[Call, ...]:
    """The calls of one step."""
    match step:
        case Call():
            return (step,)
        case Together(calls):
            return calls
        case _:
            return ()


def one(*messages: Json, **attributes: Any) -> Scenario:  # noqa: ANN401 - Call's own
    """A scenario of a single call."""
    return Scenario((Call(messages, **attributes),))


@dataclass
class Names:
    """The UUIDs that one play gives to its conversations."""

    random: Random
    given: dict[int, uuid.UUID] = field(default_factory=dict)

    def conversation(self, number: int) -> uuid.UUID:
        """The UUID of the n-th conversation."""
        if number not in self.given and number == 1:
            self.given[1] = uuid.UUID(int=self.conversation(0).int ^ _ONE_DIGIT)
        elif number not in self.given:
            version = _VERSIONS[number % len(_VERSIONS)]
            bits = self.random.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62)
            self.given[number] = uuid.UUID(int=bits | version << 76 | 0x2 << 62)
        return self.given[number]

    def spelled(self, text: Json) -> Json:
        """A reference's UUID as it is sent; anything else as it is."""
        reference = _reference(text)
        if reference is None:
            return text
        id_ = self.conversation(int(reference[1]))
        return _SPELLINGS[reference[2]](id_) if reference[2] else str(id_)

    def entry(self, entry: Json) -> Json:
        """An entry as it is sent."""
        if not isinstance(entry, dict):
            return entry
        return {name: self.spelled(value) if name in REFERRING else value for name, value in entry.items()}


def reference_of(entry: Json) -> re.Match[str] | None:
    """The reference in an entry, if it has one."""
    return _reference(entry.get("conversation_id")) if isinstance(entry, dict) else None


def _reference(text: Json) -> re.Match[str] | None:
    return _REFERENCE.fullmatch(text) if isinstance(text, str) else None


def following(scenarios: Iterable[Scenario]) -> Scenario:
    """One scenario of several, one after the other, each with conversations of its own."""
    steps: list[Step] = []
    first = 0
    for scenario in scenarios:
        moved = [_moved(step, first) for step in scenario.steps]
        first += 1 + max((n for step in scenario.steps for n in _references(step)), default=0)
        steps += moved
    return Scenario(tuple(steps))


def _references(step: Step) -> Iterator[int]:
    for call in calls_of(step):
        for entry in filter(lambda each: isinstance(each, dict), call.messages):
            found = (_reference(entry.get(name)) for name in REFERRING)
            yield from (int(reference[1]) for reference in found if reference)


def _moved(step: Step, by: int) -> Step:
    match step:
        case Call(messages):
            return replace(step, messages=tuple(_moved_entry(entry, by) for entry in messages))
        case Together(calls):
            moved = (replace(c, messages=tuple(_moved_entry(e, by) for e in c.messages)) for c in calls)
            return replace(step, calls=tuple(moved))
        case _:
            return step


def _moved_entry(entry: Json, by: int) -> Json:
    if not isinstance(entry, dict):
        return entry
    return {name: _moved_text(value, by) if name in REFERRING else value for name, value in entry.items()}


def _moved_text(text: Json, by: int) -> Json:
    reference = _reference(text)
    if reference is None:
        return text
    return f"${int(reference[1]) + by}" + (f":{reference[2]}" if reference[2] else "")


_STEPS: Final = {"open": Open, "call": Call, "together": Together, "revoke": Revoke, "close": Close}


def to_json(scenario: Scenario) -> Json:
    """A scenario as JSON; fields that say nothing new are left out."""
    return {**_changed(scenario, but="steps"), "steps": [_step_to_json(step) for step in scenario.steps]}


def from_json(value: Json) -> Scenario:
    """A scenario from what `to_json` made.

    Raises:
        ValueError: It is none.
    """
    try:
        return Scenario(**{**value, "steps": tuple(_step_from_json(step) for step in value["steps"])})
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a scenario: {error}") from error


def dumps(scenario: Scenario) -> bytes:
    """A scenario as bytes; equal scenarios give equal bytes."""
    return json.dumps(to_json(scenario), sort_keys=True).encode()


def replay_id(scenario: Scenario) -> str:
    """What `--replay` calls a scenario."""
    return hashlib.sha256(dumps(scenario)).hexdigest()[:10]


def _changed(value: Any, *, but: str) -> dict[str, Json]:  # noqa: ANN401 - any of the dataclasses above
    return {
        f.name: getattr(value, f.name) for f in fields(value) if f.name != but and getattr(value, f.name) != f.default
    }


def _step_to_json(step: Step) -> Json:
    name = next(name for name, kind in _STEPS.items() if isinstance(step, kind))
    match step:
        case Together(calls, staggered):
            together = {"do": name, "calls": [_step_to_json(call) for call in calls]}
            return {**together, "staggered": True} if staggered else together
        case Call(trouble=Trouble() as trouble):
            return {"do": name, **_changed(step, but="trouble"), "trouble": _changed(trouble, but="")}
        case _:
            return {"do": name, **_changed(step, but="")}


def _step_from_json(value: Json) -> Step:
    attributes = {**value}
    kind = _STEPS[attributes.pop("do")]
    if kind is Together:
        calls = tuple(call for call in map(_step_from_json, value["calls"]) if isinstance(call, Call))
        return Together(calls, staggered=value.get("staggered", False))
    if kind is Call:
        attributes["messages"] = tuple(attributes["messages"])
        attributes["refused"] = tuple(attributes.get("refused", ()))
        if attributes.get("trouble"):
            attributes["trouble"] = Trouble(**attributes["trouble"])
    step: Step = kind(**attributes)
    return step
