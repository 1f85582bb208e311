"""What a run has found out about each clause so far.

The tallies of jobs and of shards are merged, in any order: the result is that of one run.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from synap_contracts.clauses.catalogue import BY_ID, CLAUSES
from synap_contracts.client.protocol import Ended, Hung
from synap_contracts.runs.exercise import Exercise
from synap_contracts.runs.result import ClauseResult
from synap_contracts.scenarios.shrinking import cost

if TYPE_CHECKING:
    from typing import Any

    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.observation.observed import Observation


@dataclass
class Tally:
    """The results of clauses, and how often each was tested.

    Attributes:
        settled: The results of the clauses that are violated or could not be judged.
        examples: The number of scenarios that ran for each clause.
        exercise: What the scenarios exercised.
        recorded: Whether any message was recorded.
        proven: The clauses of which a check ran to its end.
        gaps: What the adapter or the server does not support, by clause.
        skipped: What did not fit into the time limit, by clause.
        other_dialects: The clauses that another dialect of the server would test.
        stopped: Why the run stopped before the checks, or None.
    """

    settled: dict[ClauseId, ClauseResult] = field(default_factory=dict)
    examples: Counter[ClauseId] = field(default_factory=Counter)
    exercise: Exercise = field(default_factory=Exercise)
    recorded: bool = False
    proven: set[ClauseId] = field(default_factory=set)
    gaps: defaultdict[ClauseId, list[str]] = field(default_factory=lambda: defaultdict(list))
    skipped: defaultdict[ClauseId, list[str]] = field(default_factory=lambda: defaultdict(list))
    other_dialects: dict[ClauseId, str] = field(default_factory=dict)
    stopped: str | None = None

    def add(self, observation: Observation) -> None:
        """Add what a scenario exercised."""
        self.exercise.add(observation)
        self.recorded |= any(step.after for step in observation.steps)
        self._note_unsettable_timeouts(observation)

    def _note_unsettable_timeouts(self, observation: Observation) -> None:
        """A client whose timeout cannot be set may wait longer than the kit does."""
        for call in observation.calls:
            if not isinstance(call.outcome, Hung) or isinstance(call.outcome, Ended):
                continue
            if call.call.trouble and not call.timeout_settable:
                seconds = f"{call.outcome.seconds:.0f} s"
                gap = f"the timeout of the client cannot be set, and it was still waiting after {seconds}"
                if gap not in self.gaps[call.call.trouble.clause]:
                    self.gaps[call.call.trouble.clause].append(gap)

    def merge(self, other: Tally) -> None:
        """Add the results of other checks. The order of merges makes no difference."""
        for clause, result in other.settled.items():
            self.settled[clause] = min(self.settled.get(clause, result), result, key=_preference)
        self.examples += other.examples
        self.exercise.merge(other.exercise)
        self.recorded |= other.recorded
        self.proven |= other.proven
        for clause, texts in other.gaps.items():
            self.gaps[clause] = sorted({*self.gaps[clause], *texts})
        for clause, texts in other.skipped.items():
            self.skipped[clause] = sorted({*self.skipped[clause], *texts})
        self.other_dialects |= other.other_dialects
        self.stopped = self.stopped or other.stopped

    def results(self, clauses: frozenset[ClauseId]) -> tuple[ClauseResult, ...]:
        """Return the results of clauses, and of those that are violated."""
        wanted = clauses | self.settled.keys()
        return tuple(self.result(clause.id) for clause in CLAUSES if clause.id in wanted)

    def result(self, clause: ClauseId) -> ClauseResult:
        """Return the result of a clause."""
        exercised = self.exercise.counts[clause]
        if clause in self.settled:
            settled = self.settled[clause]
            least = 1 if settled.outcome == "failed" else 0
            return replace(settled, examples=max(1, self.examples[clause]), exercised=max(least, exercised))
        message = "; ".join(filter(None, (self.exercise.note(clause), *self.skipped[clause])))
        result = ClauseResult(BY_ID[clause], "passed", self.examples[clause], message, exercised=exercised)
        reason = self._why_not_testable(clause)
        return result if reason is None else replace(result, outcome="not-testable", message=reason)

    def _why_not_testable(self, clause: ClauseId) -> str | None:
        """Return why nothing is known about a clause, or None if it was tested."""
        if self.stopped is not None:
            return "the run stopped, because the client records nothing"
        if self.gaps[clause]:
            return "; ".join(dict.fromkeys(self.gaps[clause]))
        if clause not in self.proven:
            return self.other_dialects.get(clause) or "no check of this clause could run"
        return None if self.exercise.counts[clause] else self.exercise.reason(clause)


def _preference(result: ClauseResult) -> tuple[Any, ...]:
    """Return the order in which results of one clause are preferred: evidence against the client, then small."""
    example = result.counterexample
    size = () if example is None else (not example.steady, *cost(example.scenario))
    return result.outcome != "failed", example is None, size, result.message
