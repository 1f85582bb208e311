"""Faults as scenarios use them, and the scenarios in which one occurs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_contracts.scenarios.messages import message, several
from synap_contracts.scenarios.model import Call, Scenario, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.scenarios.model import Json


def trouble(
    clause: ClauseId, fault: str, named: str, *, after: bool = False, times: int | None = 1, **fields: Json
) -> Trouble:
    """Return a fault in the format of the control API."""
    when = "after the batch was recorded" if after else ""
    scheduled = {"fault": fault, **fields, "times": times, "after_commit": after}
    short = fault in {"ReadTimeout", "StalledBody"}
    return Trouble(clause, scheduled, f"{named} {when}".strip(), short=short)


def variants(clause: ClauseId, fault: str, named: str, **fields: Json) -> tuple[Trouble, ...]:
    """Return a fault once and permanently, before and after the commit."""
    return tuple(
        trouble(clause, fault, named, after=after, times=times, **fields)
        for after in (False, True)
        for times in (1, None)
    )


def in_turn(troubles: Iterable[Trouble]) -> tuple[Scenario, ...]:
    """Return a scenario for each: it affects one message, and an ordinary call follows, which must succeed."""
    return tuple(Scenario((Call((message(0),), trouble=each), Call((message(1),)))) for each in troubles)


def in_part(each: Trouble) -> Scenario:
    """Return a scenario with a batch that a client may split, and an ordinary call after it."""
    return Scenario((Call(several(60, 2), trouble=each), Call((message(61),))))
