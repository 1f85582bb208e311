"""The entries of which a send went wrong, and how many had no such send. Not locked; `recorder` does that."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Final

from synap_mock.domain.ledger.case import Case
from synap_mock.domain.ledger.entry import CONTENT, Entry, entry_of, hashes_of, is_empty
from synap_mock.domain.ledger.ledger import Ledger, Outcome
from synap_mock.domain.ledger.partial import Partials
from synap_mock.domain.ledger.sent import Received, Result, Row
from synap_mock.domain.ledger.unsent import is_same_turn
from synap_mock.domain.values.batch import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synap_mock.domain.ledger.entry import Hashes
    from synap_mock.domain.ledger.sent import Sent
    from synap_mock.domain.values.batch import Batch

CASES: Final = 10_000
"""Most cases that are kept, the newest; of older ones, the number of each outcome."""
_UNREADABLE: Final = "the body can't be read, so its entries are not known; the client received {}"
_DOUBT: Final = (
    "an equal entry was recorded by a later send, of which the fake can't decide whether it is the same entry sent "
    "again; the client received {} for this one"
)


class Book:
    """The cases of one fake, since its last reset.

    Attributes:
        recorded: entries that were recorded at the first attempt, and whose client knows it.
    """

    def __init__(self) -> None:
        self.recorded = 0
        self._cases: deque[Case] = deque()
        self._open: dict[Hashes | int, list[Case]] = {}
        """The cases that a later send may be about, by their hashes; loose ones, by the hash of their content."""
        self._contents: Counter[int] = Counter()
        """The hashes of their contents."""
        self._dropped: Counter[str] = Counter()
        self._partials = Partials()

    def __bool__(self) -> bool:
        return bool(self.recorded or self._cases)

    def may_know(self, batch: Batch) -> bool:
        """Whether an entry of a batch may be one of an open case."""
        return bool(self._contents) and not self._contents.keys().isdisjoint(map(hash, batch.contents))

    def add(self, sent: Sent, ended: int) -> None:
        """Add a call.

        Args:
            sent: the call.
            ended: when its answer was received.
        """
        batch = sent.entries
        if batch is None:
            self._add_unreadable(sent, ended)
            return
        taken: set[Case] = set()
        again = self._partials.sent_again_by(sent, batch)
        for index in range(len(batch.roles)):
            hashes = hashes_of(batch, index)
            if is_empty(hashes):
                continue
            row = sent.row(index)
            is_known = sent.received is Received.SUCCESS and row.result in (Result.RECORDED, Result.KNOWN)
            case = self._case_of(sent, hashes, row, taken)
            if case is None:
                if again and row.result is Result.RECORDED:
                    self._add_doubtful(again.case(batch, index))
                if is_known:
                    self.recorded += row.result is Result.RECORDED
                    continue
                loose = [FIELDS.index(name) for name in sent.refused_fields.get(index, ()) if name in FIELDS]
                case = self._keep(Case(entry_of(batch, index), hashes, loose))
            taken.add(case)
            case.add(sent, row, ended)
            if is_known:
                self._close(case)
        self._partials.add(sent, batch, ended)

    def add_unsent(self, cases: Iterable[Case], now: int) -> None:
        """Add entries that a client library did not send; one that fails again is not added again.

        Args:
            cases: one for each entry.
            now: the moment.
        """
        taken: set[Case] = set()
        for case in cases:
            known = (other for other in self._open.get(case.hashes[CONTENT], ()) if other not in taken)
            same = next((other for other in known if is_same_turn(case, other)), None) or self._keep(case)
            same.ended = now
            taken.add(same)

    def report(self) -> Ledger:
        """What became of every entry."""
        items = [case.item() for case in self._cases if case.outcome is not Outcome.RECORDED]
        return Ledger(
            recorded=self.recorded + len(self._cases) - len(items) + self._dropped[Outcome.RECORDED],
            lost=tuple(item for item in items if item.outcome in (Outcome.LOST, Outcome.REJECTED)),
            duplicated=tuple(item for item in items if item.outcome is Outcome.DUPLICATED),
            recovered=tuple(item for item in items if item.outcome is Outcome.RECOVERED),
            unknown=tuple(item for item in items if item.outcome is Outcome.UNKNOWN),
            dropped=tuple((name, number) for name, number in self._dropped.items() if name != Outcome.RECORDED),
        )

    def _case_of(self, sent: Sent, hashes: Hashes, row: Row, taken: set[Case]) -> Case | None:
        """The open case that a send is about. Equal entries are interchangeable: the unrecorded ones come first."""
        sure: list[Case] = []
        unsure: list[Case] = []
        for case in (*self._open.get(hashes, ()), *self._open.get(hashes[CONTENT], ())):
            if case not in taken:
                match case.is_sent_by(sent, hashes):
                    case True:
                        sure.append(case)
                    case None:
                        unsure.append(case)
        if sure:
            return min(sure, key=lambda case: case.recorded > 0)
        if unsure and row.result is Result.RECORDED:
            unsure[0].doubt = unsure[0].doubt or _DOUBT.format(unsure[0].received)
        return None

    def _add_doubtful(self, case: Case | None) -> None:
        """An entry that was counted as recorded, and may be the same as one that is counted now."""
        if case is not None:
            self.recorded -= 1
            self._close(self._keep(case))

    def _add_unreadable(self, sent: Sent, ended: int) -> None:
        """A call whose entries are not known; the same body sent again is the same case."""
        entry = Entry("", "", f"{sent.size} bytes that can't be read")
        hashes = (0,) * CONTENT + (hash(("unreadable", sent.size)),) + (0,) * (len(FIELDS) - CONTENT - 1)
        row = sent.row(0)
        case = self._case_of(sent, hashes, row, set()) or self._keep(Case(entry, hashes))
        case.doubt = _UNREADABLE.format(row.answer)
        case.add(sent, row, ended)

    def _keep(self, case: Case) -> Case:
        self._cases.append(case)
        self._open.setdefault(case.key, []).append(case)
        self._contents[case.hashes[CONTENT]] += 1
        if len(self._cases) > CASES:
            oldest = self._cases.popleft()
            self._dropped[oldest.outcome] += 1
            self._close(oldest)
        return case

    def _close(self, case: Case) -> None:
        """No later send is about this case."""
        held = self._open.get(case.key, [])
        if case in held:
            held.remove(case)
            self._contents -= Counter((case.hashes[CONTENT],))  # and without those that are zero
        if not held:
            self._open.pop(case.key, None)
