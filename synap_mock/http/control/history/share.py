"""Limits a stream to a share of the server's time: who watches must not slow down what is watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_mock.domain.values.real_time import monotonic

if TYPE_CHECKING:
    from collections.abc import Callable


class Share:
    """Says how long to pause after a piece of work.

    Args:
        share: of the time, from 0 to 1, in the long run.
        burst: seconds of work that need no pause after a time without work.
        least: the shortest pause, in seconds; what arrives meanwhile is one piece.
        most: the longest one.
        clock: returns seconds.
    """

    def __init__(
        self, share: float, *, burst: float, least: float, most: float, clock: Callable[[], float] = monotonic
    ) -> None:
        self._share = share
        self._burst = burst
        self._least = least
        self._most = most
        self._clock = clock
        self._left = burst
        self._at = clock()

    def pause_after(self, began: float) -> float:
        """How many seconds to pause after work that began at that time and ends now."""
        now = self._clock()
        self._left = min(self._burst, self._left + (began - self._at) * self._share) - (now - began)
        self._at = now
        return min(max(self._least, -self._left / self._share), self._most)
