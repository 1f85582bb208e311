"""What was asked, and what was answered. Bounded: a fake that keeps everything is a memory leak."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from synap_mock.keys import mask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from synap_mock.rule import Refusal
    from synap_mock.settings import Settings


_UNMODELLED: Final = 1000
_CREDENTIALS: Final = frozenset({b"authorization", b"proxy-authorization", b"cookie", b"x-api-key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call as the journal keeps it; no key stands whole in it.

    Attributes:
        at: when it was answered, microseconds since 1970.
        method: as sent, in capitals.
        path: decoded, without the query.
        query: as sent, without the question mark.
        headers: names in lower case; credentials masked.
        body: the beginning of the body as sent, at most as much as the journal keeps of one.
        body_size: bytes that the body had.
        status: of the answer.
        answer: the beginning of the answer's body.
        answer_size: bytes that the answer's body had.
        refusals: the rules that refused the call or entries of it, at most 100.
        instance_id: whose key it was; None where no key was accepted.
        correlation_id: as answered.
        background: telemetry or a heartbeat, which an SDK sends by itself.
        unmodelled: a route that the fake doesn't model.
    """

    at: int = field(compare=False)
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...] = field(compare=False, repr=False)
    body: bytes
    body_size: int
    status: int
    answer: bytes = field(repr=False)
    answer_size: int = field(repr=False)
    refusals: tuple[Refusal, ...]
    instance_id: str | None = field(repr=False)
    correlation_id: str = field(repr=False)
    background: bool = False
    unmodelled: bool = False

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The body decoded.

        Raises:
            ValueError: the body is no JSON, or the journal kept only its beginning.
        """
        return json.loads(self.body)


class Exchange(NamedTuple):
    """One call as it came and went: what a `Request` is made of when somebody looks.

    The fields are those of `Request`, but for the headers, which are as they came.
    """

    at: int
    method: str
    path: str
    query: str
    raw_headers: Sequence[tuple[bytes, bytes]]
    body: bytes
    body_size: int
    status: int
    answer: bytes
    answer_size: int
    refusals: tuple[Refusal, ...]
    instance_id: str | None
    correlation_id: str
    background: bool
    unmodelled: bool

    def shown(self) -> Request:
        """The same as people may see it: credentials masked."""
        fields = self._asdict()
        headers = tuple(
            (name.decode("latin-1"), masked(value) if name in _CREDENTIALS else value.decode("latin-1"))
            for name, value in fields.pop("raw_headers")
        )
        return Request(headers=headers, **fields)


class Journal:
    """The newest calls of one fake. Unmodelled ones are kept apart, so that many calls can't push them out."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings
        self.listener: Callable[[Request], None] | None = None
        self.clear()

    def clear(self) -> None:
        """Forget everything, how many were dropped too."""
        self._exchanges: deque[Exchange] = deque()
        self._unmodelled: deque[Exchange] = deque(maxlen=_UNMODELLED)
        self._bytes = 0
        self.dropped = 0

    def add(self, exchange: Exchange) -> None:
        """Keep a call; the oldest ones make room."""
        settings = self._settings()
        self._exchanges.append(exchange)
        self._bytes += len(exchange.body) + len(exchange.answer)
        while len(self._exchanges) > settings.journal_calls or self._bytes > settings.journal_bytes:
            oldest = self._exchanges.popleft()
            self._bytes -= len(oldest.body) + len(oldest.answer)
            self.dropped += 1
        if exchange.unmodelled:
            self._unmodelled.append(exchange)
        if self.listener is not None:
            self.listener(exchange.shown())

    def requests(self) -> list[Request]:
        """What is kept, oldest first."""
        return [exchange.shown() for exchange in self._exchanges]

    def unmodelled(self) -> list[Request]:
        """The calls to routes that the fake doesn't model, oldest first."""
        return [exchange.shown() for exchange in self._unmodelled]


def masked(credential: bytes) -> str:
    """The value of a header that holds a credential, as it may be shown."""
    scheme, _, key = credential.decode("latin-1").strip().rpartition(" ")
    return f"{scheme} {mask(key)}".strip()
