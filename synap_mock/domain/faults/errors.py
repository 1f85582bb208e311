"""Errors that the API returns: credentials, limits, server errors, conflicts."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from synap_mock.domain.faults.fault import Answered, Reply
from synap_mock.domain.values.encoding import encode
from synap_mock.domain.values.quoting import quote
from synap_mock.settings import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synap_mock.domain.faults.fault import Fault
    from synap_mock.settings import Dialect

_LAST_STATUS: Final = 599
"""The last status of RFC 9110's last class."""


@dataclass(frozen=True, slots=True)
class Unauthorized(Answered):
    """401 ``UNAUTHORIZED`` [documented]."""

    everyday = True

    def reply(self, dialect: Dialect, instance_id: str) -> Reply:  # noqa: ARG002 - the same for every instance
        """The documented error."""
        return error(dialect, 401, "UNAUTHORIZED", "Missing or invalid authentication credentials")


@dataclass(frozen=True, slots=True)
class Forbidden(Answered):
    """403 ``FORBIDDEN`` [documented]; AuthenticationError from SDK 0.5.15 on, a transient error before."""

    everyday = True

    def reply(self, dialect: Dialect, instance_id: str) -> Reply:  # noqa: ARG002 - the same for every instance
        """The documented error."""
        return error(dialect, 403, "FORBIDDEN", "Conversation not found or access denied")


@dataclass(frozen=True, slots=True)
class RateLimited(Answered):
    """429 ``RATE_LIMITED`` [documented].

    Attributes:
        retry_after: whole seconds, in the header ``Retry-After``; None: no such header. SDK 0.6.1 and later wait that
            long, at most 10 s.

    Raises:
        TypeError, ValueError: `retry_after` is not a whole number from 0.
    """

    retry_after: int | None = 1

    def __post_init__(self) -> None:
        whole("retry_after", self.retry_after, least=0, optional=True)

    @classmethod
    def examples(cls) -> Sequence[Fault]:
        """A short and a long one."""
        return cls(1), cls(30)

    def reply(self, dialect: Dialect, instance_id: str) -> Reply:  # noqa: ARG002 - the same for every instance
        """The documented error, with ``Retry-After``."""
        return retry_later(self.retry_after, error(dialect, 429, "RATE_LIMITED", "Too many requests"))


@dataclass(frozen=True, slots=True)
class ServerError(Answered):
    """500 to 599. SDK 0.6.1 and later send the batch again [sdk].

    Attributes:
        status: of the response.

    Raises:
        TypeError, ValueError: `status` is not a whole number from 500 to 599.
    """

    status: int = 500

    def __post_init__(self) -> None:
        check_status(self.status, 500)

    @classmethod
    def examples(cls) -> Sequence[Fault]:
        """The two most frequent ones."""
        return cls(500), cls(503)

    def reply(self, dialect: Dialect, instance_id: str) -> Reply:  # noqa: ARG002 - the same for every instance
        """An error with the status's phrase; its code is the project's own, since no page names one."""
        phrase = next((known.phrase for known in HTTPStatus if known == self.status), "Server Error")
        return error(dialect, self.status, "SERVER_ERROR", phrase)


@dataclass(frozen=True, slots=True)
class Conflict(Answered):
    """409, plain: SDK 0.4.0 and later raise ConflictError."""

    everyday = True

    def reply(self, dialect: Dialect, instance_id: str) -> Reply:  # noqa: ARG002 - the same for every instance
        """An error whose code is the project's own, since no page names one."""
        return error(dialect, 409, "CONFLICT", "The conversation is being changed by another request")


def error(dialect: Dialect, status: int, code: str, text: str) -> Reply:
    """An error body in the format of a dialect."""
    body = {"error": text, "code": code, "details": {}} if dialect == "documented" else {"detail": text}
    return Reply(status, encode(body))


def retry_later(seconds: int | None, reply: Reply) -> Reply:
    """`reply` with ``Retry-After``; without it where `seconds` is None."""
    if seconds is None:
        return reply
    return reply._replace(headers=(*reply.headers, ("retry-after", str(seconds))))


def check_status(status: object, least: int) -> None:
    """Check that `status` is an HTTP status of a response.

    Raises:
        TypeError, ValueError: it is not a whole number from `least` to 599.
    """
    whole("status", status, least=least)
    if status > _LAST_STATUS:  # type: ignore[operator] # whole has checked it
        raise ValueError(f"status must be a whole number from {least} to {_LAST_STATUS}, not {quote(status)}")
