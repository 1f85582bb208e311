"""A log of requests that the server rejects before any app sees them, at a limited rate."""

from __future__ import annotations

import logging
from typing import Final, NamedTuple

import httptools

_log: Final = logging.getLogger("synap_mock.server")
_INTERVAL: Final = 10
"""Seconds between two lines."""


class BadRequests:
    """Counts rejected requests and stalled connections; logs the first, then at most one line in ten seconds.

    Attributes:
        total: how many there were.
    """

    def __init__(self) -> None:
        self.total = 0
        self._logged = 0
        self._next_at = 0.0
        self._latest = ""

    def add(self, reason: str, now: float) -> None:
        """Count one.

        Args:
            reason: why it was rejected; no text of the client's.
            now: the event loop's time.
        """
        self.total += 1
        self._latest = reason
        self.report(now)

    def report(self, now: float) -> None:
        """Log those that have not been logged, if a line is due."""
        count = self.total - self._logged
        if count == 0 or now < self._next_at:
            return
        self._logged = self.total
        self._next_at = now + _INTERVAL
        _log.warning("rejected %d %s; latest: %s", count, "request" if count == 1 else "requests", self._latest)


class Rejection(NamedTuple):
    """A response to a request that is not handled."""

    status: int
    text: str


def reason_of(error: httptools.HttpParserError) -> str:
    """The parser's reason, without the client's text that a callback's error may have."""
    is_own = isinstance(error, httptools.HttpParserCallbackError | httptools.HttpParserInvalidURLError)
    return "Invalid HTTP request received." if is_own else f"Invalid HTTP request received: {error}"
