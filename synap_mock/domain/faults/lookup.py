"""Finds what is scheduled for a call, without looking at what is scheduled for others."""

from __future__ import annotations

from collections import Counter
from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    Values = Callable[[Hashable], Iterable[Hashable]]
    """From a field to what a call has there."""

Item = TypeVar("Item")


class Key(NamedTuple):
    """What an item is found by: a call that does not have it is not one of the item's.

    Attributes:
        topic: such as the route.
        field: what distinguishes items of one topic; None: nothing, or what only a function knows.
        value: what the call must have there.
    """

    topic: Hashable
    field: Hashable = None
    value: Hashable = None


ANY: Final = (Key(None),)
"""The keys of an item that any call may concern."""


def any_key(_: object) -> Sequence[Key]:
    """The keys of items that are not looked up."""
    return ANY


def no_values(field: Hashable) -> Iterable[Hashable]:
    """The values of a call that has none."""
    return (None,) if field is None else ()


class Lookup(Generic[Item]):
    """Items by number and by key. Not locked.

    Args:
        keys_of: returns the keys of an item, at least one; it is found by the one that the fewest others have.
        is_counted: whether `counts` counts an item.

    Attributes:
        counts: topic to how many of its items are counted.
    """

    def __init__(self, keys_of: Callable[[Item], Sequence[Key]], is_counted: Callable[[Item], bool]) -> None:
        self._keys_of = keys_of
        self._is_counted = is_counted
        self.clear()

    def clear(self) -> None:
        """Remove everything."""
        self.counts: Counter[Hashable] = Counter()
        self._key: dict[int, Key] = {}
        """Of each item, the key that it is found by."""
        self._found: dict[Hashable, dict[Hashable, dict[Hashable, dict[int, Item]]]] = {}
        """Topic to field to value to the items, in order."""

    def set(self, number: int, item: Item) -> None:
        """Add an item with the highest number so far, or replace the one of that number."""
        key = self._key.get(number)
        if key is None:
            keys = self._keys_of(item)
            key = self._key[number] = keys[0] if len(keys) == 1 else min(keys, key=self._count)
            if self._is_counted(item):
                self.counts[key.topic] += 1
        fields = self._found.setdefault(key.topic, {})
        fields.setdefault(key.field, {}).setdefault(key.value, {})[number] = item

    def remove(self, number: int, item: Item) -> None:
        """Remove an item."""
        topic, field, value = self._key.pop(number)
        fields = self._found[topic]
        del fields[field][value][number]
        if not fields[field][value]:
            del fields[field][value]
            if not fields[field]:
                del fields[field]
                if not fields:
                    del self._found[topic]
        if self._is_counted(item):
            self.counts[topic] -= 1
            if not self.counts[topic]:
                del self.counts[topic]

    def candidates(
        self, topics: Iterable[Hashable], values: Values, *, newest_first: bool = False
    ) -> Iterator[tuple[int, Item]]:
        """The items that may be a call's, in the order of their numbers.

        Args:
            topics: those of the call.
            values: what it has.
            newest_first: whether the order is reversed.
        """
        found = [
            items
            for topic in {*topics}
            for field, by_value in self._found.get(topic, {}).items()
            for value in {*values(field)}
            if (items := by_value.get(value)) is not None
        ]
        pairs = [reversed(items.items()) if newest_first else iter(items.items()) for items in found]
        return pairs[0] if len(pairs) == 1 else merge(*pairs, key=itemgetter(0), reverse=newest_first)

    def _count(self, key: Key) -> int:
        return len(self._found.get(key.topic, {}).get(key.field, {}).get(key.value, ()))
