"""The fake's clock: real time plus an offset, or frozen."""

from __future__ import annotations

import math
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from synap_mock.domain.values.quoting import quote
from synap_mock.domain.values.sources import current_source

if TYPE_CHECKING:
    from collections.abc import Callable

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_LATEST: Final = (datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_STALE: Final = timedelta(hours=12)
"""SDK 0.3.0 and later drop older turns."""


class Clock:
    """The fake's time, `SynapMock.clock`. Tests move it; nothing sleeps.

    Args:
        changed: called after it was moved or frozen.
    """

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._changed = changed
        self._lock = threading.Lock()
        self._offset = 0
        self._frozen: int | None = None

    @property
    def now(self) -> datetime:
        """The time, in UTC."""
        return _EPOCH + timedelta(microseconds=self.microseconds())

    @property
    def frozen(self) -> bool:
        """Whether the clock is frozen."""
        return self._frozen is not None

    def microseconds(self) -> int:
        """Microseconds since 1970, UTC."""
        frozen = self._frozen
        if frozen is not None:
            return frozen
        return current_source().microseconds() + self._offset

    def advance(self, seconds: float) -> None:
        """Advance; a frozen clock stays frozen at the new time.

        Args:
            seconds: 0 or more.

        Raises:
            TypeError: not a number.
            ValueError: negative, not finite, or beyond the year 9998.
        """
        with self._lock:
            ahead = _ahead(self.microseconds(), seconds)
            if self._frozen is None:
                self._offset += ahead
            else:
                self._frozen += ahead
        self._changed()

    def freeze(self, at: datetime | str | None = None) -> None:
        """Freeze until the next reset; `advance` still moves the clock.

        Args:
            at: a datetime with a zone, or a string in ISO 8601; None: now. Outside the pytest fixture, the official SDK
                drops turns from its local store that are over 12 hours old by the real clock.

        Raises:
            TypeError: neither a datetime nor a string.
            ValueError: not a time with a zone, or out of range.
        """
        self.stand(at)

    def stand(self, at: datetime | str | None = None, *, ahead: float = 0) -> str | None:
        """As `freeze`, but `ahead` seconds later; returns a warning if the official SDK drops turns of that time."""
        frozen = self.microseconds() if at is None else moment("at", at)
        frozen += _ahead(frozen, ahead)
        with self._lock:
            self._frozen = frozen
        self._changed()
        if frozen >= current_source().microseconds() - _STALE // _MICROSECOND:
            return None
        return f"the clock is frozen at {iso(frozen)}, over 12 hours ago: SDK 0.3.0 and later drop turns of that age"

    def snapshot(self) -> tuple[int, int | None]:
        """The offset and where it is frozen, for `restore`."""
        with self._lock:
            return self._offset, self._frozen

    def restore(self, held: tuple[int, int | None]) -> None:
        """Go on from a snapshot; time that is not frozen has gone on since."""
        with self._lock:
            self._offset, self._frozen = held

    def reset(self) -> None:
        """Return to real time."""
        with self._lock:
            self._offset, self._frozen = 0, None
        self._changed()


def iso(microseconds: int) -> str:
    """ISO 8601 in UTC with six decimals and ``Z``, of microseconds since 1970."""
    return (_EPOCH + timedelta(microseconds=microseconds)).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def duration(name: str, value: object) -> float:
    """Return `value` as a duration in seconds.

    Raises:
        TypeError: not a number.
        ValueError: negative or not finite.
    """
    wanted = f"{name} must be a number of seconds from 0, not {quote(value)}"
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(wanted)
    try:
        seconds = float(value)
    except OverflowError:
        raise ValueError(wanted) from None
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError(wanted)
    return seconds


def instant(name: str, value: object) -> datetime:
    """Return `value` as a time with a zone.

    Raises:
        TypeError: neither a datetime nor a string.
        ValueError: not a time with a zone.
    """
    wanted = f'{name} must be a time with a zone, such as "2026-11-23T08:00:00Z", not {quote(value)}'
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(wanted) from None
    if not isinstance(value, datetime):
        raise TypeError(wanted)
    if value.tzinfo is None:
        raise ValueError(wanted)
    return value


def moment(name: str, value: object) -> int:
    """Return `value` as a time for the clock, in microseconds since 1970.

    Raises:
        TypeError: neither a datetime nor a string.
        ValueError: not a time with a zone, or out of range.
    """
    found = (instant(name, value) - _EPOCH) // _MICROSECOND
    if not 0 <= found <= _LATEST:
        raise ValueError(f"{name} must lie between the years 1970 and 9998, not {quote(str(value))}")
    return found


def _ahead(now: int, seconds: object) -> int:
    """Return the seconds in microseconds, if the clock can still reach that time from `now`."""
    microseconds = duration("seconds", seconds) * 1_000_000
    if microseconds > _LATEST or now + round(microseconds) > _LATEST:
        raise ValueError(f"seconds must not move the clock beyond the year 9998; {quote(seconds)} does")
    return round(microseconds)
