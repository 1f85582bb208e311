"""Scheduled faults, and the queue of everything that a test schedules."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from synap_mock.domain.bounds.bounds import LimitReached
from synap_mock.domain.faults.fault import Fault, Unreachable
from synap_mock.domain.faults.lookup import Key, Lookup, any_key, no_values
from synap_mock.domain.faults.matching import check_where, chooses, pairs_of
from synap_mock.domain.values.quoting import quote
from synap_mock.settings import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Mapping, Sequence

    from synap_mock.domain.faults.lookup import Values
    from synap_mock.domain.faults.matching import FaultWhere, Sent

_ROUTE: Final = re.compile(r"(?:([A-Z]+) )?(/[^\0- ]*)")


@dataclass(frozen=True, slots=True)
class ScheduledFault:
    """A fault, and the calls that it applies to.

    Attributes:
        fault: the fault; None: a call of a script that succeeds.
        times: how many more calls it applies to; None: every one until the reset.
        after_commit: whether the call is carried out before its response fails.
        route: ``"METHOD /path"`` or ``"/path"``; None: the routes that an application calls.
        where: values that an entry of the call must have, or a predicate on the request; None: any call.
        applied: how many calls it has applied to.
    """

    fault: Fault | None
    times: int | None = 1
    after_commit: bool = False
    route: str | None = None
    where: FaultWhere | None = None
    applied: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.fault, type) and issubclass(self.fault, Fault):
            raise TypeError(f"{self.fault.__name__} is a class; write {self.fault.__name__}()")
        if self.fault is not None and not isinstance(self.fault, Fault):
            raise TypeError(f"fault must be a fault, such as ServerError(503), not {quote(self.fault)}")
        whole("times", self.times, least=1, optional=True)
        if not isinstance(self.after_commit, bool):
            raise TypeError(f"after_commit must be a boolean, not {quote(self.after_commit)}")
        if self.after_commit and isinstance(self.fault, Unreachable):
            raise ValueError(f"{self.fault.name} cannot have after_commit=True: the call never arrives")
        if self.route is not None and not (isinstance(self.route, str) and _ROUTE.fullmatch(self.route)):
            raise ValueError(
                f'route must be a path, with or without its method, such as "POST /v1/conversations/messages/batch", '
                f"not {quote(self.route)}"
            )
        check_where(self.where)

    @property
    def left_over(self) -> bool:
        """Whether a test that ends now has left it over."""
        return self.times is not None

    @property
    def is_unreachable(self) -> bool:
        """Whether the call does not arrive, so that it is decided before anything else is."""
        return isinstance(self.fault, Unreachable)

    def keys(self) -> Sequence[Key]:
        """What it is found by."""
        return [Key(self.route, *pair) for pair in pairs_of(self.where)]

    def chooses(self, sent: Sent) -> bool:
        """Whether it applies to a call, by `where`."""
        return chooses(self.where, sent)


def _nothing() -> None:
    """Nothing follows changes."""


def _never(_: object) -> bool:
    """No item is counted."""
    return False


def _any_number() -> int:
    """No bound."""
    return sys.maxsize


class _Counted(Protocol):
    @property
    def times(self) -> int | None: ...
    @property
    def applied(self) -> int: ...
    @property
    def left_over(self) -> bool: ...


Item = TypeVar("Item", bound=_Counted)


class Queue(Generic[Item]):
    """What is scheduled, in that order; true while there is something. Safe to use from several threads.

    Args:
        keys_of: returns what an item is found by: a call looks at no item of other keys.
        changed: called after something was scheduled or cancelled; not when it is used.
        noun: what is scheduled, for the error that it is full.
        most: returns how many items there may be.
        is_urgent: whether an item counts for `has_urgent`.
    """

    def __init__(
        self,
        keys_of: Callable[[Item], Sequence[Key]] = any_key,
        changed: Callable[[], None] = _nothing,
        *,
        noun: str = "items",
        most: Callable[[], int] = _any_number,
        is_urgent: Callable[[Item], bool] = _never,
    ) -> None:
        self._changed = changed
        self._noun = noun
        self._most = most
        self._lock = threading.RLock()
        self._items: dict[int, Item] = {}
        """By number, in order: a page stays where it is while items before it are used up."""
        self._lookup = Lookup(keys_of, is_urgent)
        self._next = 1

    def __len__(self) -> int:
        return len(self._items)

    def add(self, *items: Item) -> None:
        """Schedule, after what is scheduled already.

        Raises:
            LimitReached: as in `check_room`; nothing was scheduled.
        """
        with self._lock:
            self.check_room(len(items))
            for item in items:
                self._set(self._next, item)
                self._next += 1
        self._changed()

    def check_room(self, count: int) -> None:
        """Check that more items can be scheduled.

        Raises:
            LimitReached: there would be too many.
        """
        there, most = len(self._items), self._most()
        if there + count > most:
            raise LimitReached(
                f"{there} {self._noun} are scheduled, and {count} more would exceed the {most} that a world may have "
                f"(max_scheduled, --max-scheduled); DELETE /_mock/{self._noun} and a reset cancel them"
            )

    def clear(self) -> None:
        """Cancel everything."""
        with self._lock:
            self._items.clear()
            self._lookup.clear()
        self._changed()

    def all(self) -> list[Item]:
        """What is scheduled, with the times that are left."""
        with self._lock:
            return list(self._items.values())

    def has_urgent(self, topics: Iterable[Hashable]) -> bool:
        """Whether something urgent is scheduled on some topics."""
        counts = self._lookup.counts
        return bool(counts) and any(topic in counts for topic in topics)

    def page(self, limit: int, after: int = 0) -> tuple[list[Item], int | None]:
        """Some of the same items.

        Args:
            limit: most of them.
            after: only items after the one of this number.

        Returns:
            The items, and the `after` of the next page; None: there is none.
        """
        with self._lock:
            found = list(islice(((number, item) for number, item in self._items.items() if number > after), limit + 1))
        page = found[:limit]
        return [item for _, item in page], page[-1][0] if len(found) > limit else None

    def take(
        self,
        matches: Callable[[Item], bool],
        *,
        topics: Iterable[Hashable] = (None,),
        values: Values = no_values,
        usable: Callable[[Item], bool] = lambda _: True,
    ) -> Item | None:
        """The first item that matches, used once; None if none does, or if that one is not usable now.

        Args:
            matches: whether an item applies.
            topics: only items of these topics.
            values: returns what the call has in a field.
            usable: whether the first item that applies may be used.
        """
        with self._lock:
            found = next((each for each in self._lookup.candidates(topics, values) if matches(each[1])), None)
            if found is None or not usable(found[1]):
                return None
            self._use(*found)
            return found[1]

    def newest(
        self, matches: Callable[[Item], bool], *, topics: Iterable[Hashable], values: Values
    ) -> tuple[int, Item] | None:
        """The newest item that matches, and its number, for `use`; None if none does. Arguments as in `take`."""
        with self._lock:
            found = self._lookup.candidates(topics, values, newest_first=True)
            return next((each for each in found if matches(each[1])), None)

    def use(self, number: int) -> bool:
        """Use an item once; False if it is used up or cancelled."""
        with self._lock:
            if number not in self._items:
                return False
            self._use(number, self._items[number])
            return True

    def take_each(self, matches: Callable[[Item], bool], *, values: Values) -> None:
        """Use once every item that matches. The arguments are as in `take`."""
        with self._lock:
            for number, item in list(self._lookup.candidates((None,), values)):
                if matches(item):
                    self._use(number, item)

    @property
    def last(self) -> int:
        """The number of the item that was scheduled last; 0: none was."""
        return self._next - 1

    def numbered(self) -> dict[int, Item]:
        """What is scheduled, by number."""
        with self._lock:
            return dict(self._items)

    def snapshot(self, _: Collection[str]) -> tuple[dict[int, Item], int]:
        """What is scheduled, for `restore`."""
        with self._lock:
            return dict(self._items), self._next

    def restore(self, held: tuple[dict[int, Item], int], _: Mapping[str, str]) -> None:
        """Return to a snapshot."""
        with self._lock:
            self.clear()
            items, self._next = held
            for number, item in items.items():
                self._set(number, item)

    def take_left_over(self, after: int = 0) -> list[Item]:
        """What is left over of the items after the one of this number; it is cancelled."""
        with self._lock:
            left_over = {number: item for number, item in self._items.items() if number > after and item.left_over}
            for number, item in left_over.items():
                self._remove(number, item)
        return list(left_over.values())

    def _set(self, number: int, item: Item) -> None:
        self._items[number] = item
        self._lookup.set(number, item)

    def _remove(self, number: int, item: Item) -> None:
        del self._items[number]
        self._lookup.remove(number, item)

    def _use(self, number: int, item: Item) -> None:
        if item.times == 1:
            self._remove(number, item)
        else:
            left = None if item.times is None else item.times - 1
            self._set(number, replace(item, times=left, applied=item.applied + 1))  # type: ignore[type-var] # all are dataclasses


def topics_of(method: str, paths: Iterable[str], *, usual: bool) -> set[str | None]:
    """What the faults that may apply to a call have as their `route`.

    Args:
        method: of the call.
        paths: its path, and the pattern of that path.
        usual: whether faults without a route apply to it.
    """
    routes = {route for path in paths for route in (path, f"{method} {path}")}
    return routes | {None} if usual else {*routes}


def script(faults: Sequence[Fault | None], **terms: Any) -> list[ScheduledFault]:  # noqa: ANN401 - ScheduledFault checks them
    """One scheduled fault for each call, in this order; None lets a call succeed.

    Raises:
        TypeError, ValueError: not a list of faults, or invalid terms.
    """
    if isinstance(faults, Fault | str | bytes) or not isinstance(faults, Iterable):
        raise TypeError(f"faults must be a list of faults, not {quote(faults)}; fail() takes one")
    return [ScheduledFault(fault, **terms) for fault in faults]


def reachable(fault: Fault | None) -> None:
    """Check that a server on a port can cause a fault.

    Raises:
        ValueError: it can't.
    """
    if isinstance(fault, Unreachable):
        raise ValueError(  # noqa: TRY004 - of the right type, for another transport
            f"{fault.name} cannot be caused on a port that listens; 'with server.down():' closes the port"
        )
