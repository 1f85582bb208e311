"""Running the checks against one client."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from synap_contracts.clauses.catalogue import BY_ID, CLAUSES
from synap_contracts.clauses.checks import CHECKS
from synap_contracts.client.protocol import AdapterError, Hung
from synap_contracts.client.real_time import monotonic
from synap_contracts.runs.known import Ledger
from synap_contracts.runs.result import ClauseResult
from synap_contracts.scenarios.model import following, one
from synap_contracts.scenarios.strategies import message
from synap_contracts.server.server import MEANS, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.clauses.check import Check, Depth
    from synap_contracts.client.protocol import Hello
    from synap_contracts.observation.observed import Observation
    from synap_contracts.runs.replay import Trial
    from synap_contracts.runs.scenario_runner import Player
    from synap_contracts.scenarios.model import Scenario
    from synap_contracts.scenarios.saved import Kept

_ABILITIES: Final = {
    "timeout_s": "being told its timeout",
    "retry": "being told to wait shortly",
    "listen": "giving its log records",
    "given": "being given other than a list",
    "loop": "calling from several event loops",
    "input": "comparing the caller's messages before and after",
    "integers": "integers beyond 2^53",
    "surrogates": "lone surrogates",
    "concurrent": "calls beside each other",
}
_FEW: Final = 3
"""A counterexample with more messages needs their number."""
_FAREWELLS: Final = 3
"""So many broken adapters end a run."""


@dataclass(frozen=True)
class Plan:
    """How far a run goes.

    Args:
        depth: The profile.
        examples: How many scenarios a check draws.
        corner_s: How long a check may play its fixed scenarios.
        drawn_s: How long it may play drawn ones.
        seed: What they are drawn with.
        clauses: Ids of what is asked.
    """

    depth: Depth
    examples: int
    corner_s: float
    drawn_s: float
    seed: int
    clauses: frozenset[str] = frozenset(BY_ID)


PROFILES: Final[dict[Depth, tuple[int, float, float]]] = {
    "quick": (12, 2.5, 0.8),
    "default": (60, 15.0, 5.0),
    "deep": (500, 600.0, 120.0),
}
"""Examples of a check, and how many seconds it may take for fixed and for drawn scenarios."""

_YOUNG_S: Final[dict[Depth, float]] = {"quick": 30.0, "default": 120.0, "deep": 3600.0}
"""While a run is younger, no fixed scenario is left out: a slow machine is no reason to look less closely."""


@dataclass
class Runner:
    """Plays the checks, and gathers what becomes of each clause.

    Args:
        player: Plays against the client.
        trial: Says whose fault a failure is, and makes it small.
        plan: How far to go.
        kept: Counterexamples of earlier runs.
        progress: Told of each check as it begins.
        ledger: Failures that are known.
    """

    player: Player
    trial: Trial
    plan: Plan
    kept: Kept
    progress: Callable[[str, int, int], None] = lambda *_: None
    ledger: Ledger = field(default_factory=Ledger)
    settled: dict[str, ClauseResult] = field(default_factory=dict)
    examples: Counter[str] = field(default_factory=Counter)
    gaps: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: dict[str, str] = field(default_factory=dict)
    proven: set[str] = field(default_factory=set)
    shortened: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    broken: int = 0
    began: float = field(default_factory=monotonic)

    def run(self) -> tuple[ClauseResult, ...]:
        """What becomes of each clause that the plan asks for."""
        self._again()
        wanted = [check for check in CHECKS if self.plan.clauses & check.asks]
        asked = [check for check in wanted if check.dialect in {None, self.player.server.dialect}]
        for check in wanted:
            if check not in asked:
                self.elsewhere |= dict.fromkeys(check.proves, f"asked with --dialect {check.dialect}")
        for number, check in enumerate(asked):
            self.progress(check.name, number, len(asked))
            self._check(check, number)
        return tuple(self._result(clause.id) for clause in CLAUSES if clause.id in self.plan.clauses)

    def replay(self, clause: str, scenario: Scenario) -> tuple[ClauseResult, ...]:
        """What becomes of one clause in one scenario."""
        self.plan = replace(self.plan, clauses=frozenset({clause}))
        self._play(scenario)
        return (self.settled.get(clause) or ClauseResult(BY_ID[clause], "passed", 1),)

    def _again(self) -> None:
        """Play what broke a clause in an earlier run."""
        for clause in (each.id for each in CLAUSES if each.id in self.plan.clauses):
            for scenario in self.kept.of(clause):
                if clause in self.settled or self._too_many(scenario):
                    continue
                try:
                    self._play(scenario)
                except (AdapterError, ServerError):
                    self.player.stop()
                    continue
                if clause not in self.settled:
                    self.kept.forget(clause, scenario)

    def _check(self, check: Check, number: int) -> None:
        if gap := self._gap(check, self.player.driver.hello):
            for clause in check.proves:
                self.gaps[clause].append(gap)
            return
        if not self._open(check):
            return
        try:
            self._corners(check)
            if check.drawn is not None and check.share and self.plan.examples:
                self._drawn(check, number)
            self.player.cool()
        except AdapterError as error:
            self._fails(check, f"the adapter, not your client: {error}")
            self.broken += 1
            if self.broken >= _FAREWELLS:
                raise
        except ServerError as error:
            self._fails(check, f"the server, not your client: {error}")
        else:
            self.proven |= set(check.proves)

    def _fails(self, check: Check, message: str) -> None:
        self.player.stop()
        for clause in self._open(check):
            self.settled[clause] = ClauseResult(BY_ID[clause], "error", self.examples[clause], message)

    def _open(self, check: Check) -> set[str]:
        """The clauses that a check can still decide."""
        return set(check.asks & self.plan.clauses) - self.settled.keys()

    def _gap(self, check: Check, hello: Hello) -> str | None:
        """Why a check can't be asked of this client, or against this server."""
        if lacking := [MEANS[means] for means in sorted(check.needs - self.player.server.means)]:
            return f"the server has no {', '.join(lacking)}"
        able = hello.can | ({"surrogates"} if hello.surrogates else set())
        able |= ({"integers"} if hello.integers is None else set()) | ({"concurrent"} if hello.concurrent else set())
        if lacking := [_ABILITIES[each] for each in sorted(check.wants - able)]:
            return f"the adapter does not do {', '.join(lacking)}"
        return None

    def _corners(self, check: Check) -> None:
        until = max(monotonic() + self.plan.corner_s, self.began + _YOUNG_S[self.plan.depth])
        corners = check.corners(self.plan.depth)
        for played, scenario in enumerate(corners):
            if not self._open(check) or self._open(check) <= self.gaps.keys():
                return
            if monotonic() > until:
                for clause in check.proves:
                    self.shortened[clause].append(
                        f"{check.name}: {played} of {len(corners)} scenarios in the time there was"
                    )
                return
            if not self._too_many(scenario):
                self._example(check, scenario)

    def _drawn(self, check: Check, number: int) -> None:
        assert check.drawn is not None  # noqa: S101 - the caller asked
        until = monotonic() + self.plan.drawn_s

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
        def each(scenario: Scenario) -> None:
            if self._open(check) and monotonic() < until and not self._too_many(scenario):
                self._example(check, scenario)

        each()

    def _too_many(self, scenario: Scenario) -> bool:
        """Whether a call has as many messages as the client is known to refuse: it would do so whatever is asked."""
        known = self.settled.get("ACCEPT")
        least = known.counterexample.scenario.size if known and known.counterexample else 0
        return least > _FEW and any(len(call.messages) >= least for call in scenario.calls)

    def _example(self, check: Check, scenario: Scenario) -> None:
        if self.player.hangs:
            self.player.cool()  # what hangs by what came before would hang again and again
        try:
            self._play(scenario)
        except AdapterError:
            self._play(scenario)  # once may be chance; twice is told
        for clause in self._open(check):
            self.examples[clause] += 1

    def _play(self, scenario: Scenario) -> None:
        hung = self.player.hangs
        past = self._judge(scenario)
        if self.player.hangs and not hung:
            # Whatever hung first, an ordinary call may do so too after what came before.
            self._judge(following((*past, one(message(0)))))

    def _judge(self, scenario: Scenario) -> tuple[Scenario, ...]:
        """Play a scenario and settle what it shows; everything that its clients were asked."""
        observation = self.player.play(scenario)
        past = tuple(self.player.history)
        findings = self.ledger.judged(observation)
        self._undecided(observation)
        new = [each for each in findings if each.clause in self.plan.clauses and each.clause not in self.settled]
        new = [each for each in new if not self._breaks_alone(each.unless_alone, each.plainly)]
        for finding in new:
            verdict = self.trial.of(finding, observation, following(past))
            if verdict is not None and not self.ledger.takes(verdict):
                self.settled[finding.clause] = verdict
                if verdict.counterexample is not None and verdict.outcome == "failed":
                    self.kept.keep(finding.clause, verdict.counterexample.scenario)
        if new:
            self.player.cool()
        return past

    def _breaks_alone(self, *clauses: str | None) -> bool:
        """Whether a single call is known to break one of them: no wonder that one after others, or a wide one, does."""
        settled = (self.settled.get(clause) for clause in clauses if clause)
        found = (known.counterexample for known in settled if known and known.counterexample)
        return any(len(each.scenario.calls) == 1 for each in found)

    def _undecided(self, observation: Observation) -> None:
        """A client that can't be told its timeout may wait longer than the kit does."""
        for seen in observation.calls:
            if isinstance(seen.told, Hung) and seen.call.trouble and not seen.settable:
                gap = f"the client can't be told its timeout, and was still waiting after {seen.told.seconds:.0f} s"
                if gap not in self.gaps[seen.call.trouble.clause]:
                    self.gaps[seen.call.trouble.clause].append(gap)

    def _result(self, clause: str) -> ClauseResult:
        if clause in self.settled:
            result = self.settled[clause]
            return ClauseResult(
                result.clause, result.outcome, max(1, self.examples[clause]), result.message, result.counterexample
            )
        if self.gaps[clause] or clause not in self.proven:
            reasons = "; ".join(dict.fromkeys(self.gaps[clause])) or self.elsewhere.get(clause)
            reasons = reasons or "no check of this clause could run"
            return ClauseResult(BY_ID[clause], "not-testable", self.examples[clause], reasons)
        return ClauseResult(BY_ID[clause], "passed", self.examples[clause], "; ".join(self.shortened[clause]))
