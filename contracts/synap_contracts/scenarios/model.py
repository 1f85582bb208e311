"""Scenarios: steps as plain data, so that they can be drawn, shrunk, saved and shown.

A conversation is written ``"$0"``, ``"$1"``, …: each run gives it a new UUID. ``"$0:upper"`` is the same conversation
in another spelling. The ID of a user, a customer or a session can be written like this too.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from random import Random

    from synap_contracts.clauses.clause import ClauseId

Json: TypeAlias = Any
"""Any JSON value. Entries can be invalid on purpose, so no narrower type is correct."""

Given = Literal["list", "tuple", "generator"]
Loop = Literal["shared", "own"]
KeyKind = Literal["own", "unknown", "missing", "newline", "accented"]
Place = Literal["server", "nobody", "bystander"]

REFERRING: Final = ("conversation_id", "user_id", "customer_id", "session_id")
"""Fields that can refer to a conversation."""

_REFERENCE: Final = re.compile(r"\$(\d+)(?::(\w+))?")
_SPELLINGS: Final[dict[str, Callable[[uuid.UUID], str]]] = {
    "upper": lambda id_: str(id_).upper(),
    "bare": lambda id_: id_.hex,
    "braces": lambda id_: f"{{{id_}}}",
    "urn": lambda id_: id_.urn,
}
SPELLINGS: Final = tuple(_SPELLINGS)

_VERSIONS: Final = (4, 4, 7, 4, 1, 5)
"""The UUID version of the n-th conversation: some validators accept only version 4."""

_ONE_DIGIT: Final = 1 << 48
"""The only bit in which conversations 0 and 1 differ: some clients compare only the first digits of an ID."""


@dataclass(frozen=True)
class Trouble:
    """A failure that occurs during a call.

    Args:
        clause: The clause that states the required outcome.
        fault: The fault in the format of the control API. `"$bystander"` in it is the address of another origin.
        named: The description in reports.
        short: Whether the client is opened with a short timeout.
        patient: Whether the client keeps its own waits between retries.
        skips: The number of requests that succeed before it occurs.
    """

    clause: ClauseId
    fault: Json
    named: str
    short: bool = False
    patient: bool = False
    skips: int = 0

    @property
    def slow(self) -> bool:
        """Whether the only failure is a slow response."""
        return bool(self.fault.get("fault") == "Latency")

    @property
    def rows(self) -> list[Json] | None:
        """The rows of the prepared response, if it is a batch result in the documented format."""
        answer = self.fault.get("json")
        rows = answer.get("results", ()) if isinstance(answer, dict) else ()
        return (rows or []) if isinstance(rows, list | None) else None

    @property
    def commits(self) -> bool:
        """Whether the batch is recorded before the failure."""
        return bool(self.fault.get("after_commit"))


@dataclass(frozen=True)
class Open:
    """Open a client. A client that no step opens is opened by its first call."""

    client: str = "a"
    key: KeyKind = "own"
    at: Place = "server"


@dataclass(frozen=True)
class Call:
    """Call `record_messages_batch`.

    Args:
        messages: The entries, with references to conversations.
        client: The client that is called.
        refused: The indexes of the entries for which a rejection is scheduled.
        trouble: The failure that occurs during the call.
        given: The type in which the messages are passed.
        loop: Whether the call runs in an event loop of its own.
        relents: Whether the server rejects each of the entries only once.
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
    """Run several calls concurrently.

    Args:
        calls: The calls, in the order in which they begin.
        staggered: Whether the server responds more slowly to earlier calls, so that they end in another order.
    """

    calls: tuple[Call, ...]
    staggered: bool = False


@dataclass(frozen=True)
class Revoke:
    """Revoke the key of a client."""

    client: str = "a"


@dataclass(frozen=True)
class Close:
    """Close a client. Its next call opens a new one with the same key."""

    client: str = "a"


Step: TypeAlias = Open | Call | Together | Revoke | Close


