"""The door inside this process: httpx traffic to the vendor's hosts comes to the app, sync or async; nothing else does.

respx patches httpcore, httpx's transport; its own routing is not used. As a router among its routers, this one lets
every other host pass as it would without us: on to the user's own respx routes where there are any, else out.
"""

from __future__ import annotations

import functools
import inspect
import os
import threading
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, Protocol, TypeVar, assert_never

import httpx
from respx.mocks import HTTPCoreMocker
from respx.models import AllMockedAssertionError, PassThrough
from respx.router import MockRouter

from synap_mock.domain.faults.fault import Wire
from synap_mock.http.fault_step import LINE
from synap_mock.transports.forwarding import forward

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Iterator
    from types import TracebackType

    from starlette.types import ASGIApp, Message, Receive

    from synap_mock.domain.faults.fault import Lost, Unreachable
    from synap_mock.domain.values.clock import Clock
    from synap_mock.http.fault_step import Unsent

Given = TypeVar("Given")
Decorated = TypeVar("Decorated", bound="Callable[..., Any]")

VENDOR_HOSTS: Final = ("synap-cloud-prod.maximem.ai", "synap-cloud-staging.maximem.ai")
"""Where the official SDK's releases send to, unless told otherwise (sdk_matrix.md, Set-up)."""

LOOPBACK: Final = "127.0.0.1"
_PATCHING: Final = threading.Lock()
"""What respx patches belongs to the whole process."""


class ServedPort(Protocol):
    """A port of this machine that serves the same fake.

    Attributes:
        number: the port.
        in_process: whether httpx clients of this process are served without it.
    """

    number: int
    in_process: bool


