"""A search of one world or of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from synap_mock.domain.state import State
    from synap_mock.http.control.searching.search import Search

Item = TypeVar("Item")


class Found(NamedTuple, Generic[Item]):
    """An item and its world.

    Attributes:
        state: of its world.
        item: the item.
    """

    state: State
    item: Item


class _Part(Generic[Item]):
    """The search of one world, and the newest event of that world when it last began to look."""

    def __init__(self, search: Search[Item]) -> None:
        self.search = search
        self.seen = -1


class WorldsSearch(Generic[Item]):
    """Searches worlds one after another, in their order; worlds that are made meanwhile, too.

    Args:
        states: returns the worlds now.
        search: begins the search of one.
        most: stop where so many are found in all; None: keep all.
    """

    def __init__(
        self, states: Callable[[], Iterable[State]], search: Callable[[State], Search[Item]], *, most: int | None = None
    ) -> None:
        self._states = states
        self._search = search
        self._most = most
        self._parts: dict[State, _Part[Item]] = {}
        self._pending: list[_Part[Item]] = []
        """Those that have news, the next one last."""

    @property
    def count(self) -> int:
        """How many items match."""
        return sum(len(part.search.found) for part in self._parts.values())

    @property
    def found(self) -> list[Found[Item]]:
        """What matches, world by world, oldest first in each."""
        return [Found(state, item) for state, part in self._parts.items() for item in part.search.found]

    @property
    def closest(self) -> list[tuple[Found[Item], list[str]]]:
        """What fails the fewest filters, and these: the newest such item of each world that has one."""
        parts = self._parts.items()
        closest = [(Found(state, near[0]), near[1]) for state, part in parts if (near := part.search.closest)]
        fewest = min((len(failed) for _, failed in closest), default=0)
        return [each for each in closest if len(each[1]) == fewest]

    def step(self) -> bool:
        """Look at the next items; False: there are none by now."""
        if self._most is not None and self.count >= self._most:
            return False
        if not self._pending:
            self._pending = self._with_news()
        while self._pending:
            if self._pending[-1].search.step():
                return True
            self._pending.pop()
        return False

    def catch_up(self) -> None:
        """Look at everything that there is."""
        while self.step():
            pass

    def _with_news(self) -> list[_Part[Item]]:
        """The searches of worlds in which something has happened since they last looked, the first one last."""
        self._parts = {state: self._parts.get(state) or _Part(self._search(state)) for state in self._states()}
        found = []
        for state, part in self._parts.items():
            newest = state.feed.last  # before the look: what happens from now on is looked at again
            if part.seen != newest:
                part.seen = newest
                found.append(part)
        return found[::-1]
