"""A Valkey or Redis server of a test's own."""

from __future__ import annotations

import shutil
import socket
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import redis
from tools import needs
from workers.team import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import trustme

SERVER = shutil.which("valkey-server") or shutil.which("redis-server")


class Valkey:
    """A server on a free port, which keeps what it has in a folder.

    Args:
        folder: the folder.
        authority: who signs the certificate of a server that uses TLS, on `port` and nowhere else.
    """

    def __init__(self, folder: Path, authority: trustme.CA | None = None) -> None:
        needs("redis-server", found=SERVER is not None)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._folder = folder
        self._options: dict[str, object] = {"--port": self.port}
        self._tls: dict[str, Any] = {}
        if authority is not None:
            certificate, trusted = folder / "server.pem", folder / "trusted.pem"
            authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
            authority.cert_pem.write_to_path(str(trusted))
            files = {"--tls-cert-file": certificate, "--tls-key-file": certificate, "--tls-auth-clients": "no"}
            self._options = {"--port": 0, "--tls-port": self.port, "--tls-ca-cert-file": trusted, **files}
            self._tls = {"ssl": True, "ssl_ca_certs": str(trusted)}
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"valkey{'s' if self._tls else ''}://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = {**self._options, "--dir": self._folder, "--appendonly": "yes", "--appendfsync": "always"}
        assert SERVER is not None
        self._process = subprocess.Popen(
            [SERVER, "--save", "", *(str(part) for option in options.items() for part in option)],
            stdout=subprocess.DEVNULL,
        )
        until(self._is_ready)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def flush(self) -> None:
        with redis.Redis("127.0.0.1", self.port, **self._tls) as client:
            client.flushall()

    def _is_ready(self) -> bool:
        try:
            with redis.Redis("127.0.0.1", self.port, **self._tls) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


@contextmanager
def valkey(folder: Path, authority: trustme.CA | None = None) -> Iterator[Valkey]:
    server = Valkey(folder, authority)
    try:
        yield server
    finally:
        server.stop()
