"""The log in a SQLite file, for workers of one machine."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from synap_mock.files.sqlite import APPLICATION, prepare
from synap_mock.files.sqlite import VERSION_OF_WORKERS as VERSION
from synap_mock.replication.log import Appended, Left, Start, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_SCHEMA: Final = (
    "CREATE TABLE log (position INTEGER PRIMARY KEY, entry BLOB)",
    "CREATE TABLE snapshots (position INTEGER, part INTEGER, state BLOB, PRIMARY KEY (position, part))",
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT)",
)
_PART: Final = 256 * 1024 * 1024
_WAIT: Final = 10.0
"""Seconds that a worker waits for the others."""


class SQLiteLog:
    """A log in a SQLite file in WAL mode. An entry is on disk before `append` returns.

    Args:
        path: of the file, which `create` has made.
        news: a descriptor that is read to wait for other workers; None: this process only writes or reads once.
        others: descriptors that wake the other workers.

    Raises:
        StoreError: it cannot be opened, or is not one of ours.
    """

    def __init__(self, path: Path, news: int | None = None, others: Sequence[int] = ()) -> None:
        self._path = path
        self._news = news
        self._others = others
        with self._failing("open"):
            self._lock = os.open(f"{path}-lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            path.touch(0o600)  # it has API keys
            self._connection = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        with self._failing("open"), self._locked():
            self._prepare()

    def facts(self) -> dict[str, str]:
        """What `create` was given; empty: it has not been called."""
        with self._failing("read"):
            return dict(self._connection.execute("SELECT name, value FROM facts"))

    def create(self, facts: dict[str, str], snapshot: bytes) -> None:
        """Begin the log with a state, unless it has begun."""
        with self._failing("write"), self._locked(), self._transaction():
            if self._connection.execute("SELECT 1 FROM facts").fetchone() is None:
                self._connection.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
                self._put(0, snapshot)

    def start(self) -> Start:
        """See `Log`."""
        with self._failing("read"):
            rows = self._connection.execute("SELECT position, state FROM snapshots ORDER BY position, part").fetchall()
        newest = rows[-1][0]
        return Start(newest, b"".join(state for position, state in rows if position == newest))

    def append(self, after: int, entries: Sequence[bytes]) -> Appended:
        """See `Log`."""
        with self._failing("write" if entries else "read"):
            if not entries:
                return self._read(after)
            with self._locked(), self._transaction():
                missed, last = self._read(after)
                rows = enumerate(entries, last + 1)
                self._connection.executemany("INSERT INTO log VALUES (?, ?)", rows)
        self._wake()
        return Appended(missed, last + len(entries))

    def wait(self) -> None:
        """See `Log`."""
        assert self._news is not None  # noqa: S101 - for mypy
        os.read(self._news, 4096)

    def save(self, position: int, snapshot: bytes) -> None:
        """See `Log`."""
        with self._failing("write"), self._locked(), self._transaction():
            (before,) = self._connection.execute("SELECT max(position) FROM snapshots").fetchone()
            if before >= position:
                return
            self._connection.execute("DELETE FROM log WHERE position <= ?", (before,))
            self._connection.execute("DELETE FROM snapshots")
            self._put(position, snapshot)

    def close(self) -> None:
        """See `Log`."""
        self._connection.close()
        with suppress(OSError):
            os.close(self._lock)

    def _prepare(self) -> None:
        found = prepare(self._connection, VERSION, _SCHEMA)
        if found is not None:
            what = "of a server without --workers" if found[0] == APPLICATION else "not one of synap-mock"
            raise StoreError(
                f"cannot open {self._path}: it is {what}; name a new file, and bring the contents with "
                "`synap-mock export` and --load"
            )

    def _read(self, after: int) -> Appended:
        (oldest,) = self._connection.execute("SELECT min(position) FROM log").fetchone()
        rows = self._connection.execute(
            "SELECT position, entry FROM log WHERE position > ? ORDER BY position", (after,)
        ).fetchall()
        if rows and rows[0][0] != after + 1:
            raise Left(f"this worker is at entry {after}, and the oldest in {self._path} is {oldest}")
        return Appended([entry for _, entry in rows], rows[-1][0] if rows else after)

    def _put(self, position: int, snapshot: bytes) -> None:
        parts = [snapshot[start : start + _PART] for start in range(0, len(snapshot), _PART)]
        rows = [(position, number, part) for number, part in enumerate(parts)]
        self._connection.executemany("INSERT INTO snapshots VALUES (?, ?, ?)", rows)

    def _wake(self) -> None:
        for other in self._others:
            with suppress(BlockingIOError):  # it has not even read the last ones
                os.write(other, b"!")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Wait for the other workers in a queue of the system's: SQLite would look again and again."""
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    @contextmanager
    def _failing(self, verb: str) -> Iterator[None]:
        try:
            yield
        except StoreError:
            raise
        except (sqlite3.Error, OSError) as error:
            reason: Any = getattr(error, "strerror", None) or error
            if "not a database" in str(reason):
                reason = "it is not a SQLite file; name another file, or a new one"
            elif "locked" in str(reason):
                reason = "another process has it open; stop that one, or name another file"
            raise StoreError(f"cannot {verb} {self._path}: {reason}") from None
