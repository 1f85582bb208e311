"""The transport in this process: httpx requests to the vendor's hosts, sync or async, are served by the app.

respx patches httpcore, httpx's transport; its own routing is not used. Our router is one of its routers: requests to
other hosts go to the user's own respx routes if there are any, and otherwise to the network.
"""

from __future__ import annotations

import functools
import inspect
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, Protocol, TypeVar

import httpx
from respx.mocks import HTTPCoreMocker
from respx.models import AllMockedAssertionError, PassThrough
from respx.router import MockRouter

from synap_mock.transports.direct import serve, serve_async
from synap_mock.transports.forwarding import forward

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from types import TracebackType

    from respx.models import Route
    from respx.router import Router
    from starlette.types import ASGIApp

Given = TypeVar("Given")
Decorated = TypeVar("Decorated", bound="Callable[..., Any]")

VENDOR_HOSTS: Final = ("synap-cloud-prod.maximem.ai", "synap-cloud-staging.maximem.ai")
"""Where the official SDK's releases send requests by default (docs/evidence.md, Wire)."""

LOOPBACK: Final = "127.0.0.1"
_ANY_HOST: Final = "any-host.invalid"
_PATCHING: Final = threading.Lock()
"""respx's patch applies to the whole process."""


class ServedPort(Protocol):
    """A port of this machine that serves the same fake.

    Attributes:
        number: the port.
        in_process: whether httpx clients of this process are served without the port.
    """

    number: int
    in_process: bool


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What an `Intercept` serves, and how.

    Attributes:
        hosts: returns the names of further hosts, on any port and scheme.
        resting: returns whether the user's respx routes come first.
        real_latency: returns whether every late response takes real time.
        port: the port that serves the same fake, if there is one.
    """

    hosts: Callable[[], Collection[str]] = tuple
    resting: Callable[[], bool] = bool
    real_latency: Callable[[], bool] = bool
    port: ServedPort | None = None


class Intercept(Generic[Given]):
    """While it lasts, every httpx client in this process that calls the vendor's hosts is served by the fake.

    A context manager that returns the fake, and a decorator for functions, coroutine functions and classes (methods
    whose names begin with ``test``). If several are nested, the innermost serves.

    Args:
        app: the fake's app.
        given: the value that the context manager returns.
        terms: what it serves, and how.
    """

    def __init__(self, app: ASGIApp, given: Given, terms: Terms) -> None:
        self._app = app
        self._given = given
        self._terms = terms
        self._router: _Router | None = None

    def __enter__(self) -> Given:
        if self._router is not None:
            raise RuntimeError("this intercept() is active already; call intercept() again for another")
        self._router = _Router(self._app, self._terms)
        with _PATCHING:
            HTTPCoreMocker.routers.insert(0, self._router)  # before the user's, which may answer any host
            HTTPCoreMocker.start()
        return self._given

    def come_first(self) -> None:
        """Serve before other routers that were started since."""
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
        return Intercept(self._app, self._given, self._terms)


class _Router(MockRouter):
    def __init__(self, app: ASGIApp, terms: Terms) -> None:
        super().__init__(assert_all_called=False)
        self._app = app
        self._terms = terms
        self._process = os.getpid()

    def handler(self, request: httpx.Request) -> httpx.Response:
        own = self._user_route(request)
        if own is not None:
            with suppress(PassThrough):
                return own.router.handler(own.request)
        self._check(request)
        if self._is_forked:
            return self._forward(request)
        return serve(self._app, request, real=self._terms.real_latency())

    async def async_handler(self, request: httpx.Request) -> httpx.Response:
        own = self._user_route(request)
        if own is not None:
            with suppress(PassThrough):
                return await own.router.async_handler(own.request)
        self._check(request)
        if self._is_forked:
            return self._forward(request)
        return await serve_async(self._app, request, real=self._terms.real_latency())

    def _check(self, request: httpx.Request) -> None:
        """Raise the error by which respx continues, if the fake does not serve the request."""
        if self._serves(request.url) and not (self._terms.resting() and any(map(_awake, HTTPCoreMocker.routers))):
            return
        if HTTPCoreMocker.routers[-1] is self:
            raise PassThrough(f"synap-mock lets {request.url.host} pass", request=request, origin=self)  # type: ignore[arg-type] # typed as a route, but respx does not read it
        message = f"synap-mock does not serve {request.url.host}"
        raise AllMockedAssertionError(message)  # respx asks the next router

    def _user_route(self, request: httpx.Request) -> _UserRoute | None:
        """The user's own respx route for one of the fake's hosts that matches the request; it precedes the fake."""
        routers = [router for router in HTTPCoreMocker.routers if not isinstance(router, _Router)]
        if not routers or self._terms.resting():
            return None
        hosts = [*VENDOR_HOSTS, *self._terms.hosts()]
        if self._is_port(request.url):  # the SDK's requests; a route names the vendor's host
            requests = [request, *(_sent_to(host, request) for host in hosts)]
        else:
            requests = [request] if request.url.host in hosts else []
        found = [_UserRoute(router, each) for router in routers for each in requests if _names_host(router, each)]
        return found[0] if found else None

    def _serves(self, url: httpx.URL) -> bool:
        if self._terms.port is not None and self._is_port(url):
            return self._terms.port.in_process
        return url.host in VENDOR_HOSTS or url.host in self._terms.hosts()

    def _is_port(self, url: httpx.URL) -> bool:
        return self._terms.port is not None and url.host == LOOPBACK and url.port == self._terms.port.number

    @property
    def _is_forked(self) -> bool:
        """Whether this is a forked child: it has a copy of the fake, and messages recorded there would be lost."""
        return os.getpid() != self._process

    def _forward(self, request: httpx.Request) -> httpx.Response:
        if self._terms.port is None:
            raise httpx.ConnectError(
                "this process was forked from the one that has the fake, and can't reach it; serve() it, and use its "
                "url in the child",
                request=request,
            )
        return forward(request, self._terms.port.number)


class _UserRoute(NamedTuple):
    """A respx router of the user, and the request that one of its routes matches."""

    router: Router
    request: httpx.Request


def _names_host(router: Router, request: httpx.Request) -> bool:
    """Whether the route that matches the request names its host, rather than matching any host."""
    route = next((route for route in router.routes if _matches(route, request)), None)
    return route is not None and not _matches(route, _sent_to(_ANY_HOST, request))


def _matches(route: Route, request: httpx.Request) -> bool:
    pattern: Any = route.pattern
    return not pattern or bool(pattern.match(request))


def _sent_to(host: str, request: httpx.Request) -> httpx.Request:
    """The same request, sent to another host."""
    headers = httpx.Headers([(name, value) for name, value in request.headers.raw if name.lower() != b"host"])
    url = request.url.copy_with(scheme="https", host=host, port=None)
    return httpx.Request(request.method, url, headers=headers, content=request.content, extensions=request.extensions)


def _awake(router: object) -> bool:
    return not (isinstance(router, _Router) and router._terms.resting())  # noqa: SLF001 - of this file
