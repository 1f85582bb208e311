"""The transport for any client: the app on a real port, served by uvicorn in a thread of its own."""

from __future__ import annotations

import asyncio
import gc
import threading
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Final, Self

import uvicorn

from synap_mock.domain.values.real_time import keep_real_time
from synap_mock.transports.admission import Admission
from synap_mock.transports.connection import connections_of
from synap_mock.transports.green_threads import require_system_threads
from synap_mock.transports.inheritance import keep_from_children
from synap_mock.transports.limits import Limits
from synap_mock.transports.sockets.listeners import listeners

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from starlette.types import ASGIApp

    from synap_mock.transports.connection import Connection

_GRACE: Final = 0.2
"""Seconds that a half-sent call has left when the server ends."""
_TICK: Final = 0.1
"""Seconds: uvicorn's own, ten of which renew the Date header."""
BACKLOG: Final = 2048
_SWEEP: Final = 5
"""Ticks between two looks at what connections wait for."""
_COLLECTIONS: Final = (20_000, 50, 100)
"""The thresholds of Python's garbage collector in a process that only serves."""


class Server:
    """A fake on a port, while the context lasts. On entry it accepts connections; after it, the port is free again.

    Args:
        app: what to serve.
        host: name or address to bind.
        port: 0 picks a free one.
        control_token: the token that the control API requires.
        bound: sockets that listen on that host and port already; None: bind them on entry.
        limits: what clients may do.
        tls: serve HTTPS with these settings; None: HTTP.
        lifespan: whether the app is to be sent ASGI's lifespan events.

    Attributes:
        port: its port.
        control_token: the token that the control API requires; None: none.

    Raises:
        OSError: the address can't be bound.
    """

    def __init__(  # noqa: PLR0913 - the last three have defaults
        self,
        app: ASGIApp,
        host: str,
        port: int,
        control_token: str | None,
        *,
        bound: list[socket.socket] | None = None,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        lifespan: bool = False,
    ) -> None:
        self._app = app
        self._tls = tls
        self._lifespan = lifespan
        self._bound = bound
        self._limits = limits or Limits()
        self._host = host
        self.port = port
        self.control_token = control_token
        self._listening: AbstractContextManager[int] | None = None

    @property
    def url(self) -> str:
        """Its address, for ``SYNAP_BASE_URL``; of a server on every interface, the one that reaches it from here."""
        return self._url(self.port)

    @contextmanager
    def down(self) -> Iterator[str]:
        """While the context lasts, nobody listens on the port, and what was connected is cut off.

        The control API stays available on another port; the context returns its address.

        Raises:
            OSError: on exit, if the port is taken by then.
            RuntimeError: it is down already.
        """
        if self._listening is None:
            raise RuntimeError("this server is down already")
        self._stop()
        try:
            with _listening(self._app, self._host, 0, self._limits, tls=self._tls) as port:
                yield self._url(port)
        finally:
            self._start()

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._listening is not None:
            self._stop()

    def _start(self) -> None:
        bound, self._bound = self._bound, None
        listening = _listening(
            self._app, self._host, self.port, self._limits, bound, tls=self._tls, lifespan=self._lifespan
        )
        self.port = listening.__enter__()
        self._listening = listening

    def _stop(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.__exit__(None, None, None)

    def _url(self, port: int) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104 - compared, not bound
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


@contextmanager
def _listening(  # noqa: PLR0913 - the last two have defaults
    app: ASGIApp,
    host: str,
    port: int,
    limits: Limits,
    bound: list[socket.socket] | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    lifespan: bool = False,
) -> Iterator[int]:
    """Serve `app`, and give the port."""
    require_system_threads()
    with listeners(host, port, BACKLOG) if bound is None else nullcontext(bound) as opened:
        admission = Admission(limits)
        config = uvicorn.Config(
            app,
            http=connections_of(admission),
            interface="asgi3",
            log_config=None,
            access_log=False,
            lifespan="on" if lifespan else "off",
            server_header=False,
            proxy_headers=False,
            ws="none",
            backlog=BACKLOG,
            timeout_keep_alive=limits.keep_alive,
            timeout_graceful_shutdown=1,
        )
        config.load()
        config.ssl = tls
        server = _Server(admission, config)
        thread = threading.Thread(target=server.run, args=(opened,), name="synap-mock", daemon=True)
        thread.start()
        server.settled.wait()
        if not server.started:
            raise OSError(f"the server on {host}:{port} did not start")
        try:
            yield opened[0].getsockname()[1]
        finally:
            server.end()
            thread.join()


class _Server(uvicorn.Server):
    def __init__(self, admission: Admission, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._admission = admission
        self.settled = threading.Event()
        """It accepts connections, or has given up."""
        self._ending = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def end(self) -> None:
        """Shut down at once; uvicorn itself checks ten times a second."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended already
                self._loop.call_soon_threadsafe(self._ending.set)

    def descriptors(self) -> Iterator[int]:
        """The descriptors of its connections."""
        for connection in self._connections():
            yield from connection.descriptors()

    def _connections(self) -> list[Connection]:
        return list(self.server_state.connections)  # type: ignore[arg-type] # all of them are ours

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            if ticks % _SWEEP == 0:
                self._sweep(self._loop.time())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), _TICK)

    def _sweep(self, now: float) -> None:
        for connection in self._connections():
            connection.expire(now)
        self._admission.bad_requests.report(now)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        keep_real_time(asyncio.get_running_loop())
        keep_from_children(self)
        await super().startup(sockets)
        self.settled.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn would wait for a half-sent body, then cancel its task and answer 500. Cut off, it is a client that
        # hung up.
        asyncio.get_running_loop().call_later(_GRACE, self._cut_off)
        await super().shutdown(sockets)

    def _cut_off(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        finally:
            self.settled.set()


def collect_seldom() -> None:
    """Have Python search for reference cycles less often; for a process that only serves.

    Every call waits for a search of all objects, which takes milliseconds once a server has many conversations:
    `benchmarks/soak.py` measured a p99 of 6.2 p50s before and 4.5 after, in the same memory.
    """
    gc.set_threshold(*_COLLECTIONS)
