"""Running the checks with one client."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from synap_contracts.clauses.catalogue import BY_ID, CHECKS, CLAUSES, REVISION, clauses_of
from synap_contracts.clauses.rows import ACCEPT
from synap_contracts.client.protocol import AdapterError, Hung, Raised
from synap_contracts.client.real_time import monotonic
from synap_contracts.observation.events import note_events
from synap_contracts.observation.violation import format_outcome
from synap_contracts.runs.known import KnownFailures
from synap_contracts.runs.result import ClauseResult
from synap_contracts.runs.tally import Tally
from synap_contracts.scenarios.messages import message, several
from synap_contracts.scenarios.model import concatenate, one
from synap_contracts.server.server import ROUTES, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from synap_contracts.clauses.clause import Ability, Check, ClauseId, Depth
    from synap_contracts.client.protocol import Hello
    from synap_contracts.observation.observed import Observation
    from synap_contracts.observation.violation import Violation
    from synap_contracts.runs.replay import Replayer
    from synap_contracts.runs.scenario_runner import ScenarioRunner
    from synap_contracts.scenarios.model import Scenario
    from synap_contracts.scenarios.saved import SavedExamples

_ABILITIES: Final[dict[Ability, str]] = {
    "timeout_s": "setting the timeout",
    "retry": "setting short waits",
    "listen": "collecting log records",
    "given": "passing messages as other types than a list",
    "loop": "calling from several event loops",
    "input": "comparing the caller's messages before and after",
    "integers": "integers beyond 2^53",
    "surrogates": "lone surrogates",
    "concurrent": "concurrent calls",
}
_FEW: Final = 3
"""A counterexample with more messages than this shows a limit on their number."""
_MAX_FAILURES: Final = 3
"""The run ends after this many adapters failed."""


@dataclass(frozen=True)
class Plan:
    """The extent of a run.

    Args:
        depth: The profile.
        examples: The number of scenarios that a check draws.
        fixed_s: The time limit of a check for its fixed scenarios.
        drawn_s: The time limit of a check for its drawn scenarios.
        seed: The seed for drawing.
        clauses: The clauses to test.
        revision: The revision of the contract.
        until: When the time of a run for a time is over, by the real clock.
    """

    depth: Depth
    examples: int
    fixed_s: float
    drawn_s: float
    seed: int
    clauses: frozenset[ClauseId] = clauses_of(REVISION)
    revision: str = REVISION
    until: float | None = None


PROFILES: Final[dict[Depth, tuple[int, float, float]]] = {
    "quick": (12, 5.0, 10.0),
    "default": (60, 30.0, 40.0),
    "deep": (500, 600.0, 240.0),
}
"""For each check: the number of drawn scenarios, and the time limits for fixed and drawn scenarios in seconds.

