"""Real time, for waits: under freezegun and time-machine too.

freezegun replaces ``time.monotonic`` and every imported copy of it, and so stops the timers of asyncio's and trio's
event loops. It leaves the system's clocks and the waits of `threading` alone.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

if sys.platform == "win32":
    _MONOTONIC = (time.monotonic,)  # freezegun replaces attributes of modules, not members of a tuple

    def monotonic() -> float:
        """Return the real time in seconds, from an arbitrary start."""
        return _MONOTONIC[0]()
else:

    def monotonic() -> float:
        """Return the real time in seconds, from an arbitrary start."""
        return time.clock_gettime(time.CLOCK_MONOTONIC)


def pause(seconds: float) -> None:
    """Block this thread for `seconds`."""
    _wait(threading.Event(), seconds)


def async_pause() -> Callable[[float], Awaitable[None]]:
    """Return a function to await for so many seconds, under asyncio or trio.

    A thread waits, because the event loop's own timers may be stopped. It ends when the task is cancelled, so that it
    does not delay the end of the process.
    """
    import anyio  # noqa: PLC0415 - sync code has no need of it

    one = anyio.CapacityLimiter(1)  # the shared one may be exhausted by the calls that are waited for

    async def wait(seconds: float) -> None:
        cancelled = threading.Event()
        try:
            await anyio.to_thread.run_sync(_wait, cancelled, seconds, abandon_on_cancel=True, limiter=one)
        finally:
            cancelled.set()

    return wait


def _wait(event: threading.Event, seconds: float) -> None:
    event.wait(min(seconds, threading.TIMEOUT_MAX))


def keep_real_time(loop: asyncio.AbstractEventLoop) -> None:
    """Let the timers of one of our own event loops run in real time; uvloop's always do."""
    if isinstance(loop, asyncio.BaseEventLoop):
        loop.time = monotonic  # type: ignore[method-assign] # every timer of a loop reads this
