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
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp

_GRACE: Final = 0.2
"""Seconds that a half-sent call has left when the server ends."""
_BACKLOG: Final = 2048
_UPGRADE: Final = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)


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
    """uvicorn's fast protocol, deaf to offers of an upgrade, as RFC 9110 (7.8) lets a server be.

    httptools takes what follows such an offer for another protocol, and the body is lost. Java's HttpClient and
    ``curl --http2`` offer h2c so. A head that comes in pieces is left as it is.
    """

    def data_received(self, data: bytes) -> None:
        if self.cycle is None or self.cycle.response_complete:
            head, blank, rest = data.partition(b"\r\n\r\n")
            if _UPGRADE.search(head):
                data = _UPGRADE.sub(b"", head) + blank + rest
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
