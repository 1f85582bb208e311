"""The door inside this process: httpx traffic to the vendor's hosts comes to the app, sync or async; nothing else does.

respx patches httpcore, httpx's transport; its own routing is not used. As a router among its routers, this one lets
every other host pass as it would without us: on to the user's own respx routes where there are any, else out.
"""

from __future__ import annotations

import functools
import inspect
import threading
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import httpx
from respx.mocks import HTTPCoreMocker
from respx.models import AllMockedAssertionError, PassThrough
from respx.router import MockRouter

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from starlette.types import ASGIApp, Message

Given = TypeVar("Given")
Decorated = TypeVar("Decorated", bound="Callable[..., Any]")

VENDOR_HOSTS: Final = ("synap-cloud-prod.maximem.ai", "synap-cloud-staging.maximem.ai")
"""Where the official SDK's releases send to, unless told otherwise (sdk_matrix.md, Set-up)."""

_PATCHING: Final = threading.Lock()
"""What respx patches belongs to the whole process."""


class Intercept(Generic[Given]):
    """While it lasts, every httpx client in this process that calls one of the hosts is served by the fake.

    A context manager that gives the fake; a decorator of functions, coroutine functions, and classes (their methods
    whose names begin with ``test``). Where several are nested, the innermost serves.

    Args:
        app: the fake's app.
        given: what the context manager gives.
        hosts: names of the hosts, on any port and scheme.
    """

    def __init__(self, app: ASGIApp, given: Given, hosts: tuple[str, ...] = VENDOR_HOSTS) -> None:
        self._app = app
        self._given = given
        self._hosts = frozenset(host.lower() for host in hosts)
        self._router: _Router | None = None

    def __enter__(self) -> Given:
        if self._router is not None:
            raise RuntimeError("this intercept() is active already; call intercept() again for another")
        self._router = _Router(self._app, self._hosts)
        with _PATCHING:
            HTTPCoreMocker.routers.insert(0, self._router)  # before the user's, which may answer what nobody mocked
            HTTPCoreMocker.start()
        return self._given

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
        return Intercept(self._app, self._given, tuple(self._hosts))


class _Router(MockRouter):
    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        super().__init__(assert_all_called=False)
        self._app = app
        self._hosts = hosts

    def handler(self, request: httpx.Request) -> httpx.Response:
        if request.url.host in self._hosts:
            return serve(self._app, request)
        if all(isinstance(router, _Router) for router in HTTPCoreMocker.routers):
            raise PassThrough(f"synap-mock lets {request.url.host} pass", request=request, origin=self)  # type: ignore[arg-type] # a route, says respx, but reads nothing of it
        message = f"synap-mock does not serve {request.url.host}"
        raise AllMockedAssertionError(message)  # respx asks the next router

    async def async_handler(self, request: httpx.Request) -> httpx.Response:
        return self.handler(request)


def serve(app: ASGIApp, request: httpx.Request) -> httpx.Response:
    """One request through an ASGI app that never really suspends, driven to its end by hand.

    So sync and async clients are served alike, under any event loop and under none.

    Args:
        app: the app.
        request: its body read.
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
    content = b"".join(message.get("body", b"") for message in bodies) if request.method != "HEAD" else b""
    return httpx.Response(start["status"], headers=start["headers"], content=content, request=request)
