"""``/_mock/events``: what happens, as server-sent events."""

from __future__ import annotations

import asyncio
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from synap_mock.domain.history.feed import REQUEST
from synap_mock.domain.values.encoding import encode
from synap_mock.domain.values.quoting import quote
from synap_mock.http.control.history.rows import row
from synap_mock.http.control.json import ControlRefused, fake
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.steps.fault import LINE

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from synap_mock.domain.history.feed import Event, Feed
    from synap_mock.domain.state import State
    from synap_mock.http.control.history.bells import Bells
    from synap_mock.http.steps.fault import Line

_ID: Final = re.compile("0|(?P<name>[0-9a-f]{8})-(?P<number>[0-9]{1,18})")
LISTENERS: Final = 100
"""Most clients that listen at once."""
HEARTBEAT: Final = 15.0
"""Seconds without an event after which a comment is sent, so that no proxy takes the connection for dead."""
_AT_ONCE: Final = 100
"""Most events that are sent together."""
_RETRY: Final = b"retry: 1000\n\n"
"""A browser connects again after so many milliseconds."""
_HEADERS: Final = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store"}


async def listen(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/events?after=``: from now on, or after the event whose id ``Last-Event-ID`` or `after` has."""
    line: Line | None = request.scope.get("extensions", {}).get(LINE)
    if line is None or not line.is_socket:
        text = "events need a server's socket: fake.serve() or `synap-mock serve`; in process, read GET /_mock/requests"
        raise ControlRefused(text, 501, "NOT_IMPLEMENTED")
    listeners: set[Events] = request.app.state.listeners
    if len(listeners) >= LISTENERS:
        text = f"{LISTENERS} clients listen already; close one of them"
        raise ControlRefused(text, 503, "TOO_MANY_LISTENERS")
    given = request.headers.get("last-event-id") or request.query_params.get("after")
    return Events(Reader(fake(request), given), line, request.app.state.bells, listeners)


class Reader:
    """Reads the feed of a fake from a cursor on.

    Args:
        state: the fake.
        after: the id of the last event that the client has; ``0``: the oldest event that there is; None: the newest.

    Raises:
        ControlRefused: `after` is not an id.
    """

    def __init__(self, state: State, after: str | None) -> None:
        self._state = state
        order = state.feed.order
        match = _ID.fullmatch(after or f"{order.name}-{order.last}")
        if match is None:
            raise ControlRefused(f"Last-Event-ID and after must be the id of an event or 0, not {quote(after)}")
        name, number = match["name"], int(match["number"] or 0)
        is_known = name is None or (name == order.name and number <= order.last)
        self._cursor = number if is_known else 0
        self._reason = None if is_known else "unknown"
        """Why the client has to read everything again, once."""

    @property
    def feed(self) -> Feed:
        """What it reads."""
        return self._state.feed

    def read(self) -> bytes:
        """What is new, as server-sent events; empty: nothing."""
        news = self._state.feed.after(self._cursor, _AT_ONCE)
        if news.missed and not self._reason:
            self._reason = "dropped"
        parts = []
        for event, following in pairwise([*news.events, None]):
            assert event is not None  # noqa: S101 - for mypy: only the last one is None
            if following and _is_covered(event, following):
                continue
            data = self._data(event)
            if data is None:
                self._reason = self._reason or "dropped"
            else:
                parts += [self._gap(), self._event(event.id, event.name, data)]
            self._cursor = event.id
        parts.append(self._gap())
        return b"".join(parts)

    def _gap(self) -> bytes:
        """Say that events are missing, where they are."""
        reason, self._reason = self._reason, None
        return self._event(self._cursor, "gap", {"world": self._state.world, "reason": reason}) if reason else b""

    def _data(self, event: Event) -> dict[str, Any] | None:
        """The data of an event; None: the journal has dropped the call."""
        state = self._state
        if event.name != REQUEST:
            return {"world": state.world}
        exchange = state.journal.get(event.number)
        return None if exchange is None else row(exchange.shown(state.redactor, event.number), state.world)

    def _event(self, number: int, name: str, data: dict[str, Any]) -> bytes:
        head = f"id: {self._state.feed.order.name}-{number}\nevent: {name}\ndata: ".encode()
        return head + encode(data) + b"\n\n"


class Events(Response):
    """A response that goes on until the client disconnects. It waits while the client reads slowly.

    Args:
        reader: reads what is new.
        line: the connection.
        bells: of the app.
        listeners: the responses that are being sent; this one is among them while it is.
    """

    def __init__(self, reader: Reader, line: Line, bells: Bells, listeners: set[Events]) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._reader = reader
        self._line = line
        self._bells = bells
        self._listeners = listeners

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        news = asyncio.Event()
        gone = asyncio.ensure_future(_gone(receive, news.set))
        self._listeners.add(self)
        try:
            with self._bells.woken(self._reader.feed, news.set), self._line.at_end(news.set):
                await self._send_all(send, news, gone)
        finally:
            self._listeners.discard(self)
            gone.cancel()
        await send({"type": "http.response.body", "body": b""})

    async def _send_all(self, send: Send, news: asyncio.Event, gone: asyncio.Future[None]) -> None:
        chunk = _RETRY
        while not (gone.done() or self._line.ends):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await asyncio.sleep(0)  # calls take turns with a long backlog
            news.clear()
            chunk = self._reader.read()
            if not chunk:
                try:
                    await asyncio.wait_for(news.wait(), HEARTBEAT)
                except TimeoutError:
                    chunk = b": heartbeat\n\n"
                else:
                    chunk = self._reader.read()


def _is_covered(event: Event, following: Event) -> bool:
    """Whether the next event says the same, as neither has data."""
    return event.name == following.name != REQUEST


async def _gone(receive: Receive, wake: Callable[[], None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    wake()


OPERATIONS: Final = (Operation("GET", "/events", listen, "listen", "Listen to events", query=("after",)),)
