"""``/_mock/events``: what happens, as server-sent events."""

from __future__ import annotations

import asyncio
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from synap_mock.domain.history.feed import KEPT, REQUEST, oldest_of_all
from synap_mock.domain.values.encoding import encode
from synap_mock.domain.values.quoting import quote
from synap_mock.domain.values.real_time import monotonic
from synap_mock.http.control.history.rows import row
from synap_mock.http.control.history.share import Share
from synap_mock.http.control.json import ControlRefused, fake, is_about_all, targets, worlds
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.steps.fault import LINE

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from synap_mock.domain.history.feed import Event, Feed, Order
    from synap_mock.domain.state import State
    from synap_mock.domain.worlds import Worlds
    from synap_mock.http.control.history.bells import Bells
    from synap_mock.http.steps.fault import Line

_ID: Final = re.compile("0|(?P<name>[0-9a-f]{8})-(?P<number>[0-9]{1,18})")
LISTENERS: Final = 100
"""Most clients that listen at once."""
HEARTBEAT: Final = 15.0
"""Seconds without an event after which a comment is sent, so that no proxy takes the connection for dead."""
_AT_ONCE: Final = 100
"""Most events that are sent together."""
_AT_A_LOOK: Final = 1000
"""Most events of all worlds that are looked at together."""
_SHARE: Final = 0.01
"""Of the server's time that one stream may take in the long run. If more happens, it sends gaps."""
_BURST: Final = 0.2
"""Seconds that it may take at once: for 1,000 calls it takes about 0.05."""
_LEAST_PAUSE: Final = 0.01
_MOST_PAUSE: Final = 1.0
_HEARTBEAT: Final = b": heartbeat\n\n"
_RETRY: Final = b"retry: 1000\n\n"
"""A browser connects again after so many milliseconds."""
_HEADERS: Final = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store"}


async def listen(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/events?after=&all=``: from now on, or after the event whose id ``Last-Event-ID`` or `after` has."""
    line: Line | None = request.scope.get("extensions", {}).get(LINE)
    if line is None or not line.is_socket:
        text = "events need a server's socket: fake.serve() or `synap-mock serve`; in process, read GET /_mock/requests"
        raise ControlRefused(text, 501, "NOT_IMPLEMENTED")
    listeners: set[Events] = request.app.state.listeners
    if len(listeners) >= LISTENERS:
        text = f"{LISTENERS} clients listen already; close one of them"
        raise ControlRefused(text, 503, "TOO_MANY_LISTENERS")
    given = request.headers.get("last-event-id") or request.query_params.get("after")
    targets(request)  # it may listen to all
    held = worlds(request) if is_about_all(request) else None
    return Events(Reader(fake(request), given, held), line, request.app.state.bells, listeners)


class Reader:
    """Reads the feed of a world, or those of all, from a cursor on.

    Args:
        state: the world.
        after: the id of the last event that the client has; ``0``: the oldest event that there is; None: the newest.
        worlds: reads those of all; None: of one.

    Raises:
        ControlRefused: `after` is not an id.
    """

    def __init__(self, state: State, after: str | None, worlds: Worlds | None = None) -> None:
        self._state = state
        self._worlds = worlds
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
    def feed(self) -> Feed | Order:
        """What it reads: a feed, or all feeds of an order."""
        return self._state.feed if self._worlds is None else self._state.feed.order

    def read(self) -> bytes:
        """What is new, as server-sent events; empty: nothing."""
        news, missed = self._news()
        if missed and not self._reason:
            self._reason = "dropped"
        parts: list[bytes] = []
        for each, following in pairwise([*news, None]):
            assert each is not None  # noqa: S101 - for mypy: only the last one is None
            if len(parts) >= 2 * _AT_ONCE:
                break
            if following and _is_covered(each, following):
                continue
            event, state = each
            data = _data(event, state)
            if data is None:
                self._reason = self._reason or "dropped"
            else:
                parts += [self._gap(), self._event(event.id, event.name, data)]
            self._cursor = event.id
        parts.append(self._gap())
        return b"".join(parts)

    def _news(self) -> tuple[list[tuple[Event, State]], bool]:
        """The oldest events that are new, each with its world, and whether some were dropped."""
        if self._worlds is None:
            events, missed = self._state.feed.after(self._cursor, KEPT)
            return [(event, self._state) for event in events], missed
        order = self._state.feed.order
        until = order.last
        feeds = [(world.state.feed, world.state) for world in self._worlds.all()]
        return oldest_of_all(feeds, order, self._cursor, until, limit=_AT_A_LOOK)

    def _gap(self) -> bytes:
        """Say that events are missing, where they are; of which world is not known if it reads all."""
        reason, self._reason = self._reason, None
        world = self._state.world if self._worlds is None else None
        return self._event(self._cursor, "gap", {"world": world, "reason": reason}) if reason else b""

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
        wake = asyncio.Event()
        gone = asyncio.ensure_future(_gone(receive, wake.set))
        self._listeners.add(self)
        try:
            with self._line.at_end(wake.set):
                await self._send_all(send, wake, gone)
        finally:
            self._listeners.discard(self)
            gone.cancel()
        await send({"type": "http.response.body", "body": b""})

    async def _send_all(self, send: Send, wake: asyncio.Event, gone: asyncio.Future[None]) -> None:
        chunk, pause = _RETRY, 0.0
        share = Share(_SHARE, burst=_BURST, least=_LEAST_PAUSE, most=_MOST_PAUSE)
        while not (gone.done() or self._line.ends):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await _woken(wake, pause)
            wake.clear()
            chunk, pause = self._read(share)
            if chunk or gone.done() or self._line.ends:
                continue
            with self._bells.woken(self._reader.feed, wake.set):  # only here: a bell costs each call time
                chunk, pause = self._read(share)
                if not chunk:
                    chunk, pause = self._read(share) if await _woken(wake, HEARTBEAT) else (_HEARTBEAT, 0.0)

    def _read(self, share: Share) -> tuple[bytes, float]:
        """What is new, and the seconds to pause after it was sent."""
        began = monotonic()
        return self._reader.read(), share.pause_after(began)


async def _woken(wake: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(wake.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _data(event: Event, state: State) -> dict[str, Any] | None:
    """The data of an event; None: the journal has dropped the call."""
    if event.name != REQUEST:
        return {"world": state.world}
    exchange = state.journal.get(event.number)
    return None if exchange is None else row(exchange.shown(state.redactor, event.number), state.world)


def _is_covered(each: tuple[Event, State], following: tuple[Event, State]) -> bool:
    """Whether the next event says the same, as neither has data."""
    return each[0].name == following[0].name != REQUEST and each[1] is following[1]


async def _gone(receive: Receive, wake: Callable[[], None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    wake()


OPERATIONS: Final = (
    Operation("GET", "/events", listen, "listen", "Listen to events", query=("after",), all_worlds=True),
)
