"""All clauses and all checks, collected from the modules of their groups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses import auth, connection, inputs, results, rows, sending, sessions, statuses, wide
from synap_contracts.clauses.clause import FIRST_REVISION, Check, Clause

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synap_contracts.clauses.clause import ClauseId

REVISIONS: Final = (FIRST_REVISION,)
"""The revisions of the project's interpretation of the vendor's page, the newest last. Each can be tested forever."""
REVISION: Final = REVISIONS[-1]

_FAMILIES: Final = ("ACCEPT", "RES", "SEND", "IN", "AUTH", "NET")
"""The first words of ids, in the order of reports. Other clauses follow."""


def _family(clause: Clause) -> int:
    name = clause.id.partition("-")[0]
    return _FAMILIES.index(name) if name in _FAMILIES else len(_FAMILIES)


_FOUND: Final = dict.fromkeys(
    value
    # Each module after those that it imports, so that its own clauses come in the order in which it defines them.
    for module in (rows, inputs, results, auth, sending, wide, connection, statuses, sessions)
    for value in vars(module).values()
    if isinstance(value, Clause)
)
CLAUSES: Final = tuple(sorted(_FOUND, key=_family))
BY_ID: Final[dict[str, Clause]] = {clause.id: clause for clause in CLAUSES}


def parse_revision(name: str) -> str:
    """Return the name of a revision.

    Raises:
        ValueError: No revision has the name.
    """
    if name not in REVISIONS:
        raise ValueError(f"no revision is named {name!r}; expected one of {', '.join(REVISIONS)}")
    return name


def clauses_of(revision: str, clauses: Iterable[Clause] = CLAUSES) -> frozenset[ClauseId]:
    """Return the IDs of the clauses of a revision: those that it or an earlier one introduced."""
    return frozenset(clause.id for clause in clauses if clause.since <= revision)


_ORDINARY: Final = tuple(clause for clause in CLAUSES if clause.ordinary)

CHECKS: Final[tuple[Check, ...]] = tuple(
    replace(check, also=(*check.also, *_ORDINARY)) if check.ordinary else check
    # In the order in which they run: fast checks that find much first, checks that wait last.
    for module in (sending, results, wide, inputs, sessions, auth, connection, statuses)
    for check in module.CHECKS
)