class Intercept(Generic[Given]):
    """While it lasts, every httpx client in this process that calls the vendor's hosts is served by the fake.

    A context manager that gives the fake; a decorator of functions, coroutine functions, and classes (their methods
    whose names begin with ``test``). Where several are nested, the innermost serves.

    Args:
        app: the fake's app.
        given: what the context manager gives.
        hosts: gives the names of further hosts, on any port and scheme.
        resting: whether the user's respx routes are asked first.
        port: the port that serves the same fake, if there is one.
    """

    def __init__(
        self,
        app: ASGIApp,
        given: Given,
        hosts: Callable[[], Collection[str]] = tuple,
        *,
        resting: Callable[[], bool] = bool,
        port: ServedPort | None = None,
    ) -> None:
        self._app = app
        self._given = given
        self._hosts = hosts
        self._resting = resting
        self._port = port
        self._router: _Router | None = None

    def __enter__(self) -> Given:
        if self._router is not None:
            raise RuntimeError("this intercept() is active already; call intercept() again for another")
        self._router = _Router(self._app, self._hosts, self._resting, self._port)
        with _PATCHING:
            HTTPCoreMocker.routers.insert(0, self._router)  # before the user's, which may answer what nobody mocked
            HTTPCoreMocker.start()
        return self._given

    def come_first(self) -> None:
        """Serve before whoever has intercepted since; while it lasts."""
        if self._router is not None:
            with _PATCHING:
                HTTPCoreMocker.routers.remove(self._router)
                HTTPCoreMocker.routers.insert(0, self._router)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._router is not None:
            with _PATCHING:
                HTTPCoreMocker.unregister(self._router)
                HTTPCoreMocker.stop()
            self._router = None

    def __call__(self, decorated: Decorated) -> Decorated:
        """Decorate a function, a coroutine function or a class.

        Raises:
            TypeError: a generator function.
        """
        if inspect.isclass(decorated):
            for name, member in list(vars(decorated).items()):
                if name.startswith("test") and inspect.isfunction(member):
                    setattr(decorated, name, self(member))
            return decorated
        if inspect.isgeneratorfunction(decorated) or inspect.isasyncgenfunction(decorated):
            # Its body runs after the call that was decorated is over, and would reach the real hosts.
            raise TypeError("intercept() can't decorate a generator; write 'with fake.intercept(): yield' inside it")
        if inspect.iscoroutinefunction(decorated):

            @functools.wraps(decorated)
            async def run_async(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the decorated one takes
                with self._another():
                    return await decorated(*args, **kwargs)

            return run_async  # type: ignore[return-value] # wraps keeps the signature

        @functools.wraps(decorated)
        def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the decorated one takes
            with self._another():
                return decorated(*args, **kwargs)

        return run  # type: ignore[return-value] # wraps keeps the signature

    def _another(self) -> Intercept[Given]:
        return Intercept(self._app, self._given, self._hosts, resting=self._resting, port=self._port)


class _Router(MockRouter):
    def __init__(
        self,
        app: ASGIApp,
        hosts: Callable[[], Collection[str]],
        resting: Callable[[], bool],
        port: ServedPort | None,
    ) -> None:
        super().__init__(assert_all_called=False)
        self._app = app
        self._hosts = hosts
        self._resting = resting
        self._port = port
        self._process = os.getpid()

    def handler(self, request: httpx.Request) -> httpx.Response:
        return self._handled(request, _SYNC)

    def _handled(self, request: httpx.Request, texts: _Texts) -> httpx.Response:
        if self._serves(request.url) and not (self._resting() and any(map(_awake, HTTPCoreMocker.routers))):
            return self._served(request, texts)
        if HTTPCoreMocker.routers[-1] is self:
            raise PassThrough(f"synap-mock lets {request.url.host} pass", request=request, origin=self)  # type: ignore[arg-type] # a route, says respx, but reads nothing of it
        message = f"synap-mock does not serve {request.url.host}"
        raise AllMockedAssertionError(message)  # respx asks the next router

    def _serves(self, url: httpx.URL) -> bool:
        if self._port is not None and url.host == LOOPBACK and url.port == self._port.number:
            return self._port.in_process
        return url.host in VENDOR_HOSTS or url.host in self._hosts()

    def _served(self, request: httpx.Request, texts: _Texts) -> httpx.Response:
        if os.getpid() == self._process:
            return serve(self._app, request, texts)
        # A forked child has a copy of the fake, and what it recorded there would be lost.
        if self._port is None:
            raise httpx.ConnectError(
                "this process was forked from the one that has the fake, and can't reach it; serve() it, and use its "
                "url in the child",
                request=request,
            )
        return forward(request, self._port.number)

    async def async_handler(self, request: httpx.Request) -> httpx.Response:
        return self._handled(request, _ASYNC)


def _awake(router: object) -> bool:
    return not (isinstance(router, _Router) and router._resting())  # noqa: SLF001 - of this file


class _Texts(NamedTuple):
    """What httpx 0.27 and 0.28 say when the line fails, by the kind of client."""

    timeout: str
    reset: str
    refused: str


_SYNC: Final = _Texts("timed out", "[Errno 104] Connection reset by peer", "[Errno 111] Connection refused")
_ASYNC: Final = _Texts("", "", "All connection attempts failed")


class _Line:
    """What httpx would raise: nobody waits, the clock is moved by what the client would have waited."""

    def __init__(self, request: httpx.Request, texts: _Texts) -> None:
        self._request = request
        self._texts = texts
        self._timeouts: dict[str, float | None] = request.extensions.get("timeout", {})

    async def late(self, seconds: float, clock: Clock, receive: Receive) -> bool:  # noqa: ARG002 - a door's shape
        patience = self._timeouts.get("read")
        if patience is not None and patience < seconds:
            return False
        clock.advance(seconds)
        return True

    async def lose(self, fault: Lost | Unreachable, unsent: Unsent) -> None:
        request = self._request
        match fault.wire:
            case Wire.SILENT:
                unsent.clock.advance(self._timeouts.get("read") or 0)
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
                unsent.clock.advance(self._timeouts.get("read") or 0)
                late = httpx.ReadTimeout(self._texts.timeout, request=request)
                await unsent.send(unsent.start)
                await unsent.send({"type": "http.response.body", "body": _Cut(unsent.body, late)})
            case Wire.REFUSED:
                raise httpx.ConnectError(self._texts.refused, request=request)
            case Wire.CONNECT_TIMEOUT:
                unsent.clock.advance(self._timeouts.get("connect") or 0)
                raise httpx.ConnectTimeout(self._texts.timeout, request=request)
            case other:
                assert_never(other)


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


def serve(app: ASGIApp, request: httpx.Request, texts: _Texts = _SYNC) -> httpx.Response:
    """One request through an ASGI app that never really suspends, driven to its end by hand.

    So sync and async clients are served alike, under any event loop and under none.

    Args:
        app: the app.
        request: its body read.
        texts: what the client says when the line fails.
    """
    scope = {
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
        "extensions": {LINE: _Line(request, texts)},
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": request.content, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    try:
        app(scope, receive, send).send(None)  # type: ignore[attr-defined] # an async function's awaitable is a coroutine
    except StopIteration:
        pass
    else:
        raise RuntimeError(f"{request.method} {request.url.path} waits for something, and in process nothing may")
    start, *bodies = sent
    if bodies and isinstance(bodies[0]["body"], _Cut):
        return httpx.Response(start["status"], headers=start["headers"], stream=bodies[0]["body"], request=request)
    content = b"".join(message.get("body", b"") for message in bodies) if request.method != "HEAD" else b""
    return httpx.Response(start["status"], headers=start["headers"], content=content, request=request)
