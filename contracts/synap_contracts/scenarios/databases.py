"""Example databases that several machines share: a folder, or a Redis server."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redis import Redis

ACCEPTED: Final = "expected a folder, or the URL of a Redis server: redis://HOST:PORT/NUMBER, rediss:// or valkey://"
_SCHEMES: Final = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"}
"""The schemes of URLs, and what the client library calls them."""
_TIMEOUT_S: Final = 5.0


class UnusableDatabase(Exception):  # noqa: N818 - the text is shown to the user unchanged
    """The address is wrong, or nothing usable is there."""


class SharedDatabase(ExampleDatabase):
    """A database on another machine. An error of it is printed once, and does not end the run.

    Args:
        address: The address in messages, without a password.
        database: The database.
    """

    def __init__(self, address: str, database: ExampleDatabase) -> None:
        super().__init__()
        self.address = address
        self.database = database

    def fetch(self, key: bytes) -> Iterable[bytes]:
        """Return the values of a key."""
        with self._reported():
            return tuple(self.database.fetch(key))
        return ()

    def save(self, key: bytes, value: bytes) -> None:
        """Add a value to a key."""
        with self._reported():
            self.database.save(key, value)

    def delete(self, key: bytes, value: bytes) -> None:
        """Remove a value from a key."""
        with self._reported():
            self.database.delete(key, value)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - every error of the library or of a file system
            with _PRINTING:
                if self.address not in _FAILED:
                    _FAILED.add(self.address)
                    sys.stderr.write(f"Warning: the example database {self.address} failed: {error}\n")


_PRINTING: Final = threading.Lock()
_FAILED: Final[set[str]] = set()
"""The databases whose error was printed."""


def open_database(address: str, name: str) -> SharedDatabase:
    """Return the examples of one client in a shared database.

    Args:
        address: A folder, or the URL of a Redis server.
        name: The name of the client, which is the same on all machines.

    Raises:
        UnusableDatabase: The address is wrong, or the library for it is not installed.
    """
    if "://" not in address:
        return SharedDatabase(address, DirectoryBasedExampleDatabase(Path(address, name)))
    server = _connect(address)
    from hypothesis.extra.redis import RedisExampleDatabase  # noqa: PLC0415 - an extra

    return SharedDatabase(
        without_password(address), RedisExampleDatabase(server, key_prefix=f"synap-mock:{name}:".encode())
    )


def check_database(address: str) -> None:
    """Check that a database can be used.

    Raises:
        UnusableDatabase: It cannot.
    """
    if "://" not in address:
        folder = Path(address)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnusableDatabase(f"cannot create the folder {address!r}: {error.strerror}; {ACCEPTED}") from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise UnusableDatabase(f"cannot write to the folder {address!r}; {ACCEPTED}")
        return
    server = _connect(address)
    from redis.exceptions import RedisError  # noqa: PLC0415 - an extra

    try:
        server.ping()
    except (RedisError, OSError) as error:
        raise UnusableDatabase(f"no Redis server can be used at {without_password(address)}: {error}") from error
    finally:
        server.close()


def _connect(address: str) -> Redis:
    scheme, _, rest = address.partition("://")
    if scheme not in _SCHEMES:
        raise UnusableDatabase(f"{without_password(address)!r} has the scheme {scheme!r}; {ACCEPTED}")
    try:
        from redis import Redis  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UnusableDatabase("a Redis database needs a library: pip install redis") from error
    try:
        return Redis.from_url(
            f"{_SCHEMES[scheme]}://{rest}", socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S
        )
    except ValueError as error:
        raise UnusableDatabase(f"{without_password(address)!r} is not a URL: {error}; {ACCEPTED}") from error


def without_password(address: str) -> str:
    """Return an address as messages show it: without the name and the password of a user."""
    return address.replace(f"{urlsplit(address).netloc.rpartition('@')[0]}@", "", 1) if "@" in address else address