@dataclass(frozen=True)
class Scenario:
    """Steps in order.

    Args:
        steps: The steps.
        tenancy: The tenancy of the instances that the clients' keys belong to.
        listening: Whether logs and output are searched for keys.
        ending: Whether the client's process ends after the scenario, and its last output is searched too.
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
        """The number of messages that all calls submit."""
        return sum(len(call.messages) for call in self.calls)

    @property
    def longest_wait_s(self) -> float:
        """How long a client waits at most because of what the server schedules or demands, in seconds."""
        faults = (call.trouble.fault for call in self.calls if call.trouble)
        return sum(float(each.get("retry_after") or 0) + float(each.get("seconds") or 0) for each in faults)

    @property
    def plain(self) -> bool:
        """Whether the scenario can run on a client that is already open."""
        return (
            not self.listening
            and self.tenancy is None
            and all(isinstance(step, (Call, Together)) for step in self.steps)
            and not any(call.trouble and (call.trouble.short or call.trouble.patient) for call in self.calls)
        )


def calls_of(step: Step) -> tuple[Call, ...]:
    """Return the calls of one step."""
    match step:
        case Call():
            return (step,)
        case Together(calls):
            return calls
        case _:
            return ()


def one(*messages: Json, **attributes: Any) -> Scenario:  # noqa: ANN401 - Call's own
    """Return a scenario with a single call."""
    return Scenario((Call(messages, **attributes),))


@dataclass
class Names:
    """The UUIDs of the conversations in one run of a scenario."""

    random: Random
    assigned: dict[int, uuid.UUID] = field(default_factory=dict)

    def conversation(self, number: int) -> uuid.UUID:
        """Return the UUID of the n-th conversation."""
        if number not in self.assigned and number == 1:
            self.assigned[1] = uuid.UUID(int=self.conversation(0).int ^ _ONE_DIGIT)
        elif number not in self.assigned:
            version = _VERSIONS[number % len(_VERSIONS)]
            bits = self.random.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62)
            self.assigned[number] = uuid.UUID(int=bits | version << 76 | 0x2 << 62)
        return self.assigned[number]

    def resolve(self, text: Json) -> Json:
        """Return the UUID of a reference in its spelling; any other value unchanged."""
        reference = _reference(text)
        if reference is None:
            return text
        id_ = self.conversation(int(reference[1]))
        return _SPELLINGS[reference[2]](id_) if reference[2] else str(id_)

    def entry(self, entry: Json) -> Json:
        """Return an entry with its references resolved."""
        if not isinstance(entry, dict):
            return entry
        return {name: self.resolve(value) if name in REFERRING else value for name, value in entry.items()}


def reference_of(entry: Json) -> re.Match[str] | None:
    """Return the reference to a conversation in an entry, or None."""
    return _reference(entry.get("conversation_id")) if isinstance(entry, dict) else None


def _reference(text: Json) -> re.Match[str] | None:
    return _REFERENCE.fullmatch(text) if isinstance(text, str) else None


def concatenate(scenarios: Iterable[Scenario]) -> Scenario:
    """Return one scenario that runs several one after the other, each with conversations of its own."""
    steps: list[Step] = []
    first = 0
    for scenario in scenarios:
        shifted = [_shift(step, first) for step in scenario.steps]
        first += 1 + max((n for step in scenario.steps for n in _references(step)), default=0)
        steps += shifted
    return Scenario(tuple(steps))


def _references(step: Step) -> Iterator[int]:
    for call in calls_of(step):
        for entry in filter(lambda each: isinstance(each, dict), call.messages):
            found = (_reference(entry.get(name)) for name in REFERRING)
            yield from (int(reference[1]) for reference in found if reference)


def _shift(step: Step, by: int) -> Step:
    match step:
        case Call(messages):
            return replace(step, messages=tuple(_shift_entry(entry, by) for entry in messages))
        case Together(calls):
            shifted = (replace(c, messages=tuple(_shift_entry(e, by) for e in c.messages)) for c in calls)
            return replace(step, calls=tuple(shifted))
        case _:
            return step


def _shift_entry(entry: Json, by: int) -> Json:
    if not isinstance(entry, dict):
        return entry
    return {name: _shift_reference(value, by) if name in REFERRING else value for name, value in entry.items()}


def _shift_reference(text: Json, by: int) -> Json:
    reference = _reference(text)
    if reference is None:
        return text
    return f"${int(reference[1]) + by}" + (f":{reference[2]}" if reference[2] else "")
