"""A Valkey or Redis server of a test's own."""

from __future__ import annotations

import shutil
import socket
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import redis
from tools import needs
from workers.team import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVER = shutil.which("valkey-server") or shutil.which("redis-server")


class Valkey:
    """A server on a free port, which keeps what it has in a folder.

    Args:
        folder: the folder.
    """

    def __init__(self, folder: Path) -> None:
        needs("redis-server", found=SERVER is not None)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"valkey://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = {"--port": self.port, "--dir": self._folder, "--appendonly": "yes", "--appendfsync": "always"}
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
        with redis.Redis(port=self.port) as client:
            client.flushall()

    def _is_ready(self) -> bool:
        try:
            with redis.Redis(port=self.port) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


@contextmanager
def valkey(folder: Path) -> Iterator[Valkey]:
    server = Valkey(folder)
    try:
        yield server
    finally:
        server.stop()
