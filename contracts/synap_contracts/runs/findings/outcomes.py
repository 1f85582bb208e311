"""The outcome of a call as evidence: two clauses that the same exception violates have one cause."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses import auth, connection, inputs, results, rows, sending, statuses, wide
from synap_contracts.clauses.rows import claimed_successes
from synap_contracts.client.protocol import NETWORK_ERRORS, Ended, Hung, Raised, Returned
from synap_contracts.runs.findings.changes import changed_text

if TYPE_CHECKING:
    from collections.abc import Hashable

    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.observation.observed import ObservedCall
    from synap_contracts.runs.result import Counterexample

INPUT: Final = "InvalidInputError"
NETWORK: Final = "NetworkError"
AUTHENTICATION: Final = "AuthenticationError"

EXPECTED: Final[dict[ClauseId, str]] = {
    **dict.fromkeys((inputs.IN_KEYS.id, inputs.IN_ROLE.id, inputs.IN_TYPES.id, inputs.IN_UUID.id), INPUT),
    **dict.fromkeys((connection.NET_REFUSED.id, connection.NET_TIMEOUT.id, connection.NET_LOST.id), NETWORK),
    connection.NET_NAME.id: NETWORK,
    **dict.fromkeys((auth.AUTH_INVALID.id, auth.AUTH_MISSING.id, auth.AUTH_REVOKED.id), AUTHENTICATION),
    auth.AUTH_FORBIDDEN.id: AUTHENTICATION,
}
"""The documented class that a clause requires."""

_JUDGED_BY_ERROR: Final = frozenset(
    {*EXPECTED, rows.ACCEPT.id, rows.RES_CALLS.id, results.RES_PARTIAL.id, results.RES_EMPTY.id, results.DIALECT.id}
    | {statuses.RATE_LIMIT.id, wide.LARGE.id, wide.EMPTY.id, inputs.IN_ITERABLE.id}
)
"""Clauses that an exception violates because of its class, or because it was raised at all."""
_JUDGED_BY_RETURN: Final = frozenset(clause for clause, error in EXPECTED.items() if error != INPUT)
"""Clauses that an answer violates because an exception is required."""

_FIELDS: Final = frozenset(
    clause.id for clause in (sending.SEND_CONTENT, sending.SEND_ATTRIBUTION, sending.SEND_METADATA)
)
"""Clauses about texts in a field."""


def call_of(example: Counterexample) -> ObservedCall | None:
    """Return the call that violates the clause, or None if several do together."""
    calls = example.observation.calls
    return next((each for each in calls if each.number == example.violation.call), None)


def error_of(example: Counterexample) -> Raised | None:
    """Return the exception that violates the clause, or None if something else does."""
    call = call_of(example)
    judged = example.violation.clause in _JUDGED_BY_ERROR
    return call.outcome if judged and call and isinstance(call.outcome, Raised) else None


def is_own(raised: Raised) -> bool:
    """Return whether the class of an exception is the client's own."""
    return raised.kind.rpartition(".")[2] in raised.names


def library_of(raised: Raised) -> str | None:
    """Return the library whose exception a client passed on, or None if it is the client's own or Python's."""
    package, dot, _ = raised.kind.partition(".")
    return None if is_own(raised) or not dot or package in sys.stdlib_module_names else package


def evidence_of(example: Counterexample) -> Hashable:
    """Return what an outcome has in common with others that have the same cause, or None if it proves nothing.

    Exceptions of one class; of one library; or of Python, where the page requires NetworkError. A call that does not
    end. An answer of one shape where the page requires the same exception. The same change of a text, in any field.
    """
    changed = changed_text(example) if example.violation.clause in _FIELDS else None
    return _evidence_of_outcome(example) if changed is None else ("changed", changed[0], repr(changed[1]))


def _evidence_of_outcome(example: Counterexample) -> Hashable:
    clause, call = example.violation.clause, call_of(example)
    expected = EXPECTED.get(clause)
    if (raised := error_of(example)) is not None:
        if expected == NETWORK and raised.is_a(*NETWORK_ERRORS):
            return None  # only its name differs
        python = expected == NETWORK and not is_own(raised) and library_of(raised) is None
        return "raised", "a network error of Python" if python else library_of(raised) or raised.kind
    if call is not None and isinstance(call.outcome, Ended):
        return ("ended",)
    if call is not None and isinstance(call.outcome, Hung):
        return "hung", call.trouble is None
    if call is not None and isinstance(call.outcome, Returned) and clause in _JUDGED_BY_RETURN:
        return "returned", expected, claimed_successes(call.outcome.answer) > 0
    return None
