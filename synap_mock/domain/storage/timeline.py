"""Where one conversation's messages are."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Timeline:
    """Which records a conversation runs through, and its last position in each."""

    __slots__ = ("_ends", "_numbers", "removed")

    def __init__(self) -> None:
        self._numbers = array("Q")
        self._ends = array("Q")
        self.removed = 0
        """How many of its messages were removed."""

    @property
    def length(self) -> int:
        """How many messages it has."""
        return self._ends[-1] - self.removed

    def extend(self, number: int, count: int) -> int:
        """Note that the next `count` messages are in a record, and return how many there were before."""
        last = self._ends[-1] if self._ends else 0
        self._numbers.append(number)
        self._ends.append(last + count)
        return last - self.removed

    def start_of(self, number: int) -> int:
        """The position of the first message that it has in a record."""
        i = bisect_left(self._numbers, number)
        return (self._ends[i - 1] if i else 0) + 1

    def records(self, start: int) -> Iterator[tuple[int, int]]:
        """The records that hold the positions from start on, each with the position of its first message."""
        for i in range(bisect_right(self._ends, start - 1), len(self._ends)):
            yield self._numbers[i], (self._ends[i - 1] if i else 0) + 1
