"""How many calls a fake has answered, and how long they took, for monitoring."""

from __future__ import annotations

import threading
from bisect import bisect_left
from itertools import accumulate
from typing import Final, NamedTuple

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the durations that are counted together, in seconds, both included; longer ones have no bound."""

OTHER: Final = "other"
"""The route of every call to a path or method that is not a route of the API."""


class Durations(NamedTuple):
    """The durations of the calls of one route.

    Attributes:
        counts: of the calls that took at most each of `BUCKETS`, and of all calls.
        seconds: the sum.
    """

    counts: tuple[int, ...]
    seconds: float


class Traffic:
    """Counts calls by route and status. Safe to use from several threads.

    Routes are the patterns of routes that this package has, never what a client sends: so the memory is bounded.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: dict[tuple[str, int | None], int] = {}
        self._buckets: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}

    def add(self, route: str, status: int | None, seconds: float) -> None:
        """Count a call.

        Args:
            route: method and pattern.
            status: of the response; None: no response was sent.
            seconds: from the end of the request's body to the response.
        """
        key = route, status
        with self._lock:
            self._calls[key] = self._calls.get(key, 0) + 1
            buckets = self._buckets.get(route)
            if buckets is None:
                buckets = self._buckets[route] = [0] * (len(BUCKETS) + 1)
                self._seconds[route] = 0.0
            buckets[bisect_left(BUCKETS, seconds)] += 1
            self._seconds[route] += seconds

    def calls(self) -> dict[tuple[str, int | None], int]:
        """The number of calls by route and status."""
        with self._lock:
            return dict(self._calls)

    def durations(self) -> dict[str, Durations]:
        """The durations by route."""
        with self._lock:
            return {
                route: Durations(tuple(accumulate(buckets)), self._seconds[route])
                for route, buckets in self._buckets.items()
            }
