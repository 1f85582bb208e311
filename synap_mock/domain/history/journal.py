"""The journal of calls and their responses. It is bounded: a fake that keeps everything would leak memory."""

from __future__ import annotations

import json
import marshal
import sys
import threading
from collections import deque
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from synap_mock.domain.redaction.credentials import is_credential, masked_header, masked_query, sent_credentials
from synap_mock.settings import PAGE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from synap_mock.domain.redaction.redactor import Redactor
    from synap_mock.domain.rules.rule import Refusal
    from synap_mock.settings import Settings

    Listener = Callable[["Request"], None]


_SHOWN: Final = 3
_HEADERS: Final = 200
"""The maximum number of headers kept per call. Apache accepts 100 by default."""
_HEADERS_SIZE: Final = 16 * 1024
"""The maximum number of bytes of these headers."""
_EXCHANGE_SIZE: Final = 600
"""Bytes of an exchange without its texts: the tuple, and the headers of the objects that it holds."""
_REFUSAL_SIZE: Final = 250
"""Bytes of a refusal without its text."""
_UNMODELLED_SHARE: Final = 4
"""Calls to unmodelled routes are also kept in a list of their own, which has this fraction of the journal's bytes."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Request:
    """One call as the journal keeps it. Keys and tokens are masked in every text; the two bodies are as sent.

    Attributes:
        at: the time of the response, in microseconds since 1970.
        method: as sent, in capitals.
        path: decoded, without the query.
        query: as sent, without the question mark.
        headers: names in lower case; credentials masked. At most 200, and 16 KiB of them.
        body: the beginning of the body as sent, up to the size that the journal keeps.
        body_size: the size of the body, in bytes.
        status: the status of the response; None: no response was sent.
        answer: the beginning of the response's body.
        answer_size: the size of the response's body, in bytes.
        refusals: the rules that rejected the call or its entries, at most 100.
        instance_id: the instance of the key; None if no key was accepted.
        correlation_id: as returned.
        background: whether it is telemetry or a heartbeat, which an SDK sends on its own.
        unmodelled: whether the fake does not model the route.
        fault: the name of the fault that applied.
        caller: for an unmodelled route, the calling code, if the fixture knows it.
    """

    at: int = field(compare=False)
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...] = field(compare=False)
    body: bytes
    body_size: int
    status: int | None
    answer: bytes
    answer_size: int
    refusals: tuple[Refusal, ...]
    instance_id: str | None
    correlation_id: str
    background: bool = False
    unmodelled: bool = False
    fault: str | None = None
    caller: str | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        parts = [f"{self.method} {self.path} {self.status or 'unanswered'}"]
        parts += [f"fault {self.fault}"] if self.fault else []
        parts += ["unmodelled"] if self.unmodelled else []
        parts += [repr(refusal) for refusal in self.refusals[:_SHOWN]]
        parts += ["..."] if len(self.refusals) > _SHOWN else []
        return f"<{', '.join(parts)}>"

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The decoded body; None if the request has none.

        Raises:
            ValueError: the body is not JSON, or the journal kept only its beginning.
        """
        if not self.body_size:
            return None
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("the body is nested too deeply") from None

    @property
    def text(self) -> str:
        """The body as text, JSON or not: as much as the journal keeps. Bytes that are not UTF-8 are escaped."""
        return _text(self.body)


