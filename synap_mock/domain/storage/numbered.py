"""Items by number, of which the oldest go."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

Item = TypeVar("Item")
_GAPS: Final = 64
"""So many removed items are kept as gaps, and as many as there are items."""


class Numbered(Generic[Item]):
    """Items in the order in which they were added, each with a number, which is not used again.

    Removing one takes constant time, on average, and what was removed takes no memory for long. Each item has a flag.

    Attributes:
        next: the number of the next item.
    """

    __slots__ = ("_flags", "_gaps", "_items", "_numbers", "_start", "next")

    def __init__(self) -> None:
        self._items: list[Item | None] = []
        """None: it was removed."""
        self._numbers = array("Q")
        self._flags = bytearray()
        self._gaps = 0
        self._start = 0
        """The index of the oldest item."""
        self.next = 0

    def __len__(self) -> int:
        return len(self._items) - self._gaps

    def append(self, item: Item, *, flag: bool = False) -> int:
        """Add an item, and return its number."""
        number = self.next
        self._items.append(item)
        self._numbers.append(number)
        self._flags.append(flag)
        self.next = number + 1
        return number

    def get(self, number: int) -> Item | None:
        """The item of a number; None if it was removed."""
        index = self._index(number)
        return None if index is None else self._items[index]

    def __getitem__(self, number: int) -> Item:
        found = self.get(number)
        if found is None:
            raise KeyError(number)
        return found

    def __setitem__(self, number: int, item: Item) -> None:
        index = self._index(number)
        if index is None:
            raise KeyError(number)
        self._items[index] = item

    def flag(self, number: int) -> bool:
        """The flag of the item of a number; False if it was removed."""
        index = self._index(number)
        return index is not None and bool(self._flags[index])

    def remove(self, number: int) -> None:
        """Remove an item."""
        index = self._index(number)
        if index is None or self._items[index] is None:
            raise KeyError(number)
        self._items[index] = None
        self._gaps += 1
        while self._start < len(self._items) and self._items[self._start] is None:
            self._start += 1
        if self._gaps > _GAPS and self._gaps * 2 > len(self._items):
            self._close_gaps()

    def since(self, number: int) -> Iterator[tuple[int, Item]]:
        """The items from a number on, each with its number; none may be removed meanwhile."""
        for index in range(max(self._start, bisect_left(self._numbers, number)), len(self._items)):
            item = self._items[index]
            if item is not None:
                yield self._numbers[index], item

    @property
    def first(self) -> int:
        """The number of the oldest item; that of the next one if there is none."""
        return self._numbers[self._start] if self._start < len(self._numbers) else self.next

    def _index(self, number: int) -> int | None:
        index = number - self._numbers[0] if self._numbers else -1  # right if there was never a gap
        if not (0 <= index < len(self._numbers) and self._numbers[index] == number):
            index = bisect_left(self._numbers, number)
        return index if index < len(self._numbers) and self._numbers[index] == number else None

    def _close_gaps(self) -> None:
        kept = [index for index, item in enumerate(self._items) if item is not None]
        self._items = [self._items[index] for index in kept]
        self._numbers = array("Q", [self._numbers[index] for index in kept])
        self._flags = bytearray(self._flags[index] for index in kept)
        self._gaps = self._start = 0
