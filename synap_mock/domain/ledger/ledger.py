"""What the ledger returns: frozen values, compared with ``==``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synap_mock.domain.ledger.entry import Entry


class Outcome(StrEnum):
    """What became of an entry."""

    RECORDED = "recorded"
    """Once."""
    DUPLICATED = "duplicated"
    """Sent again after an answer that was not a success, and recorded by several sends."""
    REJECTED = "rejected"
    """The last answer rejected it, and it was never recorded. It is listed among the lost ones."""
    RECOVERED = "recovered"
    """Rejected or failed, and recorded by a later send."""
    LOST = "lost"
    """Never recorded."""
    UNKNOWN = "unknown"
    """The fake cannot decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry of which something went wrong.

    Attributes:
        entry: its conversation, role, and the beginning of its content.
        outcome: what became of it.
        sends: how often it was sent; 0: the SDK rejected it before.
        answers: what each send was answered, at most 20.
        cause: what went wrong, a sentence.
        line: the code that sent it at last, if the fixture knows it: ``app/chat.py:42 in reply``.
        request_ids: the correlation id of each send, at most 20.
    """

    entry: Entry
    outcome: Outcome
    sends: int
    answers: tuple[str, ...]
    cause: str
    line: str | None
    request_ids: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.entry}: {self.cause}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What became of every entry that was sent since the last reset.

    Attributes:
        recorded: how many entries were recorded once, at the first attempt.
        lost: entries that were never recorded, with the rejected ones.
        duplicated: entries that were sent again after an answer that was not a success, and recorded again.
        recovered: entries that were rejected or failed at first, and recorded by a later send.
        unknown: entries of which the fake cannot decide what became of them.
        dropped: outcomes of older entries that are no longer listed, and how many had each.
    """

    recorded: int
    lost: tuple[Item, ...]
    duplicated: tuple[Item, ...]
    recovered: tuple[Item, ...]
    unknown: tuple[Item, ...]
    dropped: tuple[tuple[str, int], ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost or duplicated, of the dropped entries either."""
        return not (self.lost_count or self.duplicated_count)

    @property
    def lost_count(self) -> int:
        """How many entries were lost, with those that are no longer listed."""
        dropped = dict(self.dropped)
        return len(self.lost) + dropped.get(Outcome.LOST, 0) + dropped.get(Outcome.REJECTED, 0)

    @property
    def duplicated_count(self) -> int:
        """How many entries were duplicated, with those that are no longer listed."""
        return len(self.duplicated) + dict(self.dropped).get(Outcome.DUPLICATED, 0)
