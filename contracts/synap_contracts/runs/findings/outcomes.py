"""The outcome of a call as evidence: two clauses that the same exception violates have one cause."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from synap_contracts.clauses import auth, connection, inputs, results, rows, sending, statuses, wide
from synap_contracts.clauses.rows import claimed_successes, rows_of
from synap_contracts.client.protocol import NETWORK_ERRORS, Ended, Hung, Raised, Returned
from synap_contracts.runs.findings.changes import changed_text

if TYPE_CHECKING:
    from collections.abc import Hashable

    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.observation.observed import ObservedCall
    from synap_contracts.runs.result import Counterexample

Json: TypeAlias = Any

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
JUDGED_BY_RETURN: Final = frozenset(
    {*EXPECTED, connection.NET_GARBLED.id, statuses.RATE_LIMIT.id, statuses.SERVER_ERROR.id, statuses.REFUSALS.id}
) - {inputs.IN_TYPES.id, inputs.IN_UUID.id}
"""Clauses that an answer violates because an exception is required."""

_FIELDS: Final = frozenset(
    clause.id for clause in (sending.SEND_CONTENT, sending.SEND_ATTRIBUTION, sending.SEND_METADATA)
)
"""Clauses about texts in a field."""


def call_of(example: Counterexample) -> ObservedCall | None:
    """Return the call that violates the clause, or None if several do together."""
    calls = example.observation.calls
    return next((each for each in calls if each.number == example.violation.call), None)


def failures_before(example: Counterexample) -> int:
    """Return how many calls failed before the one that violates the clause."""
    number = example.violation.call or 0
    return sum(each.number < number and not isinstance(each.outcome, Returned) for each in example.observation.calls)


def sends_again(example: Counterexample) -> bool:
    """Return whether the client sends a request again because of a failure after which it must not."""
    call, clause = call_of(example), example.violation.clause
    if call is None or not call.trouble or clause not in {sending.ONCE.id, statuses.REFUSALS.id, statuses.REDIRECT.id}:
        return False
    return len(call.requests) > 1 and len({request.body for request in call.requests}) == 1


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
    if sends_again(example):
        return ("sends again",)
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
        return "hung", call.trouble is None or failures_before(example) > 0
    if call is not None and isinstance(call.outcome, Returned) and clause in JUDGED_BY_RETURN:
        return _evidence_of_answer(shape_of(call, call.outcome.answer), expected)
    return None


def _evidence_of_answer(shape: str, expected: str | None) -> Hashable:
    if shape != "success":
        return "returned", shape, expected == INPUT
    return None if expected in {INPUT, None} else ("returned", shape, expected)


def shape_of(call: ObservedCall, answer: Json) -> str:
    """Return what an answer claims about the messages of its call."""
    if not isinstance(answer, dict):
        return "no answer"
    claimed = claimed_successes(answer)
    if len(call.messages) > 1 and 0 < claimed < len(call.messages):
        return "part" if len(rows_of(answer) or ()) < len(call.messages) else "part, and failed rows"
    if claimed:
        return "success"
    return "failed rows" if rows_of(answer) else "nothing"
