"""The door for everybody: the app on a real port, served by uvicorn in a thread of its own."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp

_GRACE: Final = 0.2
"""Seconds that calls under way have when the server ends; every whole call takes less."""
_BACKLOG: Final = 2048
_UPGRADE: Final = re.compile(rb"\r\nupgrade:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """``http://HOST:PORT``; of a server on every interface, the one that reaches it from here."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@contextmanager
def live(app: ASGIApp, host: str, port: int) -> Iterator[Address]:
    """Serve `app` while the context lasts. On entry it accepts connections; after it, the port is free again.

    Args:
        app: what to serve.
        host: name or address to bind.
        port: 0 picks a free one.

    Raises:
        OSError: the address can't be bound.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    with socket.create_server(address[:2], family=family, backlog=_BACKLOG) as listener:
        server = _Server(
            uvicorn.Config(
                app,
                http=_Protocol,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                proxy_headers=False,
                ws="none",
                backlog=_BACKLOG,
                timeout_graceful_shutdown=1,
            )
        )
        thread = threading.Thread(target=server.run, args=([listener],), name="synap-mock", daemon=True)
        thread.start()
        server.settled.wait()
        if not server.started:
            raise OSError(f"the server on {host}:{port} did not start")
        try:
            yield Address(host, listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()


class _Protocol(HttpToolsProtocol):
    """uvicorn's fast protocol, but for a client that offers to upgrade with its first request.

    httptools takes what follows such a request's head for another protocol, and the body is lost. Java's HttpClient and
    ``curl --http2`` offer h2c so. h11 reads on, as RFC 9110 (7.8) lets a server that ignores the offer.
    """

    def data_received(self, data: bytes) -> None:
        if self.cycle is None and _UPGRADE.search(data):
            self.connections.discard(self)
            slow = H11Protocol(self.config, self.server_state, self.app_state, self.loop)
            slow.connection_made(self.transport)
            self.transport.set_protocol(slow)
            slow.data_received(data)
        else:
            super().data_received(data)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.settled = threading.Event()
        """It accepts connections, or has given up."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
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