The limits are for slow clients: usually all scenarios run, so that the result does not depend on the machine."""

PROBES: Final = (
    one(message(0)),
    one(*several(2)),
    one(message(0, user_id="u", customer_id="c", session_id="s", metadata={"a": 1})),
    one(*several(10, 2)),
)
"""Ordinary batches. The run of a client that records none of them stops."""
_UNLIMITED_S: Final[dict[Depth, float]] = {"quick": 30.0, "default": 120.0, "deep": 3600.0}
"""At the beginning of a run, no scenario is skipped: a slow machine must not make the search less thorough."""


class _Enough(BaseException):
    """A check draws no more scenarios. Hypothesis takes an Exception for a failure of the test."""


@dataclass
class CheckRunner:
    """Runs the checks, and collects the result of each clause.

    Args:
        runner: Runs scenarios with the client.
        replayer: Confirms and shrinks violations.
        plan: The extent of the run.
        saved: The counterexamples of earlier runs.
        known: The known failures.
        tally: What is known already.
    """

    runner: ScenarioRunner
    replayer: Replayer
    plan: Plan
    saved: SavedExamples
    known: KnownFailures = field(default_factory=KnownFailures)
    tally: Tally = field(default_factory=Tally)
    failures: int = 0
    hung: int = 0
    """The number of scenarios in which a call hung. A check stops drawing after one: each takes seconds."""
    began: float = field(default_factory=monotonic)

    def run_first(self) -> bool:
        """Run a few ordinary batches and the saved examples. Return whether the client records anything."""
        if self._records_nothing():
            return False
        self._run_saved()
        return True

    def run(self, numbers: Iterable[int], begin: Callable[[int], None] = lambda _: None) -> None:
        """Run checks.

        Args:
            numbers: Their indexes in `CHECKS`.
            begin: Called with the index of a check when it begins.
        """
        for number in numbers:
            if self._is_over(self.plan.until):
                return
            check = CHECKS[number]
            begin(number)
            if check.dialect in {None, self.runner.server.dialect}:
                self._run_check(check, number)
            else:
                self.tally.other_dialects |= {each.id: f"requires --dialect {check.dialect}" for each in check.proves}

    def replay(self, clause: ClauseId, scenario: Scenario) -> None:
        """Run one scenario of a clause. If nothing violates the clause, it has passed."""
        self._run_scenario(scenario)
        self.tally.proven.add(clause)
        self.tally.examples[clause] = 1
        self.tally.exercise.counts[clause] = max(1, self.tally.exercise.counts[clause])

    def _records_nothing(self) -> bool:
        """Return whether the client records none of a few ordinary batches, and judge them by all clauses then."""
        observation = None
        for scenario in PROBES:
            try:
                observation = self._run_scenario(scenario)
            except (AdapterError, ServerError):
                return False  # the checks report it
            if self.tally.recorded or (self.runner.hangs and scenario is not PROBES[0]):
                break
            self.runner.stop()  # the replay of a known failure can leave a process that no longer works
        if self.tally.recorded or observation is None:
            return False
        self.tally.stopped = describe_stop(observation)
        wanted = self.plan.clauses
        self.plan = replace(self.plan, clauses=clauses_of(self.plan.revision) - self.tally.settled.keys())
        if not self.tally.settled:
            self._run_scenario(observation.scenario)
        self.plan = replace(self.plan, clauses=wanted)
        return True

    def _run_saved(self) -> None:
        """Run the counterexamples of earlier runs."""
        for clause in (each.id for each in CLAUSES if each.id in self.plan.clauses):
            for scenario in self.saved.load(clause):
                if clause in self.tally.settled or self._is_too_large(scenario):
                    continue
                try:
                    self._run_scenario(scenario)
                except (AdapterError, ServerError):
                    self.runner.stop()
                    continue
                if clause not in self.tally.settled:
                    self.saved.delete(clause, scenario)

    def _run_check(self, check: Check, number: int) -> None:
        if check.only is not None and check.only not in self.runner.driver.hello.can:
            return
        if gap := self._gap(check, self.runner.driver.hello):
            for clause in check.proves:
                self.tally.gaps[clause.id].append(gap)
            return
        if not self._open(check):
            return
        try:
            self._run_fixed(check)
            if check.drawn is not None and check.share and self.plan.examples:
                self._run_drawn(check, number)
            self.runner.close_shared()
        except AdapterError as error:
            self._settle_error(check, f"the adapter, not the client: {error}")
            self.failures += 1
            if self.failures >= _MAX_FAILURES:
                raise
        except ServerError as error:
            self._settle_error(check, f"the server, not the client: {error}")
        else:
            self.tally.proven |= {clause.id for clause in check.proves}

    def _settle_error(self, check: Check, message: str) -> None:
        self.runner.stop()
        for clause in self._open(check):
            self.tally.settled[clause] = ClauseResult(BY_ID[clause], "error", self.tally.examples[clause], message)

    def _open(self, check: Check) -> set[ClauseId]:
        """Return the clauses that a check can still decide."""
        return set(check.clauses & self.plan.clauses) - self.tally.settled.keys()

    def _gap(self, check: Check, hello: Hello) -> str | None:
        """Return why a check cannot run with this client, or against this server."""
        if missing := [ROUTES[each] for each in sorted(check.needs - self.runner.server.capabilities)]:
            return f"the server does not support {', '.join(missing)}"
        able = hello.can | ({"surrogates"} if hello.surrogates else set())
        able |= ({"integers"} if hello.integers is None else set()) | ({"concurrent"} if hello.concurrent else set())
        if unable := [_ABILITIES[each] for each in sorted(check.abilities - able)]:
            return f"the adapter does not support {', '.join(unable)}"
        return None

    def _run_fixed(self, check: Check) -> None:
        until = self._until(self.plan.fixed_s)
        scenarios = check.fixed(self.plan.depth)
        for number, scenario in enumerate(scenarios):
            if not self._open(check) or self._open(check) <= self.tally.gaps.keys():
                return
            if self._is_over(until, scenario.longest_wait_s):
                for clause in check.proves:
                    self.tally.skipped[clause.id].append(
                        f"{check.name}: {number} of {len(scenarios)} scenarios ran within the time limit"
                    )
                return
            if not self._is_too_large(scenario):
                self._run_example(check, scenario)

    def _run_drawn(self, check: Check, number: int) -> None:
        assert check.drawn is not None  # noqa: S101 - the caller checks it
        until = self._until(self.plan.drawn_s)
        hung = self.hung

        @seed(self.plan.seed * 1000 + number)
        @settings(
            max_examples=max(1, int(self.plan.examples * check.share)),
            phases=(Phase.generate,),
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )
        @given(check.drawn)
        def run_each(scenario: Scenario) -> None:
            if not self._open(check) or self._is_over(until) or self.hung != hung:
                raise _Enough
            if not self._is_too_large(scenario):
                self._run_example(check, scenario)

        run_each.__name__ = check.name  # the property in the observations of hypothesis
        with suppress(_Enough):
            run_each()

    def _until(self, limit_s: float) -> float:
        return max(monotonic() + limit_s, self.began + _UNLIMITED_S[self.plan.depth])

    def _is_over(self, until: float | None, wait_s: float = 0.0) -> bool:
        """Return whether a time limit has passed, or the time of a run for a time will have after a wait."""
        now = monotonic()
        return (until is not None and now > until) or (self.plan.until is not None and now + wait_s > self.plan.until)

    def _is_too_large(self, scenario: Scenario) -> bool:
        """Return whether a call has as many messages as the client is known to reject."""
        accept = self.tally.settled.get(ACCEPT.id)
        limit = accept.counterexample.scenario.size if accept and accept.counterexample else 0
        return limit > _FEW and any(len(call.messages) >= limit for call in scenario.calls)

    def _run_example(self, check: Check, scenario: Scenario) -> None:
        if self.runner.hangs:
            self.runner.close_shared()  # a client that hangs because of earlier calls would hang again and again
        try:
            self._run_scenario(scenario)
        except AdapterError:
            self._run_scenario(scenario)  # one failure can be chance
        for clause in self._open(check):
            self.tally.examples[clause] += 1

    def _run_scenario(self, scenario: Scenario) -> Observation:
        hung = self.runner.hangs
        observation, past = self._judge(scenario)
        if self.runner.hangs and not hung:
            # After the scenario that hung, an ordinary call may hang too.
            self._judge(concatenate((*past, one(message(0)))))
        return observation

    def _judge(self, scenario: Scenario) -> tuple[Observation, tuple[Scenario, ...]]:
        """Run a scenario, settle the clauses that it violates, and return the history of its clients."""
        observation = self.runner.run(scenario)
        self.hung += any(isinstance(call.outcome, Hung) for call in observation.calls)
        note_events(observation, self.runner.server)
        past = tuple(self.runner.history)
        self.tally.add(observation)
        violations = self.known.judge_new(observation)
        new = [each for each in violations if self._is_new(each)]
        for violation in new:
            examples = [each.counterexample for each in self.tally.settled.values() if each.counterexample is not None]
            result = self.replayer.confirm(violation, observation, concatenate(past), examples)
            if result is None or self.known.collect(result):
                continue
            self.tally.settled[violation.clause] = result
            if result.counterexample is not None and result.outcome == "failed":
                self.saved.save(violation.clause, result.counterexample.scenario)
        if new:
            self.runner.close_shared()
        return observation, past

    def _is_new(self, violation: Violation) -> bool:
        if violation.clause not in self.plan.clauses or violation.clause in self.tally.settled:
            return False
        return not self._violated_by_one_call(violation.unless_alone, violation.plainly)

    def _violated_by_one_call(self, *clauses: ClauseId | None) -> bool:
        """Return whether a single call violates one of the clauses: then so does a call after others, or a wide one."""
        settled = (self.tally.settled.get(clause) for clause in clauses if clause)
        examples = (result.counterexample for result in settled if result and result.counterexample)
        return any(len(each.scenario.calls) == 1 for each in examples)


def describe_stop(observation: Observation) -> str:
    """Return why a run stopped: the outcome of an ordinary call, with the traceback of what it raised."""
    call = observation.calls[-1]
    text = f"the client records nothing: {format_outcome(call)}"
    trace = call.outcome.traceback if isinstance(call.outcome, Raised) else ""
    return f"{text}\n{trace}".rstrip()
