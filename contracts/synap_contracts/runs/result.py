"""The result of a run: everything that a report needs, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from synap_contracts.clauses.clause import Clause, ClauseId, Depth, Level
    from synap_contracts.observation.observed import Observation
    from synap_contracts.observation.violation import Violation
    from synap_contracts.runs.jobs.assembly import Shard
    from synap_contracts.scenarios.model import Scenario

Outcome = Literal["passed", "failed", "known", "stale", "not-testable", "error"]
"""`known`: the clause fails as the file of known failures lists it. `stale`: it is listed, but no longer fails."""


@dataclass(frozen=True)
class Counterexample:
    """The smallest scenario found that violates a clause, and how it ran.

    Args:
        id: The ID for `--replay`.
        scenario: The scenario.
        observation: How it ran.
        violation: The violation.
        steady: Whether the violation occurred again when the scenario ran again.
    """

    id: str
    scenario: Scenario
    observation: Observation
    violation: Violation
    steady: bool = True


@dataclass(frozen=True)
class ClauseResult:
    """The result for a clause.

    Args:
        clause: The clause.
        outcome: The outcome.
        examples: The number of scenarios that ran for it.
        message: The violation, or why the clause is not testable. Empty if it passed.
        counterexample: The counterexample, if it failed.
        exercised: The number of calls in which the clause's precondition occurred.
    """

    clause: Clause
    outcome: Outcome
    examples: int = 0
    message: str = ""
    counterexample: Counterexample | None = None
    exercised: int = 0


@dataclass(frozen=True)
class Finding:
    """A cause: the violated clauses that one defect explains, with one example.

    Args:
        id: Its number in the report.
        clause: The clause that names the cause best.
        also: The other clauses that it violates.
        summary: What the client did, in one sentence without a subject.
        counterexample: The smallest example that any of the clauses has, and how it violates `clause`.
        level: MUST if any of the clauses is a MUST.
        fix: What to change, or an empty text.
    """

    id: int
    clause: Clause
    also: tuple[ClauseId, ...]
    summary: str
    counterexample: Counterexample
    level: Level = "MUST"
    fix: str = ""

    @property
    def clauses(self) -> tuple[ClauseId, ...]:
        """All clauses that it violates, the one that names it first."""
        return (self.clause.id, *self.also)


@dataclass(frozen=True)
class KnownFailure:
    """A known failure.

    Args:
        clause: The violated clause.
        kind: The kind of failure (see `kind_of`). Another kind of failure of the same clause is new.
        reason: Why it is accepted.
        example: The scenario that is replayed.
        link: A link to more information.
        since: The first release that has the failure, or None.
        until: The last release that has the failure, or None.
        dialect: The dialect of the server in which it occurs.
    """

    clause: ClauseId
    kind: str
    reason: str
    example: Scenario
    link: str | None = None
    since: str | None = None
    until: str | None = None
    dialect: str = "documented"

    @property
    def name(self) -> tuple[ClauseId, str]:
        """What distinguishes it from others."""
        return self.clause, self.kind


@dataclass(frozen=True)
class Run:
    """The result of running all checks for one client against one server.

    Args:
        spec: The client as the user named it.
        name: The name that the client declares.
        version: The version that the client declares, or None.
        server: The URL of the server.
        dialect: The dialect of the server.
        profile: How deep the search was.
        seed: The seed that repeats the search.
        folder: The folder of the saved counterexamples, or None.
        limits: The limits that the client declares, in words.
        seconds: The duration.
        clauses: The result for each clause.
        confirmed: The known failures that occurred as listed.
        found: All kinds of failures that are not listed, if they were requested.
        options: The other options of the command, so that it can be repeated.
        findings: The causes of the failures, those that explain most first.
        shard: What it was assembled from, if it is a part of a run.
        error: Why the client, or its server, could not be run, or why the run stopped. Without clauses, nothing ran.
    """

    spec: str
    name: str
    version: str | None
    server: str
    dialect: str
    profile: Depth
    seed: int
    folder: str | None
    limits: tuple[str, ...]
    seconds: float
    clauses: tuple[ClauseResult, ...]
    confirmed: tuple[KnownFailure, ...] = ()
    found: tuple[KnownFailure, ...] = ()
    options: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    error: str | None = None
    shard: Shard | None = field(default=None, repr=False)

    def finding_of(self, result: ClauseResult) -> Finding | None:
        """Return the finding that explains the failure of a clause."""
        failed = result.outcome == "failed"
        return next((each for each in self.findings if failed and result.clause.id in each.clauses), None)

    def of(self, outcome: Outcome, level: str | None = None) -> tuple[ClauseResult, ...]:
        """Return the clauses with an outcome, of one level or of both."""
        return tuple(r for r in self.clauses if r.outcome == outcome and level in {None, r.clause.level})
