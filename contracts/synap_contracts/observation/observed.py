"""What was seen when a scenario was played: what was asked, what the server recorded, what the caller was told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synap_contracts.client.protocol import Told
    from synap_contracts.scenarios.model import Call, KeyKind, Place, Scenario, Trouble
    from synap_contracts.server.server import Key, Request, Truth

Json = Any


@dataclass(frozen=True)
class CallSeen:
    """One call as it went.

    Args:
        number: Its place among the scenario's calls.
        call: What was to be done.
        messages: The entries as the client got them.
        told: What the caller was told.
        key: The client's key, and the instance that its messages belong to.
        kind: What kind of key that is.
        at: Where the client was sent.
        revoked: Whether the key was revoked before.
        opening: Whether it was the opening of the client that raised or hung.
        requests: What reached the recording routes meanwhile; read where something was to go wrong.
        tenancy: Of the key's instance.
        refused: Indexes of the entries that the server was told to refuse, by this call or an earlier one.
        struck: Whether the trouble came about: a client that sends nothing more meets no fault of a later request.
        settable: Whether the client could be told the timeout or the waits that the trouble needs.
    """

    number: int
    call: Call
    messages: tuple[Json, ...]
    told: Told
    key: Key
    kind: KeyKind = "own"
    at: Place = "server"
    revoked: bool = False
    opening: bool = False
    requests: tuple[Request, ...] = ()
    tenancy: str | None = None
    refused: frozenset[int] = frozenset()
    settable: bool = True
    struck: bool = True

    @property
    def barred(self) -> bool:
        """Whether the call has to fail for its key."""
        return self.kind in {"unknown", "missing"} or self.revoked

    @property
    def trouble(self) -> Trouble | None:
        """What went wrong, where it did."""
        return self.call.trouble if self.struck else None


@dataclass(frozen=True)
class Event:
    """The calls of one step, with the server's truth before and after."""

    calls: tuple[CallSeen, ...]
    before: Truth
    after: Truth


@dataclass(frozen=True)
class Altered:
    """An answer that changed after its caller had got it.

    Args:
        call: The number of the call that it answered, or None for one before this scenario.
        by: The number of the call after which it was seen, or None where a client was closed.
        at: Where it differs.
    """

    call: int | None
    by: int | None
    at: str


@dataclass
class Observation:
    """A scenario as it went.

    Args:
        scenario: What was played.
        events: The steps that had calls.
        dialect: Which one the server spoke.
        heard: Texts of logs and output, where the scenario listens.
        secrets: The keys that nobody may see.
        altered: Answers that changed after their callers had got them.
        overheard: Request lines, headers and bodies that came to another origin.
        wire: The requests, for the report.
    """

    scenario: Scenario
    events: tuple[Event, ...]
    dialect: str = "documented"
    heard: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    altered: tuple[Altered, ...] = ()
    overheard: tuple[tuple[str, str, str], ...] = ()
    wire: tuple[Request, ...] = field(default=())

    @property
    def calls(self) -> tuple[CallSeen, ...]:
        """All calls, in order."""
        return tuple(call for event in self.events for call in event.calls)
