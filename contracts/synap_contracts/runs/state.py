"""The state of a running scenario: its clients, the calls that were sent, and what was observed so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from synap_contracts.client.protocol import Ended, Hung, Raised, Returned
from synap_contracts.client.real_time import monotonic
from synap_contracts.observation.observed import AlteredAnswer, ObservedCall

if TYPE_CHECKING:
    from synap_contracts.client.protocol import Outcome
    from synap_contracts.observation.observed import ObservedStep
    from synap_contracts.scenarios.model import Call, Json, KeyKind, Names, Place, Scenario
    from synap_contracts.server.server import Key, Recording, Request

UNKNOWN_KEY: Final = "synap_0nobody0issued0this0key0anywhere0"


@dataclass
class OpenClient:
    """A client that is open, or that its next call opens.

    Args:
        handle: The name of the client for its adapter.
        key: The key that was issued for it.
        kind: Whether the client is given that key or another one.
        place: Where its requests are sent.
        tenancy: The tenancy of the key's instance.
        open: Whether it is open.
        revoked: Whether its key is revoked.
        short: Whether it gets a short timeout.
        patient: Whether it keeps its own waits between retries.
        quiet_until: The end of the server's last Retry-After, or of the client's recovery from an error. Until then,
            the client may refuse to send.
    """

    handle: str
    key: Key
    kind: KeyKind = "own"
    place: Place = "server"
    tenancy: str | None = None
    open: bool = False
    revoked: bool = False
    short: bool = False
    patient: bool = False
    quiet_until: float = 0.0

    @property
    def given_key(self) -> str | None:
        """The key that the client is given."""
        match self.kind:
            case "own":
                return self.key.key
            case "unknown":
                return UNKNOWN_KEY
            case "missing":
                return None
            case "newline":
                return f"{self.key.key}\n"
            case "accented":
                return f"{self.key.key}é"


@dataclass
class Recovery:
    """When the clients of a process have recovered: after an error, some fail fast for a while.

    Args:
        until: The end of the recovery from the last error.
    """

    until: float = 0.0

    def quiet_s(self, call: ObservedCall, recovers_s: float) -> float:
        """Return how long the client of a call may refuse to send after it, in seconds.

        Args:
            call: The call.
            recovers_s: How long the client declares that it fails fast after an error, in seconds.
        """
        if not isinstance(call.outcome, Raised):
            return 0.0
        recovers_s = 0.0 if call.outcome.is_a("InvalidInputError") else recovers_s
        self.until = max(self.until, monotonic() + recovers_s)
        return max(recovers_s, float(call.trouble.fault.get("retry_after", 0)) if call.trouble else 0.0)


def may_have_failed_fast(call: ObservedCall) -> bool:
    """Return whether a call raised before it sent anything, as far as is known."""
    return isinstance(call.outcome, Raised) and call.place == "server" and not call.requests


@dataclass
class StartedCall:
    """A call that was sent, with its messages and the number of its request, or the outcome of opening its client."""

    call: Call
    client: OpenClient
    messages: tuple[Json, ...]
    request: int | None
    outcome: Outcome | None


@dataclass
class RunState:
    """The state of one run of a scenario."""

    scenario: Scenario
    names: Names
    clients: dict[str, OpenClient] = field(default_factory=dict)
    recording: Recording = field(default_factory=dict)
    steps: list[ObservedStep] = field(default_factory=list)
    requests: int = 0
    rejected: set[tuple[str, str]] = field(default_factory=set)
    number: int = 0
    hung: bool = False
    stuck: bool = False
    """Whether no later call can be judged: its client waits because of a failure, or ended its process."""
    conversations: set[str] = field(default_factory=set)
    calls: dict[int, int] = field(default_factory=dict)
    """The number of the call for each number of a request."""
    altered: list[AlteredAnswer] = field(default_factory=list)

    def note(self, outcome: Outcome) -> None:
        """Store that a client hung, or that it ended its process."""
        self.hung |= isinstance(outcome, Hung)
        self.stuck |= isinstance(outcome, Ended)

    def note_altered(self, outcome: Outcome, after: int | None) -> None:
        """Store the altered answers that an outcome reports."""
        if isinstance(outcome, Returned | Raised):
            self.altered += [AlteredAnswer(self.calls.get(number), after, path) for number, path in outcome.altered]


def identity_of(entry: Json) -> tuple[Json, Json] | None:
    """Return the fields by which a rejection matches an entry."""
    matches = has_id(entry) and isinstance(entry.get("content"), str)
    return (entry["conversation_id"], entry["content"]) if matches else None


def has_id(entry: Json) -> bool:
    """Return whether an entry has a conversation ID that is a string."""
    return isinstance(entry, dict) and isinstance(entry.get("conversation_id"), str)


def observe(
    state: RunState, started: StartedCall, outcome: Outcome, requests: tuple[Request, ...], *, settable: bool
) -> ObservedCall:
    """Return a call as it happened.

    Args:
        state: The state before the call is counted.
        started: The call.
        outcome: Its outcome.
        requests: What the recording routes received during the step.
        settable: Whether the kit could set the timeout that the failure requires.
    """
    client = started.client
    return ObservedCall(
        state.number,
        started.call,
        started.messages,
        outcome,
        client.key,
        client.kind,
        client.place,
        revoked=client.revoked,
        opening=started.request is None,
        requests=requests,
        tenancy=client.tenancy,
        rejected=frozenset(n for n, entry in enumerate(started.messages) if identity_of(entry) in state.rejected),
        timeout_settable=settable,
    )
