"""The state of a running scenario: its clients, the calls that were sent, and what was observed so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from synap_contracts.client.protocol import Raised, Returned
from synap_contracts.observation.observed import AlteredAnswer

if TYPE_CHECKING:
    from synap_contracts.client.protocol import Outcome
    from synap_contracts.observation.observed import ObservedStep
    from synap_contracts.scenarios.model import Call, Json, KeyKind, Names, Place, Scenario
    from synap_contracts.server.server import Key, Recording

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
        quiet_until: The end of the server's last Retry-After. Until then, the client may refuse to send.
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
    """Whether a call did not end because of a failure. The later calls of its client may wait behind it."""
    conversations: set[str] = field(default_factory=set)
    calls: dict[int, int] = field(default_factory=dict)
    """The number of the call for each number of a request."""
    altered: list[AlteredAnswer] = field(default_factory=list)

    def note_altered(self, outcome: Outcome, after: int | None) -> None:
        """Store the altered answers that an outcome reports."""
        if isinstance(outcome, Returned | Raised):
            self.altered += [AlteredAnswer(self.calls.get(number), after, path) for number, path in outcome.altered]