class Exchange(NamedTuple):
    """One call as received and answered. A `Request` is made from it when the journal is read.

    The fields are those of `Request`, except that the headers are packed and not masked.
    """

    at: int
    method: str
    path: str
    query: str
    packed_headers: bytes
    body: bytes
    body_size: int
    status: int | None
    answer: bytes
    answer_size: int
    refusals: tuple[Refusal, ...]
    instance_id: str | None
    correlation_id: str
    background: bool
    unmodelled: bool
    fault: str | None
    caller: str | None

    @property
    def size(self) -> int:
        """Its approximate size in memory, in bytes."""
        texts = sys.getsizeof(self.path) + sys.getsizeof(self.query) + len(self.method) + len(self.correlation_id)
        size = _EXCHANGE_SIZE + texts + len(self.packed_headers) + len(self.body) + len(self.answer)
        return size + sum(_REFUSAL_SIZE + len(refusal.text) for refusal in self.refusals) if self.refusals else size

    def shown(self, redactor: Redactor) -> Request:
        """The same with keys and tokens masked."""
        return self._shown(self._redactor(redactor))

    def logged(self, redactor: Redactor) -> Logged:
        """The same as the control API shows it."""
        redactor = self._redactor(redactor)
        return Logged(
            self._shown(redactor),
            redactor.redact(_text(self.body), cut=len(self.body) < self.body_size),
            redactor.redact(_text(self.answer), cut=len(self.answer) < self.answer_size),
        )

    def _redactor(self, redactor: Redactor) -> Redactor:
        return redactor.also(sent_credentials(marshal.loads(self.packed_headers)))  # noqa: S302 - see pack_headers

    def _shown(self, redactor: Redactor) -> Request:
        texts = [self.method, self.path, masked_query(self.query), self.correlation_id]
        texts += [refusal.text for refusal in self.refusals]
        named = len(texts)
        for name, value in marshal.loads(self.packed_headers):  # noqa: S302 - see pack_headers
            texts += (name.decode("latin-1"), masked_header(value) if is_credential(name) else value.decode("latin-1"))
        method, path, query, correlation_id, *others = redacted = redactor.redact_all(texts)
        fields = self._asdict()
        del fields["packed_headers"]
        fields |= {"method": method, "path": path, "query": query, "correlation_id": correlation_id}
        if redacted is not texts:
            fields["refusals"] = tuple(
                replace(refusal, text=text) for refusal, text in zip(self.refusals, others, strict=False)
            )
        return Request(**fields, headers=tuple(zip(redacted[named::2], redacted[named + 1 :: 2], strict=True)))


class Logged(NamedTuple):
    """A call as the control API shows it.

    Attributes:
        request: the call.
        body: its body as a text with keys and tokens masked.
        answer: the answer's body, likewise.
    """

    request: Request
    body: str
    answer: str


def pack_headers(headers: list[tuple[bytes, bytes]]) -> bytes:
    """Headers as one object: as pairs they would take ten times as many bytes. `marshal` never leaves the process."""
    packed = marshal.dumps(headers[:_HEADERS])
    if len(packed) <= _HEADERS_SIZE:
        return packed
    kept = []
    size = 0
    for name, value in headers[:_HEADERS]:
        if size + len(name) + len(value) <= _HEADERS_SIZE:
            size += len(name) + len(value)
            kept.append((name, value))
    return marshal.dumps(kept)


