"""The error classes that the zoo's clients raise, named as the page and the official SDK name theirs."""

from __future__ import annotations


class SynapError(Exception):
    """What a call to Synap can end with."""


class InvalidInputError(SynapError):
    """The messages cannot be recorded as they are; nothing of the call was."""


class AuthenticationError(SynapError):
    """The API key is missing, malformed, unknown, revoked, or not allowed to do this."""


class NetworkError(SynapError):
    """Synap was not reached, or its answer was lost."""


class RateLimitError(SynapError):
    """Too many calls. `retry_after_s`: when Synap wants to hear again, in seconds, if it said so."""

    def __init__(self, text: str, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class ServiceUnavailableError(SynapError):
    """Synap answered 5xx: what became of the batch is unknown."""


class RefusedError(SynapError):
    """Synap refused the batch for a reason that sending it again does not mend: credits, a conflict, its size."""


class UnexpectedAnswerError(SynapError):
    """Synap's answer is none that the page describes: what became of the batch is unknown."""
