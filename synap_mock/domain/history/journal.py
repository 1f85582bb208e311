"""The journal of calls and their responses. It is bounded: a fake that keeps everything would leak memory."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final, Protocol

from synap_mock.domain.history.newest import Newest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from synap_mock.domain.bounds.evictions import Evictions
    from synap_mock.domain.history.exchange import Exchange, Logged
    from synap_mock.domain.history.feed import Feed
    from synap_mock.domain.history.newest import Numbered
    from synap_mock.domain.history.request import Request
    from synap_mock.domain.redaction.redactor import Redactor
    from synap_mock.settings import Settings

    Listener = Callable[["Request"], None]

_UNMODELLED_SHARE: Final = 4
"""Calls to unmodelled routes are also kept in a list of their own, which has this fraction of the journal's bytes."""


class Owner(Protocol):
    """The fake that a journal belongs to."""

    @property
    def settings(self) -> Settings:
        """The current settings."""

    @property
    def redactor(self) -> Redactor:
        """Masks keys and tokens."""

    @property
    def feed(self) -> Feed:
        """The feed, whose order numbers what happens in all worlds."""

    @property
    def evictions(self) -> Evictions:
        """Counts the calls that are dropped."""


class Journal:
    """The newest calls of one fake. Unmodelled calls are also kept separately: other calls cannot displace them.

    Args:
        owner: has the current settings, the redactor that masks keys and tokens, and counts the calls that are dropped.
    """

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._lock = threading.Lock()
        self._next = 1
        """The number of the next call. A number is not used again, after a reset either."""
        self.listener: Listener | None = None
        self.clear()

    def __getstate__(self) -> dict[str, Any]:
        """What a copy in another process has: no function of this one."""
        return {**vars(self), "listener": None}

    def clear(self) -> None:
        """Remove all calls, and reset the count of dropped ones."""
        with self._lock:
            self._all = Newest()
            self._unmodelled = Newest()

    def snapshot(self, _: Collection[str]) -> tuple[Newest, Listener | None]:
        """The calls and the listener, for `restore`; calls to routes that are not modelled are forgotten as such."""
        with self._lock:
            return self._all.copied({}), self.listener

    def restore(self, held: tuple[Newest, Listener | None], renamed: Mapping[str, str]) -> None:
        """Return to a snapshot.

        Args:
            held: the snapshot.
            renamed: keys and ids, old to new.
        """
        with self._lock:
            calls, self.listener = held
            self._all = calls.copied(renamed, self._next, self._owner.feed.order.last)
            self._next += len(calls)

    def __len__(self) -> int:
        return len(self._all)

    @property
    def dropped(self) -> int:
        """The number of older calls that were dropped."""
        return self._all.dropped

    def add(self, exchange: Exchange) -> int:
        """Keep a call, and drop the oldest ones if the journal is full; returns its number."""
        with self._lock:
            settings = self._owner.settings
            number = self._next
            self._next += 1
            place = self._owner.feed.order.last
            if exchange.unmodelled:
                unmodelled_bytes = settings.journal_bytes // _UNMODELLED_SHARE
                self._unmodelled.add(number, exchange, place, most=settings.journal_calls, most_bytes=unmodelled_bytes)
            most_bytes = settings.journal_bytes - self._unmodelled.size
            dropped = self._all.add(number, exchange, place, most=settings.journal_calls, most_bytes=most_bytes)
            if dropped:
                cause = "journal_calls" if len(self._all) == settings.journal_calls else "journal_bytes"
                self._owner.evictions.add("requests", cause, dropped)
            return number

    def tell(self, number: int, exchange: Exchange) -> None:
        """Pass a call to the listener. The listener may use the fake, so no lock is held."""
        if self.listener is not None:
            self.listener(exchange.shown(self._owner.redactor, number))

    def get(self, number: int) -> Exchange | None:
        """The call of a number; None if it was dropped, or never arrived."""
        with self._lock:
            return self._all.get(number)

    def requests(self, newest: int | None = None) -> list[Request]:
        """The calls in the journal, oldest first: the `newest` ones, or all if it is None."""
        redactor = self._owner.redactor
        with self._lock:
            found = self._all.newest(newest)
        return [exchange.shown(redactor, number) for number, exchange, *_ in found]

    def after(self, number: int, limit: int, before: int | None = None) -> list[Numbered]:
        """Some of the calls, as they were received, oldest first.

        Args:
            number: only calls with a higher one.
            limit: most of them.
            before: only calls with a lower number; None: all.
        """
        with self._lock:
            return self._all.after(number, limit, before)

    def page(self, limit: int, before: int | None = None) -> tuple[list[Logged], int | None]:
        """Some of the same calls as the control API shows them, newest first.

        Args:
            limit: the maximum number; fewer if they exceed half a MiB.
            before: only calls before the one with this number; None: all.

        Returns:
            The calls, and the `before` of the next page, or None if this is the last one.
        """
        redactor = self._owner.redactor
        with self._lock:
            found, following = self._all.page(limit, before)
        return [exchange.logged(redactor, number) for number, exchange, *_ in found], following

    def forget_unmodelled(self) -> None:
        """Clear the list of calls to unmodelled routes; they stay in the journal."""
        with self._lock:
            self._unmodelled = Newest()

    def unmodelled(self) -> list[Request]:
        """The calls to unmodelled routes, oldest first."""
        redactor = self._owner.redactor
        with self._lock:
            found = self._unmodelled.newest(None)
        return [exchange.shown(redactor, number) for number, exchange, *_ in found]
