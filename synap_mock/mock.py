"""`SynapMock` composes the fake and its transports."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from synap_mock.domain.access.keys import Keys
from synap_mock.domain.bounds.bounds import Bounds
from synap_mock.domain.faults.schedule import reachable
from synap_mock.domain.state import State
from synap_mock.domain.values import ids
from synap_mock.domain.worlds import DEFAULT, Worlds
from synap_mock.http.app import create_app
from synap_mock.http.control.guard import Guard
from synap_mock.settings import Settings, port_number
from synap_mock.transports.one_process import OneProcess
from synap_mock.transports.sockets.listeners import is_loopback
from synap_mock.world.world import World

if TYPE_CHECKING:
    import os
    import ssl
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from starlette.types import ASGIApp

    from synap_mock.transports.in_process import Intercept
    from synap_mock.transports.server import Server


class SynapMock(World):
    """An in-memory fake of the Synap API. Its attributes are those of its default world; `world` returns others.

    Args:
        api_key: the key, or several that share one instance; the first is the default. None generates one.
        allow_hosts: names that the control API accepts in Host and Origin headers, in addition to loopback and to the
            host that `serve` binds.
        control_token: the token that the control API requires as ``Authorization: Bearer``. None: no token, unless
            the fake is served beyond loopback; then one is generated.
        settings: every other keyword is a setting or a bound; `synap_mock.settings.Settings` and
            `synap_mock.domain.bounds.bounds.Bounds` list them with their defaults.

    Raises:
        TypeError: a setting does not exist, or a value has the wrong type.
        ValueError: a value is out of range; the error says what is accepted.
    """

    __slots__ = ("_app", "_guard", "_worlds", "app")  # makes fake.tenancy = "b2b" an error

    def __init__(
        self,
        *,
        api_key: str | Sequence[str] | None = None,
        allow_hosts: Sequence[str] = (),
        control_token: str | None = None,
        **settings: Any,  # noqa: ANN401 - the types of settings differ; Settings checks them
    ) -> None:
        bounds, settings = Bounds.among(settings)
        keys = [api_key] if isinstance(api_key, str) else api_key
        state = State(Settings.of(**settings), lambda redactor: Keys(keys, redactor))
        super().__init__(DEFAULT, state, [])
        self._worlds = Worlds(state, bounds)
        self._guard = Guard(allow_hosts, control_token, self._worlds.protect)
        self._app = create_app(self._worlds, self._guard)
        self.app: ASGIApp = OneProcess(self._app)

    def world(self, name: str) -> World:
        """The world of that name, made if it does not exist: its `api_key` selects it, and nothing else shares it.

        Raises:
            TypeError: the name is not a string.
            ValueError: it is not 1 to 200 characters of printable ASCII, or there are too many worlds.
        """
        found = self._worlds.named(name) if isinstance(name, str) else None
        if found is None:
            found, _, _ = self._worlds.create_key(name)
        return World(found.name, found.state, self._servers)

    @property
    def server(self) -> Server:
        """The server that serves the fake on a port.

        Raises:
            RuntimeError: the fake is not served.
        """
        if not self._servers:
            raise RuntimeError("the fake is not served on a port; request the fixture synap_server, or call serve()")
        return self._servers[-1]

    @property
    def url(self) -> str:
        """The address of the server, for ``SYNAP_BASE_URL``.

        Raises:
            RuntimeError: the fake is not served.
        """
        return self.server.url

    def down(self) -> AbstractContextManager[str]:
        """A context in which nothing listens on the server's port; see `Server.down`.

        Raises:
            RuntimeError: the fake is not served.
        """
        return self.server.down()

    def intercept(self) -> Intercept[SynapMock]:
        """A context manager and decorator that serves httpx requests to the vendor's hosts from this fake."""
        from synap_mock.transports.in_process import Intercept, Terms  # noqa: PLC0415 - a server does not need respx and httpx

        return Intercept(self._app, self, Terms(hosts=lambda: self._state.settings.hosts))

    @contextmanager
    def serve(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls_cert: str | os.PathLike[str] | None = None,
        tls_key: str | os.PathLike[str] | None = None,
    ) -> Iterator[Server]:
        """Serve the same fake on a port while the context is active.

        Args:
            host: name or address to bind; beyond loopback the control API requires a token.
            port: 0 picks a free one.
            tls_cert: serve HTTPS with the certificate in this file, in PEM, followed by those that signed it.
            tls_key: the file with its private key, in PEM, not encrypted.

        Raises:
            OSError: the address cannot be bound.
            ValueError: `host` is not a host name, `port` is out of range, a scheduled fault needs httpx, or the
                certificate or its key is missing or cannot be used.
        """
        from synap_mock.transports.server import Server  # noqa: PLC0415 - uvicorn is not needed in process

        port = port_number(port)
        tls = _tls(tls_cert, tls_key)
        for armed in self._state.faults.all():
            reachable(armed.fault)
        self._guard.admit(host, "host")
        host = host.strip("[]")
        made = None if is_loopback(host) or self._guard.token else ids.control_token()
        self._guard.token = self._guard.token or made
        try:
            with Server(self._app, host, port, self._guard.token, tls=tls) as server:
                self._servers.append(server)
                try:
                    yield server
                finally:
                    self._servers.remove(server)
        finally:
            if made:
                self._guard.token = None


def _tls(certificate: str | os.PathLike[str] | None, key: str | os.PathLike[str] | None) -> ssl.SSLContext | None:
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise ValueError("tls_cert and tls_key belong together; give both, or neither")
    from synap_mock.transports.sockets.tls import server_context  # noqa: PLC0415 - most servers serve HTTP

    return server_context(certificate, key)
