"""Wakes what waits in an event loop for the feed of a fake, whichever thread adds to it."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synap_mock.domain.history.feed import Feed, Order

    Wake = Callable[[], None]


class Bells:
    """The bells of one app: one for each feed, or order of feeds, and event loop in which something waits."""

    def __init__(self) -> None:
        self._bells: dict[tuple[Feed | Order, asyncio.AbstractEventLoop], _Bell] = {}

    @contextmanager
    def woken(self, feed: Feed | Order, wake: Wake) -> Iterator[None]:
        """While the context lasts, `wake` is called in this event loop after events were added, once for several.

        Args:
            feed: the feed, or the order of several.
            wake: must not raise.
        """
        key = feed, asyncio.get_running_loop()
        bell = self._bells.get(key)
        if bell is None:
            bell = self._bells[key] = _Bell(key[1])
            feed.attach(bell.ring)
        bell.add(wake)
        try:
            yield
        finally:
            if bell.remove(wake):
                del self._bells[key]
                feed.detach(bell.ring)


class _Bell:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._wakes: list[Wake] = []
        self._is_ringing = False

    def add(self, wake: Wake) -> None:
        self._wakes.append(wake)

    def remove(self, wake: Wake) -> bool:
        """Whether it was the last one."""
        self._wakes.remove(wake)
        return not self._wakes

    def ring(self) -> None:
        """From any thread; the event is in the feed already."""
        if self._is_ringing:
            return  # the loop has yet to look
        self._is_ringing = True
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._wake_all)

    def _wake_all(self) -> None:
        self._is_ringing = False  # before the look: what is added from now on rings again
        for wake in [*self._wakes]:
            wake()
