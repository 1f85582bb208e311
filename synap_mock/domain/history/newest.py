"""The newest calls, numbered, up to a number of calls and of bytes."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from synap_mock.settings import PAGE_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synap_mock.domain.history.exchange import Exchange


class Numbered(NamedTuple):
    """A call that is kept.

    Attributes:
        number: of the call.
        exchange: the call.
        size: the bytes that it takes, about.
        place: the id of the newest event of the server when the call was added. It orders calls of several worlds.
    """

    number: int
    exchange: Exchange
    size: int
    place: int


class Newest:
    """The newest exchanges, up to a number and to a size in bytes.

    Attributes:
        dropped: how many were dropped to make room.
        size: bytes of those that are kept.
    """

    def __init__(self) -> None:
        self._kept: deque[Numbered] = deque()
        self.dropped = 0
        self.size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def copied(self, renamed: Mapping[str, str], first: int = 1, place: int = 0) -> Newest:
        """The same in another fake.

        Args:
            renamed: ids, old to new.
            first: the number that the oldest one gets; the others follow.
            place: of each; see `Numbered`.
        """
        copied = Newest()
        copied.dropped, copied.size = self.dropped, self.size
        for number, (_, exchange, size, _) in enumerate(self._kept, first):
            instance_id = renamed.get(exchange.instance_id or "", exchange.instance_id)
            copied._kept.append(Numbered(number, exchange._replace(instance_id=instance_id), size, place))
        return copied

    def newest(self, count: int | None) -> list[Numbered]:
        """Some of them, oldest first: the `count` newest ones, or all if it is None."""
        kept = [*self._kept]
        return kept[max(0, len(kept) - count) :] if count else kept

    def get(self, number: int) -> Exchange | None:
        """The one with a number, where the numbers have no gaps; None if it is not kept."""
        index = number - self._kept[0].number if self._kept else -1
        return self._kept[index].exchange if 0 <= index < len(self._kept) else None

    def after(self, number: int, limit: int, before: int | None) -> list[Numbered]:
        """The ones with a higher number, and one lower than `before` if it is given; oldest first, `limit` at most."""
        oldest = self._kept[0].number if self._kept else 0
        start = max(0, number + 1 - oldest)
        stop = start + limit if before is None else min(start + limit, max(start, before - oldest))
        return [*islice(self._kept, start, stop)]

    def page(self, limit: int, before: int | None) -> tuple[list[Numbered], int | None]:
        """Some of them, newest first, where the numbers have no gaps. A page does not move when calls are added.

        Args:
            limit: the maximum number; fewer if they exceed half a MiB.
            before: only those with a lower number; None: all.

        Returns:
            The page, and the `before` of the next one, or None if this is the last one.
        """
        kept = len(self._kept)
        oldest = self._kept[0].number if kept else 0
        stop = kept if before is None else min(max(before - oldest, 0), kept)
        start = max(0, stop - limit)
        page: list[Numbered] = []
        room = PAGE_BYTES
        for each in reversed([*islice(self._kept, start, stop)]):
            room -= each.size
            if room < 0 and page:
                break
            page.append(each)
        return page, page[-1].number if len(page) < stop else None

    def add(self, number: int, exchange: Exchange, place: int, *, most: int, most_bytes: int) -> int:
        """Keep a call, and drop the oldest ones beyond the limits; returns how many these are.

        Args:
            number: of the call.
            exchange: the call.
            place: see `Numbered`.
            most: how many are kept.
            most_bytes: how many bytes they take.
        """
        size = exchange.size
        self._kept.append(Numbered(number, exchange, size, place))
        self.size += size
        before = self.dropped
        while self._kept and (len(self._kept) > most or self.size > most_bytes):
            self.size -= self._kept.popleft().size
            self.dropped += 1
        return self.dropped - before
