"""Which clause a violation of another can be the consequence of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_contracts.clauses import auth, connection, inputs, results, rows, sending, sessions, statuses
from synap_contracts.clauses.catalogue import BY_ID, CLAUSES

if TYPE_CHECKING:
    from synap_contracts.clauses.clause import Clause, ClauseId

_FAULTS: Final = (
    *(connection.NET_REFUSED, connection.NET_TIMEOUT, connection.NET_LOST, connection.NET_GARBLED),
    *(auth.AUTH_INVALID, auth.AUTH_MISSING, auth.AUTH_REVOKED, auth.AUTH_FORBIDDEN),
    *(statuses.RATE_LIMIT, statuses.SERVER_ERROR, statuses.REFUSALS, statuses.REDIRECT, sending.ONCE),
)
"""Clauses about circumstances: what goes wrong only then is a consequence."""
_ANSWERS: Final = (
    *(results.RES_TOTAL, results.RES_COUNTS, results.RES_ROWS, rows.RES_ORDER, rows.RES_SUCCESS, rows.RES_UNIQUE),
    *(rows.RES_CALLS, rows.RES_FAILURE, rows.RES_TIME, results.RES_PARTIAL, rows.TRUE, rows.ACCEPT),
)
_FIELDS: Final = (sending.SEND_CONTENT, sending.SEND_ROLE, sending.SEND_ATTRIBUTION, sending.SEND_METADATA)
_RECORDED: Final = (*_FIELDS, sending.SEND_ORDER, sending.SEND_ALL, sending.SEND_ONLY)

_CONSEQUENCES: Final[dict[Clause, tuple[Clause, ...]]] = {
    **dict.fromkeys(_FAULTS, (*_ANSWERS, *_RECORDED, sending.ONCE, connection.NET_NAME, inputs.IN_ATOMIC)),
    auth.AUTH_OWN: (*_ANSWERS, *_RECORDED, auth.AUTH_INVALID, auth.AUTH_REVOKED, sessions.REUSE),
    rows.ACCEPT: (*_ANSWERS, *_RECORDED),
    **dict.fromkeys((inputs.IN_UUID, inputs.IN_KEYS, inputs.IN_ROLE), (*_ANSWERS, *_RECORDED)),
    sending.SEND_ALL: (*_ANSWERS, *_FIELDS, sending.SEND_ORDER, sending.SEND_ONLY),
    sending.SEND_ONLY: (*_ANSWERS, *_FIELDS, sending.SEND_ORDER, sending.SEND_ALL, sending.ONCE),
    sending.SEND_ORDER: (rows.RES_ORDER, rows.TRUE, *_FIELDS),
    **dict.fromkeys(_FIELDS, (rows.RES_ORDER, sending.SEND_ORDER, sending.SEND_ALL, sending.SEND_ONLY, *_FIELDS)),
    rows.RES_UNIQUE: (rows.RES_ORDER, rows.RES_CALLS, rows.RES_SUCCESS, rows.TRUE),
    rows.RES_SUCCESS: (rows.RES_ORDER, rows.RES_CALLS, rows.RES_UNIQUE, rows.RES_TIME, rows.TRUE, sending.SEND_ALL),
    rows.RES_CALLS: (rows.RES_ORDER, rows.RES_UNIQUE, rows.TRUE, results.RES_TOTAL, results.RES_ROWS),
    results.RES_ROWS: (*_ANSWERS, sending.SEND_ALL),
    results.RES_TOTAL: (results.RES_COUNTS,),
    results.RES_COUNTS: (rows.TRUE,),
    rows.RES_ORDER: (rows.RES_FAILURE, rows.TRUE, rows.RES_CALLS, rows.RES_UNIQUE),
    rows.RES_FAILURE: (rows.RES_ORDER, rows.TRUE),
    results.RES_PARTIAL: (*_ANSWERS,),
}

_FIRST: Final = (
    *(auth.AUTH_OWN, rows.ACCEPT, *_FAULTS[:-1], sending.SEND_ONLY, sending.ONCE, sending.SEND_ALL, *_FIELDS),
    *(sending.SEND_ORDER, results.RES_ROWS, results.RES_TOTAL, rows.RES_UNIQUE, rows.RES_SUCCESS, rows.RES_ORDER),
)
_RANK: Final = {clause.id: number for number, clause in enumerate(dict.fromkeys((*_FIRST, *CLAUSES)))}
"""The order in which clauses name a cause, if each can be the consequence of the other."""


def can_cause(cause: ClauseId, effect: ClauseId) -> bool:
    """Return whether a defect that violates one clause can be the reason for violating another."""
    return BY_ID[effect] in _CONSEQUENCES.get(BY_ID[cause], ())


def rank(clause: ClauseId) -> tuple[bool, int]:
    """Return the place of a clause among those that name a cause: a MUST first."""
    return BY_ID[clause].level == "SHOULD", _RANK[clause]
