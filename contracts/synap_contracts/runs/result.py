"""The result of a run: everything that a report needs, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from synap_contracts.clauses.clause import Clause, ClauseId
    from synap_contracts.observation.observed import Observation
    from synap_contracts.observation.violation import Violation
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
        secrets: All keys that were issued or given. Reports never show them.
        scripts: The folder of the counterexamples' scripts, if they were written.
        error: Why the client, or its server, could not be run, or why the run stopped. Without clauses, nothing ran.
    """

    spec: str
    name: str
    version: str | None
    server: str
    dialect: str
    profile: str
    seed: int
    folder: str | None
    limits: tuple[str, ...]
    seconds: float
    clauses: tuple[ClauseResult, ...]
    confirmed: tuple[KnownFailure, ...] = ()
    found: tuple[KnownFailure, ...] = ()
    options: tuple[str, ...] = ()
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    scripts: str | None = None
    error: str | None = None

    def of(self, outcome: Outcome, level: str | None = None) -> tuple[ClauseResult, ...]:
        """Return the clauses with an outcome, of one level or of both."""
        return tuple(r for r in self.clauses if r.outcome == outcome and level in {None, r.clause.level})

    def status(self, *, strict: bool) -> int:
        """Return the exit status: 0 passed, 1 failed, 2 something could not be run."""
        if self.error is not None and not self.clauses:
            return 2
        if self.of("stale") or self.of("failed", None if strict else "MUST"):
            return 1
        return 2 if self.of("error") else 0
