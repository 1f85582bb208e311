"""What was asked, and what was answered. Bounded: a fake that keeps everything is a memory leak."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from synap_mock.domain.access.keys import mask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from synap_mock.domain.rules.rule import Refusal
    from synap_mock.settings import Settings


_CREDENTIALS: Final = frozenset({b"authorization", b"proxy-authorization", b"cookie", b"x-api-key"})
_SHOWN: Final = 3
_SCHEMES: Final = frozenset({"bearer", "basic", "digest"})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Request:
    """One call as the journal keeps it; headers, path and query with keys masked.

    Attributes:
        at: when it was answered, microseconds since 1970.
        method: as sent, in capitals.
        path: decoded, without the query.
        query: as sent, without the question mark.
        headers: names in lower case; credentials masked.
        body: the beginning of the body as sent, at most as much as the journal keeps of one.
        body_size: bytes that the body had.
        status: of the answer; None: nothing was answered.
        answer: the beginning of the answer's body.
        answer_size: bytes that the answer's body had.
        refusals: the rules that refused the call or entries of it, at most 100.
        instance_id: whose key it was; None where no key was accepted.
        correlation_id: as answered.
        background: telemetry or a heartbeat, which an SDK sends by itself.
        unmodelled: a route that the fake doesn't model.
        fault: the name of the fault that struck.
        caller: of a route that the fake doesn't model: whose code called, where the fixture knows.
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
        told = [f"{self.method} {self.path} {self.status or 'unanswered'}"]
        told += [f"fault {self.fault}"] if self.fault else []
        told += ["unmodelled"] if self.unmodelled else []
        told += [repr(refusal) for refusal in self.refusals[:_SHOWN]]
        told += ["..."] if len(self.refusals) > _SHOWN else []
        return f"<{', '.join(told)}>"

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The body decoded.

        Raises:
            ValueError: the body is no JSON, or the journal kept only its beginning.
        """
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("the body is nested too deeply") from None


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
        """Bytes that it keeps, about."""
        headers = sum(len(name) + len(value) for name, value in self.raw_headers)
        return len(self.body) + len(self.answer) + len(self.path) + len(self.query) + headers

    def shown(self, scrub: Callable[[str], str]) -> Request:
        """The same as people may see it; `scrub` masks the keys in a text."""
        fields = self._asdict()
        headers = tuple(
            (scrub(name.decode("latin-1")), masked(value) if name in _CREDENTIALS else scrub(value.decode("latin-1")))
            for name, value in fields.pop("raw_headers")
        )
        return Request(**{**fields, "headers": headers, "path": scrub(self.path), "query": scrub(self.query)})


class Journal:
    """The newest calls of one fake. Unmodelled ones are kept apart too, so that many other calls can't push them out.

    Args:
        settings: gives the settings that hold now.
        scrub: masks the keys in a text.
    """

    def __init__(self, settings: Callable[[], Settings], scrub: Callable[[str], str]) -> None:
        self._settings = settings
        self._scrub = scrub
        self.listener: Callable[[Request], None] | None = None
        self.clear()

    def clear(self) -> None:
        """Forget everything, how many were dropped too."""
        self._all = _Newest()
        self._unmodelled = _Newest()

    @property
    def dropped(self) -> int:
        """How many calls made room for newer ones."""
        return self._all.dropped

    def add(self, exchange: Exchange) -> None:
        """Keep a call; the oldest ones make room."""
        settings = self._settings()
        self._all.add(exchange, settings)
        if exchange.unmodelled:
            self._unmodelled.add(exchange, settings)

    def tell(self, exchange: Exchange) -> None:
        """Tell the listener of a call. It may do what it likes, so no lock shall be held."""
        if self.listener is not None:
            self.listener(exchange.shown(self._scrub))

    def requests(self, newest: int | None = None) -> list[Request]:
        """What is kept, oldest first; of that the `newest`, None: all."""
        kept = list(self._all.exchanges)
        return [exchange.shown(self._scrub) for exchange in kept[max(0, len(kept) - newest) if newest else 0 :]]

    def forget_unmodelled(self) -> None:
        """Forget the calls to routes that the fake doesn't model, as such."""
        self._unmodelled = _Newest()

    def unmodelled(self) -> list[Request]:
        """The calls to routes that the fake doesn't model, oldest first."""
        return [exchange.shown(self._scrub) for exchange in self._unmodelled.exchanges]


class _Newest:
    """The newest exchanges, as many and as large as the settings allow."""

    def __init__(self) -> None:
        self.exchanges: deque[Exchange] = deque()
        self.dropped = 0
        self._size = 0

    def add(self, exchange: Exchange, settings: Settings) -> None:
        self.exchanges.append(exchange)
        self._size += exchange.size
        while len(self.exchanges) > settings.journal_calls or self._size > settings.journal_bytes:
            self._size -= self.exchanges.popleft().size
            self.dropped += 1


def masked(credential: bytes) -> str:
    """The value of a header that holds a credential, as it may be shown."""
    scheme, _, key = credential.decode("latin-1").strip().partition(" ")
    return f"{scheme} {mask(key)}" if scheme.lower() in _SCHEMES else mask(f"{scheme} {key}".strip())
