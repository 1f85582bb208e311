"""What was observed when a scenario ran: requests, recorded messages, and the outcome of each call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synap_contracts.client.protocol import Outcome
    from synap_contracts.scenarios.model import Call, Json, KeyKind, Place, Scenario, Trouble
    from synap_contracts.server.server import Key, Recording, Request


@dataclass(frozen=True)
class ObservedCall:
    """One call as it happened.

    Args:
        number: Its index among the scenario's calls.
        call: The call as the scenario has it.
        messages: The entries as the client received them.
        outcome: What the caller received.
        key: The client's key, and the instance that its messages belong to.
        key_kind: Whether the client was given that key or another one.
        place: Where the client's requests were sent.
        revoked: Whether the key was revoked before the call.
        opening: Whether it was the opening of the client that raised or hung.
        requests: What the recording routes received during the step. Read only if something was to fail.
        tenancy: The tenancy of the key's instance.
        rejected: The entries with a scheduled rejection, by this call or an earlier one.
        timeout_settable: Whether the kit could set the timeout that the failure requires.
        fault_hit: Whether the scheduled failure occurred. A client that sends no second request avoids a fault of it.
        quiet_s: How long the client was then not called, in seconds, because it may refuse to send.
    """

    number: int
    call: Call
    messages: tuple[Json, ...]
    outcome: Outcome
    key: Key
    key_kind: KeyKind = "own"
    place: Place = "server"
    revoked: bool = False
    opening: bool = False
    requests: tuple[Request, ...] = ()
    tenancy: str | None = None
    rejected: frozenset[int] = frozenset()
    timeout_settable: bool = True
    fault_hit: bool = True
    quiet_s: float = 0.0

    @property
    def unauthorized(self) -> bool:
        """Whether the call must fail because of its key."""
        return self.key_kind in {"unknown", "missing"} or self.revoked

    @property
    def trouble(self) -> Trouble | None:
        """The failure, if it occurred."""
        return self.call.trouble if self.fault_hit else None


@dataclass(frozen=True)
class ObservedStep:
    """The calls of one step, with the recorded messages before and after."""

    calls: tuple[ObservedCall, ...]
    before: Recording
    after: Recording


@dataclass(frozen=True)
class AlteredAnswer:
    """An answer that changed after the call returned it.

    Args:
        call: The number of the call, or None for a call before this scenario.
        after: The number of the call after which the change was detected, or None if a client was closed.
        path: Where the answer differs.
    """

    call: int | None
    after: int | None
    path: str


@dataclass
class Observation:
    """A scenario as it happened.

    Args:
        scenario: The scenario that ran.
        steps: The steps that had calls.
        dialect: The dialect of the server.
        output: Log records and printed text, if the scenario listens.
        secrets: The keys that must not be shown.
        altered: Answers that changed after their calls returned them.
        elsewhere: The request lines, headers and bodies that another origin received.
        requests: The requests, for the report.
    """

    scenario: Scenario
    steps: tuple[ObservedStep, ...]
    dialect: str = "documented"
    output: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    altered: tuple[AlteredAnswer, ...] = ()
    elsewhere: tuple[tuple[str, str, str], ...] = ()
    requests: tuple[Request, ...] = ()

    @property
    def calls(self) -> tuple[ObservedCall, ...]:
        """All calls, in order."""
        return tuple(call for step in self.steps for call in step.calls)
