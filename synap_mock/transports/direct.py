"""One request through an ASGI app, run by hand: for sync and async clients, under any event loop and under none.

Nothing in the app suspends, except for a late response that takes real time: it awaits a `_Wait`. Who runs the app lets
the time pass in the client's own way, and sends back whether the client still waits.
"""

from __future__ import annotations

from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple, assert_never

import httpx

from synap_mock.domain.faults.fault import Wire
from synap_mock.domain.values.real_time import async_pause, pause
from synap_mock.http.steps.fault import LINE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator
    from contextlib import AbstractContextManager

    from starlette.types import ASGIApp, Message, Receive

    from synap_mock.domain.faults.connections import Latency
    from synap_mock.domain.faults.fault import Lost, Unreachable
    from synap_mock.domain.values.clock import Clock
    from synap_mock.http.steps.fault import Unsent


def serve(app: ASGIApp, request: httpx.Request, *, real: bool = False) -> httpx.Response:
    """Return the response for a sync client.

    Args:
        app: the app.
        request: its body read.
        real: whether every late response takes real time.
    """
    call = _AppCall(app, request, _Line(request, _SYNC, real=real))
    wait = call.step(waits=None)
    while wait is not None:
        try:
            pause(wait)
        except BaseException:  # such as KeyboardInterrupt
            call.abandon()
            raise
        wait = call.step(waits=True)
    return call.response()


async def serve_async(app: ASGIApp, request: httpx.Request, *, real: bool = False) -> httpx.Response:
    """Return the response for an async client; `serve` has the arguments."""
    call = _AppCall(app, request, _Line(request, _ASYNC, real=real))
    wait = call.step(waits=None)
    while wait is not None:
        try:
            await async_pause()(wait)
        except BaseException:  # the event loop's own error for a cancelled task
            call.abandon()
            raise
        wait = call.step(waits=True)
    return call.response()


class _Texts(NamedTuple):
    """The texts of httpx 0.27 and 0.28 when the connection fails, by the kind of client."""

    timeout: str
    reset: str
    refused: str


_SYNC: Final = _Texts("timed out", "[Errno 104] Connection reset by peer", "[Errno 111] Connection refused")
_ASYNC: Final = _Texts("", "", "All connection attempts failed")


class _Wait:
    """Real time that passes before the app continues; its result says whether the client still waits."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __await__(self) -> Generator[_Wait, bool, bool]:
        return (yield self)


class _AppCall:
    """A run of the app for one request."""

    def __init__(self, app: ASGIApp, request: httpx.Request, line: _Line) -> None:
        self._request = request
        self._sent: list[Message] = []
        self._run: Any = app(_scope(request, line), self._receive, self._send)  # an async function's coroutine

    def step(self, *, waits: bool | None) -> float | None:
        """Run the app on; return the seconds of real time that it waits next, None at its end.

        Args:
            waits: whether the client still waits; None at the beginning.
        """
        try:
            wait = self._run.send(waits)
        except StopIteration:
            return None
        if not isinstance(wait, _Wait):
            request = self._request
            raise RuntimeError(f"{request.method} {request.url.path} waits for something, and in process nothing may")  # noqa: TRY004 - not an argument
        return wait.seconds

    def abandon(self) -> None:
        """Run the app to its end after the client has gone during a wait."""
        with suppress(httpx.TransportError):
            self.step(waits=False)

    def response(self) -> httpx.Response:
        """The response, after the end."""
        request = self._request
        start, *bodies = self._sent
        made: Any = {"headers": start["headers"], "request": request}
        if bodies and isinstance(bodies[0]["body"], _Cut):
            return httpx.Response(start["status"], stream=bodies[0]["body"], **made)
        content = b"".join(message.get("body", b"") for message in bodies) if request.method != "HEAD" else b""
        return httpx.Response(start["status"], content=content, **made)

    async def _receive(self) -> Message:
        return {"type": "http.request", "body": self._request.content, "more_body": False}

    async def _send(self, message: Message) -> None:
        self._sent.append(message)


def _scope(request: httpx.Request, line: _Line) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method.upper(),
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": request.url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 0),
        "server": (request.url.host, request.url.port),
        "state": {},
        "extensions": {LINE: line},
    }


class _Line:
    """What httpx would raise. Unless a wait is to be real, the clock is moved by what the client would have waited."""

    def __init__(self, request: httpx.Request, texts: _Texts, *, real: bool) -> None:
        self.is_socket = False
        self.ends = False
        self._request = request
        self._texts = texts
        self._real = real
        self._waited = False
        self._timeouts: dict[str, float | None] = request.extensions.get("timeout", {})

    async def late(self, fault: Latency, clock: Clock, receive: Receive) -> bool:  # noqa: ARG002 - a transport's shape
        patience = self._timeouts.get("read")
        is_in_time = patience is None or fault.seconds <= patience
        if fault.real or self._real:
            self._waited = True
            return await _Wait(fault.seconds if is_in_time else patience or 0) and is_in_time
        if is_in_time:
            clock.advance(fault.seconds)
        return is_in_time

    def load(self) -> None:
        return None

    def at_end(self, _: Callable[[], None]) -> AbstractContextManager[None]:
        return nullcontext()

    def is_gone(self) -> bool:
        return False  # it waits in this process

    async def lose(self, fault: Lost | Unreachable, unsent: Unsent) -> None:
        request = self._request
        match fault.wire:
            case Wire.SILENT:
                self._time_out(unsent.clock, "read")
                raise httpx.ReadTimeout(self._texts.timeout, request=request)
            case Wire.RESET:
                raise httpx.ReadError(self._texts.reset, request=request)
            case Wire.CLOSED:
                raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
            case Wire.HALF_THEN_CLOSED:
                closed = httpx.RemoteProtocolError(
                    "peer closed connection without sending complete message body "
                    f"(received {len(unsent.body) // 2} bytes, expected {len(unsent.body)})",
                    request=request,
                )
                await unsent.send(unsent.start)
                await unsent.send({"type": "http.response.body", "body": _Cut(unsent.body, closed)})
            case Wire.HALF_THEN_SILENT:
                self._time_out(unsent.clock, "read")
                late = httpx.ReadTimeout(self._texts.timeout, request=request)
                await unsent.send(unsent.start)
                await unsent.send({"type": "http.response.body", "body": _Cut(unsent.body, late)})
            case Wire.REFUSED:
                raise httpx.ConnectError(self._texts.refused, request=request)
            case Wire.CONNECT_TIMEOUT:
                self._time_out(unsent.clock, "connect")
                raise httpx.ConnectTimeout(self._texts.timeout, request=request)
            case other:
                assert_never(other)

    def _time_out(self, clock: Clock, kind: str) -> None:
        if not self._waited:
            clock.advance(self._timeouts.get(kind) or 0)


class _Cut(httpx.SyncByteStream, httpx.AsyncByteStream):
    """Half of a body, and then an error, for sync and async clients alike."""

    def __init__(self, body: bytes, error: httpx.TransportError) -> None:
        self._body = body
        self._error = error

    def __iter__(self) -> Iterator[bytes]:
        yield self._body[: len(self._body) // 2]
        raise self._error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part
