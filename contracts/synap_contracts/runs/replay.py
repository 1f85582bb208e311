"""Whose fault a failure is, whether it happens again, and the smallest scenario that shows it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.clauses.judge import judge
from synap_contracts.client.protocol import AdapterError, Hung, Raised
from synap_contracts.client.real_time import monotonic
from synap_contracts.runs.result import ClauseResult, Counterexample
from synap_contracts.scenarios.model import dumps, replay_id
from synap_contracts.scenarios.shrinking import shrink
from synap_contracts.server.server import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.observation.finding import Finding
    from synap_contracts.observation.observed import Observation
    from synap_contracts.runs.scenario_runner import Player
    from synap_contracts.scenarios.model import Scenario

_AGAIN: Final = 3
_CONTROLS: Final = 6
_CONTROL_S: Final = 1.0
_EACH_S: Final = 3.0
_OF_THE_PROCESS: Final = frozenset({"AUTH-OWN", "RES-CALLS"})
"""Broken by what clients share, and that may outlive them."""
_SLOW_CLAUSES: Final = frozenset({"RATE-WAIT"})
"""What takes seconds to play once is small as it is written."""


@dataclass
class Trial:
    """Tries what was found.

    Args:
        player: Plays against the client.
        control: Plays against the reference client: what that can't do either is no fault of the client's.
        seconds: How long all shrinking together may take.
        judged: What an observation of the client shows to be broken.
    """

    player: Player
    control: Player
    seconds: float
    judged: Callable[[Observation], list[Finding]] = judge
    _seen: dict[bytes, tuple[Observation, Finding]] = field(default_factory=dict)

    def of(self, finding: Finding, observation: Observation, past: Scenario) -> ClauseResult | None:
        """What a finding comes to; None where it was chance.

        Args:
            finding: What was found.
            observation: What was played last, on clients that may have been open before.
            past: Everything that those were asked, up to that scenario.
        """
        scenario = observation.scenario
        if finding.clause in _SLOW_CLAUSES:
            observation.wire = self.player.server.requests()
            blamed = self._servers(finding.clause, scenario, times=1)
            return blamed or self._failed(finding.clause, scenario, observation, finding, steady=True)
        self._seen.clear()
        hung = any(isinstance(seen.told, Hung) for seen in observation.calls)
        base = self._reproduced(finding.clause, scenario, past, slow=hung)
        blamed = self._servers(finding.clause, base or scenario, times=1)
        if blamed is not None:
            return blamed
        if base is None:
            return self._once(finding, scenario)
        small = self._small(finding.clause, base)
        if finding.clause in _OF_THE_PROCESS and not self._shows_anew(finding.clause, small):
            # What is small leans on clients that the process had before.
            small = shrink(base, lambda each: self._shows_anew(finding.clause, each), _EACH_S)
        observation, told = self._seen[dumps(small)]
        if blamed := self._servers(finding.clause, small, times=_CONTROLS):
            return blamed  # a server that fails now and then
        return self._failed(finding.clause, small, observation, told, steady=True)

    def _reproduced(self, clause: str, scenario: Scenario, past: Scenario, *, slow: bool) -> Scenario | None:
        """The scenario that shows it on new clients: itself, or everything that the open ones were asked."""
        histories = [past] if len(past.steps) > len(scenario.steps) else []
        for candidate in (scenario, *histories, *[scenario] * (0 if slow else _AGAIN)):
            if self._shows(clause, candidate, fresh=True):
                return candidate
        self.player.stop()  # a process may remember clients that are closed, and do otherwise with later ones
        return scenario if self._shows(clause, scenario, fresh=True) else None

    def _shows(self, clause: str, scenario: Scenario, *, fresh: bool) -> bool:
        try:
            observation = self.player.play(scenario, fresh=fresh)
        except (AdapterError, ServerError):
            return False
        told = next((each for each in self.judged(observation) if each.clause == clause), None)
        if told is None:
            return False
        observation.wire = self.player.server.requests()
        if self._alone(self.player, told, observation):
            return False
        self._seen[dumps(scenario)] = observation, told
        return True

    def _alone(self, player: Player, told: Finding, observation: Observation) -> bool:
        """Whether the call in question breaks its clause without those before it."""
        if not told.unless_alone:
            return False
        call = next(seen.call for seen in observation.calls if seen.number == told.call)
        only = player.play(replace(observation.scenario, steps=(call,)), fresh=True)
        return any(each.clause == told.unless_alone for each in judge(only))

    def _servers(self, clause: str, scenario: Scenario, times: int) -> ClauseResult | None:
        """The server's own fault, where the reference client meets it too."""
        until = monotonic() + _CONTROL_S
        for _ in range(times):
            try:
                observation = self.control.play(scenario, fresh=True)
            except AdapterError as error:
                raise ServerError(f"the reference client failed: {error}") from error
            told = next((each for each in judge(observation) if each.clause == clause), None)
            wire = self.control.server.requests() if told is not None else ()
            if told is not None and not self._alone(self.control, told, observation):
                observation.wire = wire
                shown = Counterexample(replay_id(scenario), scenario, observation, told)
                message = f"the server's fault, not your client's: the reference client meets it too ({told.sentence})"
                return ClauseResult(BY_ID[clause], "error", message=message, counterexample=shown)
            if monotonic() > until:
                break
        return None

    def _once(self, finding: Finding, scenario: Scenario) -> ClauseResult | None:
        """A finding that did not come again: an error may have been chance, an untrue word is none."""
        observation = self.player.play(scenario)
        told = next((each for each in self.judged(observation) if each.clause == finding.clause), None)
        if told is None or told.unless_alone or any(isinstance(seen.told, Raised | Hung) for seen in observation.calls):
            return None
        observation.wire = self.player.server.requests()
        return self._failed(finding.clause, scenario, observation, told, steady=False)

    def _shows_anew(self, clause: str, scenario: Scenario) -> bool:
        """Whether it shows in a process that had no other clients."""
        self.player.stop()
        return self._shows(clause, scenario, fresh=True)

    def _small(self, clause: str, scenario: Scenario) -> Scenario:
        began = monotonic()
        seconds = min(_EACH_S, self.seconds)
        warm = scenario.plain and len(scenario.steps) == 1
        small = shrink(scenario, lambda each: self._shows(clause, each, fresh=not warm), seconds)
        if warm and not self._shows(clause, small, fresh=True):
            # What came before had a hand in it: again, and on new clients.
            self._shows(clause, scenario, fresh=True)
            left = max(0.5, seconds - (monotonic() - began))
            small = shrink(scenario, lambda each: self._shows(clause, each, fresh=True), left)
        self.seconds = max(0.3, self.seconds - (monotonic() - began))
        return small

    def _failed(
        self, clause: str, scenario: Scenario, observation: Observation, told: Finding, *, steady: bool
    ) -> ClauseResult:
        shown = Counterexample(replay_id(scenario), scenario, observation, told, steady=steady)
        return ClauseResult(BY_ID[clause], "failed", message=told.sentence, counterexample=shown)
