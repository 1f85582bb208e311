"""Replaying a violation: whether it happens again, whether the server causes it, and its smallest scenario."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.auth import AUTH_OWN
from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.clauses.judge import judge
from synap_contracts.clauses.results import RES_ROWS, RES_TOTAL
from synap_contracts.clauses.rows import RES_CALLS, RES_ORDER, RES_SUCCESS, RES_UNIQUE
from synap_contracts.clauses.sending import SEND_ALL, SEND_ONLY
from synap_contracts.clauses.statuses import RATE_WAIT
from synap_contracts.client.protocol import AdapterError, Hung, Raised
from synap_contracts.client.real_time import monotonic
from synap_contracts.runs.findings.changes import changed_text, with_text
from synap_contracts.runs.result import ClauseResult, Counterexample
from synap_contracts.scenarios.messages import message
from synap_contracts.scenarios.model import Call, Open
from synap_contracts.scenarios.serialization import dumps, replay_id
from synap_contracts.scenarios.shrinking import cost, parts, shrink
from synap_contracts.server.server import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.observation.observed import Observation
    from synap_contracts.observation.violation import Violation
    from synap_contracts.runs.scenario_runner import ScenarioRunner
    from synap_contracts.scenarios.model import Scenario

_ATTEMPTS: Final = 3
_REFERENCE_ATTEMPTS: Final = 6
_REFERENCE_S: Final = 1.0
_SHRINK_S: Final = 20.0
"""The time limit for one clause. Usually the budget of scenarios ends first: it does not depend on the machine."""
_MOST_TRIES: Final = 150
"""The largest part of the budget for one clause."""
_FEWEST_TRIES: Final = 20
"""What a clause gets when the budget is spent."""
_HUNG_TRIES: Final = 25
"""What a scenario costs in which a call hangs: it takes seconds."""
_SLOW_TRIES: Final = 5
"""What a scenario costs in which a call waits for its timeout."""
_PER_PROCESS: Final = frozenset(
    clause.id
    for clause in (AUTH_OWN, RES_CALLS, RES_ROWS, RES_TOTAL, RES_ORDER, RES_SUCCESS, RES_UNIQUE, SEND_ONLY, SEND_ALL)
)
"""Violated by state that clients share, and that can outlive them."""
_INDEX: Final = re.compile(r"messages\[(\d+)\]")
_SLOW: Final = frozenset({RATE_WAIT.id})
"""One run takes seconds, so the scenario is not shrunk: it is written as small as possible."""


@dataclass
class Replayer:
    """Replays violations.

    Args:
        runner: Runs scenarios with the client.
        reference: Runs scenarios with the reference client: if it fails too, the server is the cause.
        tries: The budget for all shrinking together, as a number of ordinary scenarios.
        judge: Returns what an observation of the client violates.
        until: When the time for shrinking is over, by the real clock.
    """

    runner: ScenarioRunner
    reference: ScenarioRunner
    tries: int
    judge: Callable[[Observation], list[Violation]] = judge
    until: float | None = None
    _seen: dict[bytes, tuple[Observation, Violation]] = field(default_factory=dict)
    _left: int = 0
    """The rest of the budget for the clause that is being confirmed."""

    def confirm(
        self, violation: Violation, observation: Observation, past: Scenario, others: Collection[Counterexample] = ()
    ) -> ClauseResult | None:
        """Return the result of a violation, or None if it was chance.

        Args:
            violation: The violation.
            observation: The scenario that ran last, on clients that may have been open before.
            past: All scenarios that ran on these clients, including that one.
            others: The examples of other clauses, which can be smaller examples of this one.
        """
        scenario = observation.scenario
        if violation.clause in _SLOW:
            observation.requests = self.runner.server.requests()
            server = self._server_failure(violation.clause, scenario, times=1)
            return server or _failed(violation.clause, scenario, observation, violation)
        self._seen.clear()
        self._left = granted = min(_MOST_TRIES, max(self.tries, _FEWEST_TRIES))
        hung = any(isinstance(call.outcome, Hung) for call in observation.calls)
        base = self._reproduce(violation.clause, scenario, past, slow=hung)
        server = self._server_failure(violation.clause, base or scenario, times=1)
        if server is not None:
            return server
        if base is None:
            return self._confirm_unsteady(violation, scenario)
        small = self._shrink(violation.clause, self._smaller(violation, base, others))
        small = self._with_earlier_client(violation.clause, base, small)
        self.tries -= granted - self._left
        observation, found = self._seen[dumps(small)]
        if server := self._server_failure(violation.clause, small, times=_REFERENCE_ATTEMPTS):
            return server  # a server that fails sometimes
        return _failed(violation.clause, small, observation, found)

    def _reproduce(self, clause: ClauseId, scenario: Scenario, past: Scenario, *, slow: bool) -> Scenario | None:
        """Return the scenario that fails on new clients: itself, or all scenarios that ran on the open ones."""
        histories = [past] if len(past.steps) > len(scenario.steps) else []
        for candidate in (scenario, *histories, *[scenario] * (0 if slow else _ATTEMPTS)):
            if self._fails(clause, candidate, fresh=True):
                return candidate
        self.runner.stop()  # a process can remember closed clients, and treat later ones differently
        return scenario if self._fails(clause, scenario, fresh=True) else None

    def _fails(self, clause: ClauseId, scenario: Scenario, *, fresh: bool) -> bool:
        try:
            observation = self.runner.run(scenario, fresh=fresh)
        except (AdapterError, ServerError):
            self._left -= _HUNG_TRIES
            return False
        self._left -= _tries_of(observation)
        found = _find(self.judge(observation), clause)
        if found is None:
            return False
        observation.requests = self.runner.server.requests()
        if _fails_alone(self.runner, found, observation):
            return False
        self._seen[dumps(scenario)] = observation, found
        return True

    def _smaller(self, violation: Violation, base: Scenario, others: Collection[Counterexample]) -> Scenario:
        """Return a smaller scenario that fails: another clause's example, or a part of this one, or the scenario.

        First, texts that the client changes in another field: the same change has the same cause.
        """
        shown = [each.scenario for each in others if _find(judge(each.observation), violation.clause) is not None]
        indexes = tuple(int(found[1]) for path in violation.paths if (found := _INDEX.match(path)))
        small = [*shown, *parts(base, violation.call or 0, indexes)]
        texts = (changed[0] for each in others if (changed := changed_text(each)))
        elsewhere = [each for text in texts if text for each in with_text(violation.clause, text)]
        tried: set[bytes] = set()
        for candidate in (*elsewhere, *sorted(small, key=cost)):
            text = dumps(candidate)
            if text in tried or cost(candidate) >= cost(base):
                continue
            tried.add(text)
            if self._fails(violation.clause, candidate, fresh=True):
                return candidate
        return base

    def _with_earlier_client(self, clause: ClauseId, base: Scenario, small: Scenario) -> Scenario:
        """Return a scenario that also fails in a new process: some need the state that an earlier client left."""
        if clause not in _PER_PROCESS or self._fails_in_new_process(clause, small):
            return small
        earlier = (Open("z"), Call((message(90, 9),), client="z"))
        both = replace(small, steps=(*earlier, *small.steps))
        if self._fails_in_new_process(clause, both):
            return both
        self._left = max(self._left, _FEWEST_TRIES)
        return shrink(base, lambda each: self._fails_in_new_process(clause, each), _SHRINK_S, self._is_spent)

    def _fails_in_new_process(self, clause: ClauseId, scenario: Scenario) -> bool:
        self.runner.stop()
        return self._fails(clause, scenario, fresh=True)

    def _server_failure(self, clause: ClauseId, scenario: Scenario, times: int) -> ClauseResult | None:
        """Return an error if the reference client fails too: the server is the cause."""
        until = monotonic() + _REFERENCE_S
        for _ in range(times):
            try:
                observation = self.reference.run(scenario, fresh=True)
            except AdapterError as error:
                raise ServerError(f"the reference client failed: {error}") from error
            found = _find(judge(observation), clause)
            requests = self.reference.server.requests() if found is not None else ()
            if found is not None and not _fails_alone(self.reference, found, observation):
                observation.requests = requests
                message = f"the server failed, not the client: the reference client fails too ({found.message})"
                example = Counterexample(replay_id(scenario), scenario, observation, found)
                return ClauseResult(BY_ID[clause], "error", message=message, counterexample=example)
            if monotonic() > until:
                break
        return None

    def _confirm_unsteady(self, violation: Violation, scenario: Scenario) -> ClauseResult | None:
        """Confirm a violation that did not occur again. An error can be chance; a false answer cannot."""
        observation = self.runner.run(scenario)
        found = _find(self.judge(observation), violation.clause)
        if found is None or found.unless_alone:
            return None
        if any(isinstance(call.outcome, Raised | Hung) for call in observation.calls):
            return None
        observation.requests = self.runner.server.requests()
        return _failed(violation.clause, scenario, observation, found, steady=False)

    def _shrink(self, clause: ClauseId, scenario: Scenario) -> Scenario:
        shared = scenario.plain and len(scenario.steps) == 1
        small = shrink(scenario, lambda each: self._fails(clause, each, fresh=not shared), _SHRINK_S, self._is_spent)
        if shared and not self._fails(clause, small, fresh=True):
            # Earlier scenarios contributed to the failure: shrink again, on new clients.
            self._fails(clause, scenario, fresh=True)
            self._left = max(self._left, _FEWEST_TRIES)
            small = shrink(scenario, lambda each: self._fails(clause, each, fresh=True), _SHRINK_S, self._is_spent)
        return small

    def _is_spent(self) -> bool:
        return self._left <= 0 or (self.until is not None and monotonic() > self.until)


def _tries_of(observation: Observation) -> int:
    """Return what a scenario costs of the budget."""
    if any(isinstance(call.outcome, Hung) for call in observation.calls):
        return _HUNG_TRIES
    return _SLOW_TRIES if any(call.trouble and call.trouble.short for call in observation.calls) else 1


def _find(violations: list[Violation], clause: ClauseId) -> Violation | None:
    return next((each for each in violations if each.clause == clause), None)


def _fails_alone(runner: ScenarioRunner, violation: Violation, observation: Observation) -> bool:
    """Return whether the call violates its clause without the other calls."""
    if not violation.unless_alone:
        return False
    call = next(each.call for each in observation.calls if each.number == violation.call)
    alone = runner.run(replace(observation.scenario, steps=(call,)), fresh=True)
    return _find(judge(alone), violation.unless_alone) is not None


def _failed(
    clause: ClauseId, scenario: Scenario, observation: Observation, violation: Violation, *, steady: bool = True
) -> ClauseResult:
    example = Counterexample(replay_id(scenario), scenario, observation, violation, steady=steady)
    return ClauseResult(BY_ID[clause], "failed", message=violation.message, counterexample=example)
