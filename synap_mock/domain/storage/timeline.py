"""Where one conversation's messages are."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_EVICTED: Final = 32
"""So many evicted records are listed, and as many as there are others."""


class Timeline:
    """Which records a conversation runs through, and its last position in each.

    Args:
        number: of the conversation, among those of its instance.
        evicted: how many positions were evicted; those of its messages follow.

    Attributes:
        number: as given.
        removed: how many positions have no message.
    """

    __slots__ = ("_before", "_ends", "_numbers", "_start", "number", "removed")

    def __init__(self, number: int, evicted: int = 0) -> None:
        self.number = number
        self.removed = evicted
        self._before = evicted
        """The last position before the first listed record."""
        self._start = 0
        """How many of the listed records are evicted."""
        self._numbers = array("Q")
        self._ends = array("Q")

    @property
    def length(self) -> int:
        """How many messages it has."""
        return self.last - self.removed

    @property
    def last(self) -> int:
        """The last position."""
        return self._end_before(len(self._ends))

    @property
    def evicted(self) -> int:
        """How many positions were evicted."""
        return self._end_before(self._start)

    @property
    def last_record(self) -> int:
        """The number of the last record."""
        return self._numbers[-1]

    def extend(self, number: int, count: int) -> int:
        """Note that the next `count` messages are in a record, and return how many there were before."""
        last = self.last
        self._numbers.append(number)
        self._ends.append(last + count)
        return last - self.removed

    def evict(self, count: int) -> None:
        """Note that the first record, which has `count` of its messages, is evicted."""
        self._start += 1
        self.removed += count
        if self._start > _EVICTED and self._start * 2 > len(self._ends):
            self._before = self.evicted
            del self._numbers[: self._start], self._ends[: self._start]
            self._start = 0

    def start_of(self, number: int) -> int:
        """The position of the first message that it has in a record."""
        return self._end_before(bisect_left(self._numbers, number)) + 1

    def records(self, start: int) -> Iterator[tuple[int, int]]:
        """The records that hold the positions from start on, each with the position of its first message."""
        for i in range(max(self._start, bisect_right(self._ends, start - 1)), len(self._ends)):
            yield self._numbers[i], self._end_before(i) + 1

    def _end_before(self, index: int) -> int:
        return self._ends[index - 1] if index else self._before
