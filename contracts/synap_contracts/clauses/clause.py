"""What a clause is, and what a check is: scenarios that test clauses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NewType

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

    from synap_contracts.scenarios.model import Scenario
    from synap_contracts.server.server import Capability

ClauseId = NewType("ClauseId", str)
Level = Literal["MUST", "SHOULD"]
Evidence = Literal["documented", "derived", "sdk", "assumed"]
Ability = Literal["timeout_s", "retry", "listen", "given", "loop", "input", "integers", "surrogates", "concurrent"]
Depth = Literal["quick", "default", "deep"]

FIRST_REVISION: Final = "2026-11-23"
PAGE: Final = "record_messages_batch page"
PARAMETERS: Final = f"{PAGE}, Parameters"
RETURNS: Final = f"{PAGE}, Returns"
RAISES: Final = f"{PAGE}, Raises"
ACCEPTED: Final = f"{RETURNS} (succeeded: number of messages accepted)"
OWN_CHOICE: Final = "the project's choice; no public page states it"


@dataclass(frozen=True)
class Clause:
    """One requirement for a client.

    Args:
        id: The name in reports and for `--clause`. An id never changes.
        level: A failed MUST fails the run. A failed SHOULD is a warning, unless the user requests strict mode.
        evidence: The grade of the evidence. A MUST is documented or derived.
        statement: The outcome that is required.
        source: Where it is stated, or what it is derived from.
        ordinary: Whether a call can violate it although nothing goes wrong.
        since: The first revision of the contract that has it.
    """

    id: ClauseId
    level: Level
    evidence: Evidence
    statement: str
    source: str
    ordinary: bool = False
    since: str = FIRST_REVISION


def must(  # noqa: PLR0913 - the last two have defaults
    id_: str, evidence: Evidence, source: str, statement: str, *, ordinary: bool = False, since: str = FIRST_REVISION
) -> Clause:
    """Create a clause whose failure fails the run."""
    return Clause(ClauseId(id_), "MUST", evidence, statement, source, ordinary, since)


def should(  # noqa: PLR0913 - the last two have defaults
    id_: str, evidence: Evidence, source: str, statement: str, *, ordinary: bool = False, since: str = FIRST_REVISION
) -> Clause:
    """Create a clause whose failure is a warning."""
    return Clause(ClauseId(id_), "SHOULD", evidence, statement, source, ordinary, since)


def no_scenarios(_: Depth) -> tuple[Scenario, ...]:
    """Return the fixed scenarios of a check that only draws."""
    return ()


@dataclass(frozen=True)
class Check:
    """Scenarios, and the clauses that pass if none of the scenarios violates them.

    Args:
        name: The name in progress output.
        proves: The clauses that the scenarios were written for. All other clauses are judged too.
        fixed: Returns the fixed scenarios for a profile.
        drawn: A strategy for more scenarios.
        needs: The capabilities of the server that the scenarios use.
        abilities: The abilities of the client's adapter that the scenarios use.
        share: The number of drawn examples, as a fraction of the profile's number.
        dialect: The only dialect for which the check runs.
        also: More clauses that the scenarios can find failures of, but do not prove.
        ordinary: Whether all clauses that an ordinary call can violate belong to `also`.
        only: A feature of adapters without which the check is left out, and its clauses are tested without it.
    """

    name: str
    proves: tuple[Clause, ...]
    fixed: Callable[[Depth], tuple[Scenario, ...]] = no_scenarios
    drawn: SearchStrategy[Scenario] | None = None
    needs: frozenset[Capability] = frozenset()
    abilities: frozenset[Ability] = frozenset()
    share: float = 0.0
    dialect: str | None = None
    also: tuple[Clause, ...] = ()
    ordinary: bool = False
    only: str | None = None

    @property
    def clauses(self) -> frozenset[ClauseId]:
        """All clauses that the check runs for."""
        return frozenset(clause.id for clause in (*self.proves, *self.also))
