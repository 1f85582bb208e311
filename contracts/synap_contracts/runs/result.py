"""What a run came to: everything that a report needs, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from synap_contracts.clauses.catalogue import Clause
    from synap_contracts.observation.finding import Finding
    from synap_contracts.observation.observed import Observation
    from synap_contracts.runs.known import Known
    from synap_contracts.scenarios.model import Scenario

Outcome = Literal["passed", "failed", "known", "stale", "not-testable", "error"]
"""`known`: the file of known failures lists it, and it fails as listed; `stale`: listed, and it fails so no more."""


@dataclass(frozen=True)
class Counterexample:
    """The smallest scenario that was found to break a clause, and how it went.

    Args:
        id: What `--replay` takes.
        scenario: What was played.
        observation: How it went.
        finding: What was wrong with that.
        steady: Whether it failed again when it was played again.
    """

    id: str
    scenario: Scenario
    observation: Observation
    finding: Finding
    steady: bool = True


@dataclass(frozen=True)
class ClauseResult:
    """What became of a clause.

    Args:
        clause: The clause.
        outcome: What became of it.
        examples: How many scenarios were played for it.
        message: What was wrong, or why it could not be asked; empty where it passed.
        counterexample: Where it failed.
    """

    clause: Clause
    outcome: Outcome
    examples: int = 0
    message: str = ""
    counterexample: Counterexample | None = None


@dataclass(frozen=True)
class Run:
    """One client against one server.

    Args:
        spec: The client as the user named it.
        name: As it named itself.
        version: As it named it, or None.
        server: Where it was sent.
        dialect: What the server spoke.
        profile: How deep the search went.
        seed: Gives the same search again.
        folder: Where its counterexamples are kept, or None.
        limits: What the client declared that it can't do, or be told, in words.
        seconds: How long it took.
        clauses: What became of each.
        shown: Listed failures that happened as listed.
        found: Every kind of failure that is not listed as known, where that was asked for.
        options: What the command was told besides, so that it can be given again.
        secrets: The keys that were issued or given: no report shows them.
        scripts: The folder that has each counterexample's script, where one was written.
        error: Why the client, or its server, could not be run; no clause was asked then.
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
    shown: tuple[Known, ...] = ()
    found: tuple[Known, ...] = ()
    options: tuple[str, ...] = ()
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    scripts: str | None = None
    error: str | None = None

    def of(self, outcome: Outcome, level: str | None = None) -> tuple[ClauseResult, ...]:
        """The clauses with an outcome, of one level or of both."""
        return tuple(r for r in self.clauses if r.outcome == outcome and level in {None, r.clause.level})

    def status(self, *, strict: bool) -> int:
        """The exit status: 0 kept, 1 broken, 2 something could not be run."""
        if self.error is not None:
            return 2
        if self.of("stale") or self.of("failed", None if strict else "MUST"):
            return 1
        return 2 if self.of("error") else 0
