"""The feed: what happened to a fake, numbered, for clients that follow it.

Readers have cursors, and nothing is kept for each of them: a slow reader takes no memory, and delays no call. The feed
is a ring of small entries. A call is in the journal; its entry has only its number.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from synap_mock.domain.values.sources import current_source

if TYPE_CHECKING:
    from collections.abc import Callable

    Bell = Callable[[], None]

KEPT: Final = 4096
"""Most events that a feed keeps; older ones are dropped."""
REQUEST: Final = "request"
"""The name of the event of a call."""
RESET: Final = "reset"
"""The name of the event that a feed begins again with."""


class Event(NamedTuple):
    """Something that happened.

    Attributes:
        id: counted from 1, over all feeds of one `Order`.
        name: what kind of event it is.
        number: of a call, its number in the journal; else 0.
    """

    id: int
    name: str
    number: int


class News(NamedTuple):
    """What a reader finds.

    Attributes:
        events: the events after its cursor, oldest first.
        missed: whether the feed has dropped some of them.
    """

    events: list[Event]
    missed: bool


class Order:
    """Numbers the events of several feeds, so that one cursor is enough to read all of them.

    Attributes:
        name: random, so that the id of an event of another process is recognized.
        lock: held while an event is numbered and added: a reader never sees an event before one with a lower id.
        last: the id of the newest event; 0: there is none.
    """

    def __init__(self) -> None:
        self.name = f"{current_source().bits(32):08x}"
        self.lock = threading.Lock()
        self.last = 0


class Feed:
    """The newest events of one fake. Safe to use from several threads.

    Args:
        order: numbers its events; None: it is the only feed.
    """

    def __init__(self, order: Order | None = None) -> None:
        self.order = order or Order()
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._dropped = 0
        """The id of the newest event that was dropped."""
        self._bells: tuple[Bell, ...] = ()
        self.generation = 0
        """The number of times that it has begun again."""

    def __getstate__(self) -> dict[str, Any]:
        """What a copy in another process has: no bells."""
        return {**vars(self), "_bells": ()}

    def add(self, name: str, number: int = 0) -> None:
        """Add an event, and ring the bells.

        Args:
            name: what kind of event it is.
            number: of a call, its number in the journal.
        """
        order = self.order
        with order.lock:
            order.last += 1
            if len(self._events) == KEPT:
                self._dropped = self._events[0].id
            self._events.append(Event(order.last, name, number))
        for bell in self._bells:
            bell()

    def begin_again(self, name: str = RESET) -> None:
        """Forget every event; the next reader gets this one first, which says that all before it is gone."""
        with self.order.lock:
            self._events.clear()
            self._dropped = 0
            self.generation += 1
        self.add(name)

    def after(self, cursor: int, limit: int) -> News:
        """The events after one.

        Args:
            cursor: its id; 0: from the oldest one on that is kept.
            limit: most of them.
        """
        with self.order.lock:
            if cursor >= self.order.last:
                return News([], missed=False)
            found = []
            for event in reversed(self._events):
                if event.id <= cursor:
                    break
                found.append(event)
            missed = cursor < self._dropped
        found.reverse()
        return News(found[:limit], missed)

    def attach(self, bell: Bell) -> None:
        """Call `bell` after every event, from the thread that added it; it must not block."""
        with self.order.lock:
            self._bells = (*self._bells, bell)

    def detach(self, bell: Bell) -> None:
        """Stop calling `bell`."""
        with self.order.lock:
            # Not by identity: a bound method is a new object each time.
            self._bells = tuple(each for each in self._bells if each != bell)
