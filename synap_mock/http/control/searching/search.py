"""A search that goes on as things happen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_mock.domain.history.feed import Feed

Item = TypeVar("Item")


class Search(Generic[Item]):
    """Looks at items in their order, each once, and keeps those that match.

    Args:
        feed: of the fake; where it begins again, so does the search.
        read: given a cursor, returns the next items and the cursor after them; the first cursor is 0.
        mismatches: names the filters that an item does not match; empty: it matches.
        most: stop where so many are found; None: keep all.

    Attributes:
        found: what matches, oldest first.
        closest: of what does not match, the newest item that fails the fewest filters, and these.
    """

    def __init__(
        self,
        feed: Feed,
        read: Callable[[int], tuple[list[Item], int]],
        mismatches: Callable[[Item], list[str]],
        *,
        most: int | None = None,
    ) -> None:
        self._feed = feed
        self._read = read
        self._mismatches = mismatches
        self._most = most
        self._begin()

    def _begin(self) -> None:
        self._generation = self._feed.generation
        self._cursor = 0
        self.found: list[Item] = []
        self.closest: tuple[Item, list[str]] | None = None

    def step(self) -> bool:
        """Look at the next items; False: there are none by now."""
        if self._generation != self._feed.generation:
            self._begin()
        if self._most is not None and len(self.found) >= self._most:
            return False
        before = self._cursor
        items, self._cursor = self._read(before)
        for item in items:
            failed = self._mismatches(item)
            if not failed:
                self.found.append(item)
            elif self.closest is None or len(failed) <= len(self.closest[1]):
                self.closest = item, failed
        return self._cursor != before

    def catch_up(self) -> None:
        """Look at everything that there is."""
        while self.step():
            pass
