"""Rate limits per key, measured on the fake's clock."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from synap_mock.settings import Plan, RateLimit

PLANS: Final[Mapping[Plan, tuple[int, int]]] = {"free": (60, 10), "pro": (600, 50)}
"""Calls per minute, and the burst (api-reference overview page; two other pages give other limits)."""
_MINUTE: Final = 60_000_000
"""In microseconds."""


class Allowance(NamedTuple):
    """The calls that a key has left after a call."""

    limit: int
    """Calls per minute."""
    remaining: int
    """Calls that are allowed at once now."""
    reset: int
    """When the whole burst is allowed again, in seconds since 1970."""
    retry_after: int
    """Seconds until the next call is allowed; 0: this call was allowed."""

    def headers(self) -> tuple[tuple[str, str], ...]:
        """``X-RateLimit-*``, and ``Retry-After`` if the call was rejected [documented]."""
        said = (
            ("x-ratelimit-limit", str(self.limit)),
            ("x-ratelimit-remaining", str(self.remaining)),
            ("x-ratelimit-reset", str(self.reset)),
        )
        return (*said, ("retry-after", str(self.retry_after))) if self.retry_after else said


class RateLimits:
    """A token bucket for each key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._full_at: dict[str, tuple[int, int]] = {}
        """When each key's bucket is full again: parts of a microsecond since 1970, and how many parts one has.

        Whole numbers, so that a count is never one off: a call fills in `_MINUTE` parts of which a microsecond has as
        many as there are calls a minute.
        """

    def clear(self) -> None:
        """Every bucket is full."""
        self._full_at.clear()

    def forget(self, key: str) -> None:
        """Forget the bucket of a key."""
        with self._lock:
            self._full_at.pop(key, None)

    def snapshot(self, _: Collection[str]) -> dict[str, tuple[int, int]]:
        """The buckets, for `restore`."""
        with self._lock:
            return dict(self._full_at)

    def restore(self, held: dict[str, tuple[int, int]], renamed: Mapping[str, str]) -> None:
        """Return to a snapshot; a key that has another name now has the bucket under both.

        Args:
            held: the snapshot.
            renamed: keys and ids, old to new.
        """
        with self._lock:
            self._full_at = held | {renamed[key]: bucket for key, bucket in held.items() if key in renamed}

    def take(self, key: str, limit: RateLimit, now: int) -> Allowance:
        """Count one call of a key.

        Args:
            key: the key.
            limit: the setting.
            now: microseconds since 1970.
        """
        per_minute, burst = _rate(limit)
        with self._lock:
            second = 1_000_000 * per_minute
            now *= per_minute
            held, parts = self._full_at.get(key, (0, 1))
            # If the clock was set back or the setting changed, the bucket is at worst empty.
            full_at = min(max(held * per_minute // parts, now), now + burst * _MINUTE)
            wait = full_at + _MINUTE - now - burst * _MINUTE
            if wait <= 0:
                full_at += _MINUTE
                self._full_at[key] = full_at, per_minute
            remaining = (now + burst * _MINUTE - full_at) // _MINUTE
            return Allowance(per_minute, remaining, -(-full_at // second), max(0, -(-wait // second)))


def _rate(limit: RateLimit) -> tuple[int, int]:
    """Calls per minute, and the burst."""
    if isinstance(limit, str):
        return PLANS[limit]
    return limit if isinstance(limit, tuple) else (limit, limit)
