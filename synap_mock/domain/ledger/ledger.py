"""What the ledger returns: frozen values, compared with ``==``."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from synap_mock.domain.ledger.entry import Entry


_EARLIER: Final = 1_000


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

    recorded: int = 0
    lost: tuple[Item, ...] = ()
    duplicated: tuple[Item, ...] = ()
    recovered: tuple[Item, ...] = ()
    unknown: tuple[Item, ...] = ()
    dropped: tuple[tuple[str, int], ...] = ()

    def after(self, earlier: Ledger) -> Ledger:
        """The same with what an earlier ledger has; of that, only its newest 1,000 items of each kind are listed."""
        dropped = Counter(dict(self.dropped)) + Counter(dict(earlier.dropped))
        listed = {}
        for name in ("lost", "duplicated", "recovered", "unknown"):
            items: tuple[Item, ...] = getattr(earlier, name)
            dropped += Counter({name: max(0, len(items) - _EARLIER)})
            listed[name] = (*items[-_EARLIER:], *getattr(self, name))
        return Ledger(recorded=earlier.recorded + self.recorded, dropped=tuple(dropped.items()), **listed)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost or duplicated, of the dropped entries either."""
        return not (self.lost_count or self.duplicated_count)

    @property
    def totals(self) -> str:
        """How many turns were lost or duplicated, in words."""
        return in_words(self.lost_count, self.duplicated_count, len(self.unknown))

    @property
    def lost_count(self) -> int:
        """How many entries were lost, with those that are no longer listed."""
        dropped = dict(self.dropped)
        return len(self.lost) + dropped.get(Outcome.LOST, 0) + dropped.get(Outcome.REJECTED, 0)

    @property
    def duplicated_count(self) -> int:
        """How many entries were duplicated, with those that are no longer listed."""
        return len(self.duplicated) + dict(self.dropped).get(Outcome.DUPLICATED, 0)


def in_words(lost: int, duplicated: int, unknown: int) -> str:
    """The totals of one ledger or of several: ``3 turns lost, 1 duplicated``."""
    if not (lost or duplicated or unknown):
        return "no turn lost or duplicated"
    text = f"{lost} {'turn' if lost == 1 else 'turns'} lost, {duplicated} duplicated"
    return f"{text}, {unknown} unknown" if unknown else text
