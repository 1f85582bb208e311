"""Reads take turns: the event loop looks at its sockets between two of them, as each may be long."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from synap_mock.domain.values.real_time import monotonic

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

_LONG: Final = 0.005
_PAUSE: Final = 0.003
"""Seconds for others after a long one: a new connection takes several iterations to be served."""


class Turns:
    """A queue of what to start, one in each iteration of the event loop."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._began = 0.0

    def add(self, start: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
        """Start something when it is its turn."""
        self._waiting.append(start)
        if len(self._waiting) == 1:
            loop.call_soon(self._next, loop)

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        self._began = monotonic()
        try:
            self._waiting[0]()  # schedules a task, which runs in the next iteration, before the call below
        finally:
            loop.call_soon(self._after, loop)

    def _after(self, loop: asyncio.AbstractEventLoop) -> None:
        self._waiting.popleft()
        if not self._waiting:
            return
        if monotonic() - self._began > _LONG:
            loop.call_later(_PAUSE, self._next, loop)
        else:
            self._next(loop)
