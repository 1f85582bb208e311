"""Errors of the vendor's business: credits, trials, instances that are being built.

The bodies are the ones that the SDK's parsers read, as the vendor's own tests show them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.faults.errors import retry_later
from synap_mock.domain.faults.fault import Answered, Reply
from synap_mock.domain.values.encoding import encode
from synap_mock.settings import whole

if TYPE_CHECKING:
    from synap_mock.settings import Dialect


@dataclass(frozen=True, slots=True)
class InsufficientCredits(Answered):
    """402 ``insufficient_credits``: the SDK's InsufficientCreditsError.

    Attributes:
        balance_credits: the credits that are left.
        minimum_required_credits: the credits that the call would have cost.

    Raises:
        TypeError, ValueError: one of them is not a whole number from 0.
    """

    everyday = True

    balance_credits: int = 0
    minimum_required_credits: int = 1

    def __post_init__(self) -> None:
        whole("balance_credits", self.balance_credits, least=0)
        whole("minimum_required_credits", self.minimum_required_credits, least=0)

    def reply(self, dialect: Dialect, instance_id: str) -> Reply:  # noqa: ARG002 - the same for every instance
        """402."""
        return _credit_stop(dialect, 402, self._body())

    def _body(self) -> dict[str, Any]:
        return {
            "error": "insufficient_credits",
            "reason": "overages_disabled",
            "message": "Not enough credits, and overages are disabled.",
            "balance_credits": self.balance_credits,
            "minimum_required_credits": self.minimum_required_credits,
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


@dataclass(frozen=True, slots=True)
class TrialLimitReached(Answered):
    """429 with ``trial_limit_reached``: a RateLimitError that the SDK does not retry."""

    def reply(self, dialect: Dialect, instance_id: str) -> Reply:  # noqa: ARG002 - the same for every instance
        """429."""
        return _credit_stop(dialect, 429, _TRIAL)


@dataclass(frozen=True, slots=True)
class InstanceNotReady(Answered):
    """409 ``instance_not_ready``: a new instance is being built.

    Attributes:
        retry_after: whole seconds, in the body and in ``Retry-After``. SDK 0.6.0 and later send nothing until they are
            over (at most 300).

    Raises:
        TypeError, ValueError: `retry_after` is not a whole number from 0.
    """

    retry_after: int = 30

    def __post_init__(self) -> None:
        whole("retry_after", self.retry_after, least=0)

    def reply(self, dialect: Dialect, instance_id: str) -> Reply:  # noqa: ARG002 - the same in both dialects
        """409, with ``Retry-After``."""
        body = {
            "error": "instance_not_ready",
            "message": "This instance's memory architecture is still being built.",
            "retry_after_seconds": self.retry_after,
            "instance_id": instance_id,
            "state": "building",
        }
        return retry_later(self.retry_after, _instance_error(body))


@dataclass(frozen=True, slots=True)
class InstanceBuildFailed(Answered):
    """409 ``instance_build_failed``: SDK 0.6.0 and later raise InstanceBuildFailedError.

    Attributes:
        attempts: how often it was built.

    Raises:
        TypeError, ValueError: `attempts` is not a whole number from 1.
    """

    attempts: int = 3

    def __post_init__(self) -> None:
        whole("attempts", self.attempts, least=1)

    def reply(self, dialect: Dialect, instance_id: str) -> Reply:  # noqa: ARG002 - the same in both dialects
        """409."""
        return _instance_error(
            {
                "error": "instance_build_failed",
                "message": "This instance's memory architecture build failed.",
                "instance_id": instance_id,
                "attempts": self.attempts,
                "hint": "Build the instance again from the dashboard.",
            }
        )


def _credit_stop(dialect: Dialect, status: int, body: dict[str, Any]) -> Reply:
    """Both places are known: at the top, and in ``detail``."""
    return Reply(status, encode(body if dialect == "documented" else {"detail": body}))


def _instance_error(body: dict[str, Any]) -> Reply:
    """The server sends the flat copy and the one in ``detail``."""
    return Reply(409, encode({**body, "detail": {"code": body["error"], **body}}))
