"""Turns: of the threads of a job, one works at a time, while the others wait for their clients.

So a job uses about one core, and its waits overlap.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Stopped(Exception):  # noqa: N818 - not an error: another thread has failed, or the user ended the run
    """The threads must end."""


class Turns:
    """The right to work, which one thread has at a time. Threads get it in the order in which they ask for it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue: deque[int] = deque()
        """The threads that wait for a turn; the first one has it."""
        self._stopped = False

    def stop(self) -> None:
        """End each thread when it gets its next turn."""
        self._stopped = True

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for a turn, which lasts until the block ends.

        Raises:
            Stopped: The threads must end.
        """
        self._begin()
        try:
            self._check()
            yield
        finally:
            self._end()

    @contextmanager
    def ceded(self) -> Iterator[None]:
        """Let other threads work during the block, and wait for a turn after it.

        Raises:
            Stopped: The threads must end.
        """
        self._end()
        try:
            yield
        finally:
            self._begin()
        self._check()

    def _begin(self) -> None:
        me = threading.get_ident()
        with self._changed:
            self._queue.append(me)
            self._changed.wait_for(lambda: self._queue[0] == me)

    def _end(self) -> None:
        with self._changed:
            self._queue.popleft()
            self._changed.notify_all()

    def _check(self) -> None:
        if self._stopped:
            raise Stopped
