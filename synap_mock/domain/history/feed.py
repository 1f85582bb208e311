"""The feed: what happened to a fake, numbered, for clients that follow it.

Readers have cursors, and nothing is kept for each of them: a slow reader takes no memory, and delays no call. The feed
is a ring of small entries. A call is in the journal; its entry has only its number.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import deque
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from synap_mock.domain.values.sources import current_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Bell = Callable[[], None]

Item = TypeVar("Item")
KEPT: Final = 4096
"""Most events that a feed keeps; older ones are dropped."""
REQUEST: Final = "request"
"""The name of the event of a call."""
RESET: Final = "reset"
"""The name of the event that a feed begins again with."""


_id_of: Final = attrgetter("id")


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
        bells: called after every event of every feed.
    """

    def __init__(self) -> None:
        self.name = f"{current_source().bits(32):08x}"
        self.lock = threading.Lock()
        self.last = 0
        self.bells: tuple[Bell, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        """What a copy in another process has: no bells."""
        return {**vars(self), "bells": ()}

    def attach(self, bell: Bell) -> None:
        """Call `bell` after every event of every feed, from the thread that added it; it must not block."""
        with self.lock:
            self.bells = (*self.bells, bell)

    def detach(self, bell: Bell) -> None:
        """Stop calling `bell`."""
        with self.lock:
            self.bells = tuple(each for each in self.bells if each != bell)


class Feed:
    """The newest events of one fake. Safe to use from several threads.

    Args:
        order: numbers its events; None: it is the only feed.

    Attributes:
        order: as given, or as joined.
        last: the id of its newest event.
        generation: the number of times that it has begun again.
    """

    def __init__(self, order: Order | None = None) -> None:
        self.order = order or Order()
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._dropped = 0
        """The id of the newest event that was dropped."""
        self._bells: tuple[Bell, ...] = ()
        self.last = 0
        self.generation = 0

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
            if name != REQUEST and self._events and self._events[-1].name == name:
                self._events.pop()  # the new one says the same: many changes of a kind do not displace calls
            if len(self._events) == KEPT:
                self._dropped = self._events[0].id
            self._events.append(Event(order.last, name, number))
            self.last = order.last
        for bell in (*self._bells, *order.bells):
            bell()

    def join(self, order: Order) -> None:
        """Begin again as one of several feeds, whose events `order` numbers."""
        self.order = order
        self.begin_again()

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

    def oldest(self, cursor: int, limit: int) -> tuple[list[Event], bool]:
        """The oldest events after one, and whether some of them were dropped. The order's lock must be held."""
        events = self._events
        if self.last <= cursor:
            return [], False
        start = bisect_right(events, cursor, key=_id_of)
        return [events[index] for index in range(start, min(start + limit, len(events)))], cursor < self._dropped

    def attach(self, bell: Bell) -> None:
        """Call `bell` after every event, from the thread that added it; it must not block."""
        with self.order.lock:
            self._bells = (*self._bells, bell)

    def detach(self, bell: Bell) -> None:
        """Stop calling `bell`."""
        with self.order.lock:
            # Not by identity: a bound method is a new object each time.
            self._bells = tuple(each for each in self._bells if each != bell)


def oldest_of_all(
    feeds: Iterable[tuple[Feed, Item]], order: Order, cursor: int, until: int, limit: int
) -> tuple[list[tuple[Event, Item]], bool]:
    """The oldest events after one of all feeds of an order, and whether some of them were dropped.

    Args:
        feeds: each with what its events are returned with.
        order: numbers the events; a feed of another one is left out: it is yet to join.
        cursor: the id of an event; 0: from the oldest ones on.
        until: the id of the newest event before the feeds were listed: a feed that joined later has no older one.
        limit: most of them.
    """
    found: list[tuple[Event, Item]] = []
    missed = False
    with order.lock:
        for feed, item in feeds:
            if feed.order is order:
                events, dropped = feed.oldest(cursor, limit)
                found += [(event, item) for event in events if event.id <= until]
                missed = missed or dropped
    found.sort(key=lambda each: each[0].id)
    return found[:limit], missed