class Journal:
    """The newest calls of one fake. Unmodelled calls are also kept separately: other calls cannot displace them.

    Args:
        settings: returns the current settings.
        redactor: returns the redactor that masks keys and tokens.
    """

    def __init__(self, settings: Callable[[], Settings], redactor: Callable[[], Redactor]) -> None:
        self._settings = settings
        self._redactor = redactor
        self._lock = threading.Lock()
        self.listener: Listener | None = None
        self.clear()

    def clear(self) -> None:
        """Remove all calls, and reset the count of dropped ones."""
        with self._lock:
            self._all = _Newest()
            self._unmodelled = _Newest()

    def snapshot(self, _: Collection[str]) -> tuple[_Newest, Listener | None]:
        """The calls and the listener, for `restore`; calls to routes that are not modelled are forgotten as such."""
        with self._lock:
            return self._all.copied({}), self.listener

    def restore(self, held: tuple[_Newest, Listener | None], renamed: Mapping[str, str]) -> None:
        """Return to a snapshot.

        Args:
            held: the snapshot.
            renamed: keys and ids, old to new.
        """
        with self._lock:
            calls, self.listener = held
            self._all = calls.copied(renamed)

    @property
    def dropped(self) -> int:
        """The number of older calls that were dropped."""
        return self._all.dropped

    def add(self, exchange: Exchange) -> None:
        """Keep a call, and drop the oldest ones if the journal is full."""
        with self._lock:
            settings = self._settings()
            if exchange.unmodelled:
                self._unmodelled.add(exchange, settings.journal_calls, settings.journal_bytes // _UNMODELLED_SHARE)
            self._all.add(exchange, settings.journal_calls, settings.journal_bytes - self._unmodelled.size)

    def tell(self, exchange: Exchange) -> None:
        """Pass a call to the listener. The listener may use the fake, so no lock is held."""
        if self.listener is not None:
            self.listener(exchange.shown(self._redactor()))

    def requests(self, newest: int | None = None) -> list[Request]:
        """The calls in the journal, oldest first: the `newest` ones, or all if it is None."""
        redactor = self._redactor()
        with self._lock:
            exchanges = self._all.newest(newest)
        return [exchange.shown(redactor) for exchange in exchanges]

    def page(self, limit: int, before: int | None = None) -> tuple[list[Logged], int | None]:
        """Some of the same calls as the control API shows them, newest first.

        Args:
            limit: the maximum number; fewer if they exceed half a MiB.
            before: only calls before the one with this number; None: all.

        Returns:
            The calls, and the `before` of the next page, or None if this is the last one.
        """
        redactor = self._redactor()
        with self._lock:
            exchanges, following = self._all.page(limit, before)
        return [exchange.logged(redactor) for exchange in exchanges], following

    def forget_unmodelled(self) -> None:
        """Clear the list of calls to unmodelled routes; they stay in the journal."""
        with self._lock:
            self._unmodelled = _Newest()

    def unmodelled(self) -> list[Request]:
        """The calls to unmodelled routes, oldest first."""
        redactor = self._redactor()
        with self._lock:
            exchanges = self._unmodelled.newest(None)
        return [exchange.shown(redactor) for exchange in exchanges]


class _Newest:
    """The newest exchanges, up to a number and to a size in bytes."""

    def __init__(self) -> None:
        self._exchanges: deque[tuple[Exchange, int]] = deque()
        self.dropped = 0
        self.size = 0

    def copied(self, renamed: Mapping[str, str]) -> _Newest:
        copied = _Newest()
        copied.dropped, copied.size = self.dropped, self.size
        copied._exchanges.extend(
            (exchange._replace(instance_id=renamed.get(exchange.instance_id or "", exchange.instance_id)), size)
            for exchange, size in self._exchanges
        )
        return copied

    def newest(self, count: int | None) -> list[Exchange]:
        kept = [exchange for exchange, _ in self._exchanges]
        return kept[max(0, len(kept) - count) :] if count else kept

    def page(self, limit: int, before: int | None) -> tuple[list[Exchange], int | None]:
        """Newest first. A call's number is the count of earlier calls, so a page does not move when calls are added."""
        kept = len(self._exchanges)
        stop = kept if before is None else min(max(before - self.dropped, 0), kept)
        start = max(0, stop - limit)
        page: list[Exchange] = []
        room = PAGE_BYTES
        for exchange, size in reversed([*islice(self._exchanges, start, stop)]):
            room -= size
            if room < 0 and page:
                break
            page.append(exchange)
        start = stop - len(page)
        return page, self.dropped + start if start else None

    def add(self, exchange: Exchange, most: int, most_bytes: int) -> None:
        size = exchange.size
        self._exchanges.append((exchange, size))
        self.size += size
        while self._exchanges and (len(self._exchanges) > most or self.size > most_bytes):
            _, size = self._exchanges.popleft()
            self.size -= size
            self.dropped += 1


def _text(body: bytes) -> str:
    return body.decode("utf-8", "backslashreplace")
