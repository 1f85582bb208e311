"""Wall clocks, other than today's here, under which tests must pass as well."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import time_machine

if TYPE_CHECKING:
    from collections.abc import Callable

WHOLE_SUITE: Final = "SYNAP_TESTS_SHIFT"
"""The environment variable that names the shift under which every test runs in this process."""

SHIFTS: Final[dict[str, Callable[[], datetime]]] = {
    "today": lambda: datetime.now(UTC),
    "12-hours-ahead": lambda: datetime.now(UTC) + timedelta(hours=12),
    "4-days-ahead": lambda: datetime.now(UTC) + timedelta(days=4),
    "10-years-ahead": lambda: datetime.now(UTC) + timedelta(days=3653),
    "leap-day": lambda: datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
    "dst-begins": lambda: datetime(2027, 3, 14, 1, 59, 59, tzinfo=ZoneInfo("America/New_York")),
    "dst-ends": lambda: datetime(2027, 11, 7, 1, 59, 59, tzinfo=ZoneInfo("America/New_York")),
    "Auckland": lambda: datetime.now(ZoneInfo("Pacific/Auckland")),
    "St-Johns": lambda: datetime.now(ZoneInfo("America/St_Johns")),
}
"""Each gives a time; one with a zone of its own sets TZ, too."""


def shifted(name: str) -> time_machine.travel:
    """Return a context, entered not yet, under which the clock runs on from a shift's time."""
    return time_machine.travel(SHIFTS[name](), tick=True)


def for_the_whole_suite() -> time_machine.travel | None:
    """Return the shift that the environment names, if any."""
    name = os.environ.get(WHOLE_SUITE)
    if not name:
        return None
    if name not in SHIFTS:
        raise ValueError(f"{WHOLE_SUITE} is {name!r}; expected one of {', '.join(SHIFTS)}")
    return shifted(name)
