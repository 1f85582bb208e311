"""The ledger's bookkeeping: calls go in, one by one; what became of their entries comes out.

Calls that succeed are only counted. An entry is looked at once a send of it went wrong: then its later sends are
recognized by their hashes. So memory is used by what went wrong, and it is bounded.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from copy import deepcopy
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from synap_mock.domain.ledger.book import Book
from synap_mock.domain.ledger.ledger import Ledger
from synap_mock.domain.ledger.unsent import Observation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synap_mock.domain.ledger.sent import Sent
    from synap_mock.domain.values.batch import Batch

_POSTPONED: Final = 1_000
"""Most calls that wait for the outcome of a late one."""
_LOOK: Final = 0.05
"""Seconds between two looks at calls that are about to end."""
_LOOKS: Final = 20


class Recorder:
    """The ledger of one fake. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._settled = threading.Condition(self._lock)
        self._moments = count(1)
        """Numbers the moments at which calls begin and answers are received."""
        self._book = Book()
        self._earlier = Ledger()
        self.clear()

    def forget(self) -> None:
        """Forget everything, in `total` too; calls that are under way are not counted."""
        with self._lock:
            self.clear()
            self._earlier = Ledger()

    def clear(self) -> None:
        """Begin a new ledger; calls that are under way are not counted."""
        with self._lock:
            if self._book:
                self._earlier = self._book.report().after(self._earlier)
            self._cleared = next(self._moments)
            self._book = Book()
            self._waiting: dict[int, _Waiting] = {}
            """Calls whose answer is late, by their tickets."""
            self._postponed: list[_Settled] = []
            """Calls that began after one that waits still, and may send the same entries."""
            self._observations: list[Observation] = []

    def begin(self) -> int:
        """Return a ticket for a call that begins."""
        if self._waiting:
            with self._lock:
                for waiting in self._waiting.values():
                    waiting.look(next(self._moments))
        return next(self._moments)

    @contextmanager
    def waiting(self, started: int, is_gone: Callable[[], bool]) -> Iterator[None]:
        """While a call waits for a late answer, the calls that begin are judged after it.

        Args:
            started: the call's ticket.
            is_gone: returns whether its client has disconnected.
        """
        with self._lock:
            self._waiting[started] = _Waiting(is_gone)
        try:
            yield
        except BaseException:  # it will not be settled
            with self._lock:
                self._waiting.pop(started, None)
            raise

    def count(self, started: int, batch: Batch) -> bool:
        """Count a call by which every entry was recorded, and whose client knows that.

        Args:
            started: the call's ticket.
            batch: its entries.

        Returns:
            Whether it is counted; else call `settle`.
        """
        with self._lock:
            if self._waiting or self._postponed or self._observations or self._book.may_know(batch):
                return False
            if started > self._cleared:
                self._book.recorded += len(batch.roles)
            return True

    def settle(self, sent: Sent) -> None:
        """Add a call whose answer is decided."""
        with self._lock:
            waiting = self._waiting.pop(sent.started, None)
            if sent.started < self._cleared:
                return
            for observation in self._observations:
                observation.see(sent.entries)
            ended = waiting.gone_at if waiting and waiting.gone_at else next(self._moments)
            self._postponed.append(_Settled(sent.started, ended, sent))
            self._judge_due()
            self._settled.notify_all()

    def observe(self, batch: Batch) -> Observation:
        """Watch a call of a client library that is to send these entries, until `end`."""
        observation = Observation(batch)
        with self._lock:
            self._observations.append(observation)
        return observation

    def end(self, observation: Observation, failure: str | None, line: str | None) -> None:
        """Stop to watch a call. If it failed, those of its entries that were not sent are lost.

        Args:
            observation: what `observe` returned.
            failure: what the library raised, as a cause; None: nothing.
            line: the code that called it.
        """
        with self._lock:
            if observation not in self._observations:
                return  # cleared meanwhile
            self._observations.remove(observation)
            if failure is not None:
                self._book.add_unsent(observation.cases(failure, line), next(self._moments))

    def total(self) -> Ledger:
        """Return what became of every entry since `forget`: of this ledger and of those before it."""
        return self.report().after(self._earlier)

    def report(self, *, blocks: bool = True) -> Ledger:
        """Return what became of every entry, as far as it is known now.

        Args:
            blocks: whether to wait for up to a second until a call has ended whose client has disconnected. Not in the
                thread that handles calls.
        """
        with self._lock:
            for _ in range(_LOOKS if blocks else 0):
                if not any(waiting.is_gone() for waiting in self._waiting.values()):
                    break
                self._settled.wait(_LOOK)
            if not self._postponed:
                return self._book.report()
            preview = deepcopy(self._book)
            for settled in sorted(self._postponed, key=_started):
                preview.add(settled.sent, settled.ended)
            return preview.report()

    def _judge_due(self) -> None:
        """Judge the calls before which no other waits, in the order in which they began."""
        first_waiting = min(self._waiting, default=None)
        if first_waiting is None or len(self._postponed) > _POSTPONED:
            due, self._postponed = self._postponed, []
        else:
            due = [settled for settled in self._postponed if settled.started < first_waiting]
            self._postponed = [settled for settled in self._postponed if settled.started > first_waiting]
        for settled in sorted(due, key=_started):
            self._book.add(settled.sent, settled.ended)


class _Settled(NamedTuple):
    started: int
    ended: int
    sent: Sent


def _started(settled: _Settled) -> int:
    return settled.started


class _Waiting:
    """A call whose answer is late.

    Attributes:
        is_gone: returns whether its client has disconnected.
        gone_at: the moment by which its client had disconnected, if another call began since.
    """

    def __init__(self, is_gone: Callable[[], bool]) -> None:
        self.is_gone = is_gone
        self.gone_at: int | None = None

    def look(self, now: int) -> None:
        """Look whether the client has disconnected."""
        if self.gone_at is None and self.is_gone():
            self.gone_at = now
