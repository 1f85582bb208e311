"""Time, as the fake tells it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - all times here are UTC, and iso() says so with its Z


class Clock:
    """The time now. `recorded_at` must be near it: from 0.3.0 the SDK drops a turn that is over 12 hours old."""

    def now(self) -> int:
        """Microseconds since 1970, UTC."""
        return time.time_ns() // 1000


def iso(microseconds: int) -> str:
    """ISO 8601 in UTC with six decimals and ``Z``, of microseconds since 1970."""
    return (_EPOCH + timedelta(microseconds=microseconds)).isoformat(timespec="microseconds") + "Z"
