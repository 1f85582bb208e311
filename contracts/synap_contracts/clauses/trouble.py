"""The verdict on a call during which something failed: an error of the right class, or a true answer."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.auth import AUTH_FORBIDDEN, AUTH_SECRET
from synap_contracts.clauses.connection import NET_GARBLED, NET_LOST, NET_TIMEOUT, judge_name
from synap_contracts.clauses.results import RES_ROWS, judge_answer
from synap_contracts.clauses.rows import (
    ACCEPT,
    TRUE,
    claimed_successes,
    complete_rows,
    is_about_format,
    is_failed,
)
from synap_contracts.clauses.sending import ONCE
from synap_contracts.clauses.statuses import (
    RATE_LIMIT,
    RATE_WAIT,
    REDIRECT,
    REFUSALS,
    SERVER_ERROR,
    TOO_MANY,
    judge_redirect,
    judge_requests,
)
from synap_contracts.client.protocol import NETWORK_ERRORS, Ended, Hung, Raised, Returned
from synap_contracts.observation.violation import Violation, format_outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.observation.facts import CallFacts
    from synap_contracts.observation.observed import ObservedCall
    from synap_contracts.scenarios.model import Json, Trouble

_RATE_LIMITED: Final = re.compile(r"rate.?limit|too many|throttl|\b429\b|quota", re.IGNORECASE)

_REQUIRED_CLASS: Final = {
    NET_TIMEOUT.id: "NetworkError",
    NET_LOST.id: "NetworkError",
    AUTH_FORBIDDEN.id: "AuthenticationError",
}
_ERROR_OR_COMPLETE_ANSWER: Final = frozenset({*_REQUIRED_CLASS, RATE_LIMIT.id, SERVER_ERROR.id, NET_GARBLED.id})
"""Clauses for which an incomplete answer is one violation, not one for each row."""
_ANSWER_IS_NO_FAILURE: Final = frozenset({ONCE.id, TRUE.id, AUTH_SECRET.id, RATE_WAIT.id})
"""Clauses that a false answer does not violate: it violates others."""


def judge_troubled_call(
    call: ObservedCall, trouble: Trouble, facts: CallFacts, elsewhere: tuple[tuple[str, str, str], ...]
) -> Iterator[Violation]:
    """Judge a call during which something failed.

    Args:
        call: The call.
        trouble: The failure.
        facts: The recorded data for the call.
        elsewhere: The requests that another origin received.
    """
    match call.outcome:
        case Hung():
            if call.timeout_settable or isinstance(call.outcome, Ended):
                message = f"{trouble.named}, and {format_outcome(call)}"
                yield Violation(trouble.clause, message, call.number, ("answer",))
        case Raised() as raised:
            yield from _judge_raised(call, trouble, raised)
        case Returned(answer=answer):
            if trouble.clause in {AUTH_FORBIDDEN.id, REFUSALS.id}:
                yield _expected_error(call, trouble)
            elif trouble.clause not in {REDIRECT.id, NET_GARBLED.id} or claimed_successes(answer):
                yield from _judge_returned(call, trouble, answer, facts)
    yield from judge_requests(call)
    yield from judge_redirect(call, elsewhere)


def _expected_error(call: ObservedCall, trouble: Trouble, error: str = "an error") -> Violation:
    message = f"{trouble.named}, and {format_outcome(call)}; expected {error}"
    return Violation(trouble.clause, message, call.number, ("answer",))


def _judge_raised(call: ObservedCall, trouble: Trouble, raised: Raised) -> Iterator[Violation]:
    required = _REQUIRED_CLASS.get(trouble.clause)
    if required and not raised.is_a(*(NETWORK_ERRORS if required == "NetworkError" else {required})):
        yield _expected_error(call, trouble, required)
    if required == "NetworkError":
        yield from judge_name(call, raised)
    if trouble.clause == RATE_LIMIT.id and not _reports_rate_limit(raised):
        yield _expected_error(call, trouble, "an error that reports the rate limit")


def _reports_rate_limit(raised: Raised) -> bool:
    if _RATE_LIMITED.search(" ".join((raised.kind, *raised.names))):
        return True
    if raised.is_a("InvalidInputError", "AuthenticationError"):
        return False
    return raised.status == TOO_MANY or _RATE_LIMITED.search(raised.text) is not None


def _judge_returned(call: ObservedCall, trouble: Trouble, answer: Json, facts: CallFacts) -> Iterator[Violation]:
    """Judge the answer of a call that returned in spite of the failure."""
    incomplete = trouble.clause in _ERROR_OR_COMPLETE_ANSWER and len(complete_rows(call, answer)) != len(call.messages)
    if incomplete:
        violations = [replace(_expected_error(call, trouble), because=RES_ROWS.id)]
    else:
        violations = _judge_true_answer(call, answer, facts)
    violations += _judge_silence(call, trouble, answer, facts)
    yield from (each for each in violations if each.clause != ACCEPT.id)
    untrue = next((each for each in violations if not is_about_format(each)), None)
    if untrue and not incomplete and trouble.clause not in _ANSWER_IS_NO_FAILURE:
        message = f"{trouble.named}, and {untrue.message}"
        yield Violation(trouble.clause, message, call.number, untrue.paths, because=untrue.clause)


def _judge_true_answer(call: ObservedCall, answer: Json, facts: CallFacts) -> list[Violation]:
    """Judge an answer whose rows may report failures: if the batch was sent in parts, one of them failed."""
    rows = complete_rows(call, answer)
    violations = list(judge_answer(call, answer, facts))
    if not rows or all(map(is_failed, rows)):
        return violations
    return [each for each in violations if each.clause != ACCEPT.id or each.contradicted]


def _judge_silence(call: ObservedCall, trouble: Trouble, answer: Json, facts: CallFacts) -> list[Violation]:
    """Judge that no message is missing whose row does not report a failure."""
    rows = complete_rows(call, answer)
    missing = [each.index for each in facts.comparison.missing_of(call.number)]
    silent = [index for index in missing if not (rows and is_failed(rows[index]))]
    if not silent:
        return []
    message = f"{trouble.named}, the client returned, and the server did not record messages[{silent[0]}]"
    return [Violation(TRUE.id, message, call.number, tuple(f"messages[{index}]" for index in silent))]
