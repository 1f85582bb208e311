"""What a fault answers in place of the truth, in each dialect. Bodies and headers: documented.md, section 2."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.faults.kinds import (
    Conflict,
    Forbidden,
    InstanceBuildFailed,
    InstanceNotReady,
    InsufficientCredits,
    MalformedBody,
    RateLimited,
    Respond,
    ServerError,
    TrialLimitReached,
    Unauthorized,
    WrongShape,
)
from synap_mock.http.call import Answer
from synap_mock.http.encoding import encode

if TYPE_CHECKING:
    from synap_mock.domain.faults.kinds import Answered
    from synap_mock.settings import Dialect

_HTML: Final = b"<html><body>This is no JSON.</body></html>"


def reply(fault: Answered, dialect: Dialect, instance_id: str) -> Answer:  # noqa: C901, PLR0911 - a case a fault
    """The answer of a call that such a fault strikes.

    Args:
        fault: the fault.
        dialect: in which errors are said.
        instance_id: whose call it is.
    """
    match fault:
        case Unauthorized():
            return _error(dialect, 401, "UNAUTHORIZED", "Missing or invalid authentication credentials")
        case Forbidden():
            return _error(dialect, 403, "FORBIDDEN", "Conversation not found or access denied")
        case RateLimited(retry_after):
            return _after(retry_after, _error(dialect, 429, "RATE_LIMITED", "Too many requests"))
        case ServerError(status):
            # A code of the project's own: no page has one for it.
            return _error(dialect, status, "SERVER_ERROR", _phrase(status))
        case Conflict():
            text = "The conversation is being changed by another request"
            return _error(dialect, 409, "CONFLICT", text)  # as above
        case InsufficientCredits() | TrialLimitReached():
            return _credit_stop(dialect, fault)
        case InstanceNotReady(retry_after):
            return _after(retry_after, _instance(_not_ready(retry_after, instance_id)))
        case InstanceBuildFailed(attempts):
            return _instance(_build_failed(attempts, instance_id))
        case MalformedBody():
            return Answer(200, _HTML, headers=(("content-type", "text/html"),))
        case WrongShape(json):
            return Answer(200, encode(json))
        case Respond(status):
            return Answer(status, fault.body, headers=fault.said)
    raise TypeError(f"{fault!r} has no answer of its own")


def _error(dialect: Dialect, status: int, code: str, text: str) -> Answer:
    body = {"error": text, "code": code, "details": {}} if dialect == "documented" else {"detail": text}
    return Answer(status, encode(body))


def _after(seconds: int | None, answer: Answer) -> Answer:
    if seconds is not None:
        answer.headers = (*answer.headers, ("retry-after", str(seconds)))
    return answer


def _phrase(status: int) -> str:
    return next((known.phrase for known in HTTPStatus if known == status), "Server Error")


def _credit_stop(dialect: Dialect, fault: InsufficientCredits | TrialLimitReached) -> Answer:
    """Both forms are known: at the top, and in detail."""
    if isinstance(fault, InsufficientCredits):
        status, body = 402, _insufficient(fault)
    else:
        status, body = 429, _TRIAL
    return Answer(status, encode(body if dialect == "documented" else {"detail": body}))


def _insufficient(fault: InsufficientCredits) -> dict[str, Any]:
    return {
        "error": "insufficient_credits",
        "reason": "overages_disabled",
        "message": "Not enough credits, and overages are disabled.",
        "balance_credits": fault.balance_credits,
        "minimum_required_credits": fault.minimum_required_credits,
        "recovery_url": "/v1/credits/balance",
        "redeem_url": "/credits/redeem",
        "manage_url": "/dashboard/billing",
        "support_contact": "support",
        "request_id": "req_mock",
    }


_TRIAL: Final = {
    "error": "trial_limit_reached",
    "message": "The trial's credits are spent.",
    "balance_credits": 0,
    "minimum_required_credits": 1,
    "upgrade_url": "/dashboard/billing",
    "request_id": "req_mock",
}


def _instance(body: dict[str, Any]) -> Answer:
    """The server sends the flat copy and the one in detail."""
    return Answer(409, encode({**body, "detail": {"code": body["error"], **body}}))


def _not_ready(retry_after: int, instance_id: str) -> dict[str, Any]:
    return {
        "error": "instance_not_ready",
        "message": "This instance's memory architecture is still being built.",
        "retry_after_seconds": retry_after,
        "instance_id": instance_id,
        "state": "building",
    }


def _build_failed(attempts: int, instance_id: str) -> dict[str, Any]:
    return {
        "error": "instance_build_failed",
        "message": "This instance's memory architecture build failed.",
        "instance_id": instance_id,
        "attempts": attempts,
        "hint": "Build the instance again from the dashboard.",
    }
