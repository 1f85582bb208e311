"""The SQLite file: its tables, and who may open it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    Write = tuple[str, Sequence[Sequence[Any]]]
    """A statement, and the parameters of each of its executions."""

APPLICATION: Final = 0x53594E41
"""SQLite's application_id of our files: "SYNA"."""
VERSION: Final = 1
VERSION_OF_WORKERS: Final = 101
"""Of files that workers share; what is in them is a log."""
TABLES: Final = ("facts", "records", "unrecorded", "items")
"""Each has a column `world`."""
_SCHEMA: Final = """
CREATE TABLE facts (world TEXT, name TEXT, value TEXT, PRIMARY KEY (world, name)) WITHOUT ROWID;
CREATE TABLE records (
  world TEXT, number INTEGER, record BLOB, alone INTEGER, rejected TEXT, PRIMARY KEY (world, number)
);
CREATE TABLE unrecorded (id INTEGER PRIMARY KEY, world TEXT, before INTEGER, rejected TEXT);
CREATE INDEX unrecorded_of ON unrecorded (world);
CREATE TABLE items (id INTEGER PRIMARY KEY, world TEXT, part TEXT, key TEXT, value BLOB, UNIQUE (world, part, key));
"""


def prepare(connection: sqlite3.Connection, version: int, tables: Iterable[str]) -> tuple[int, int] | None:
    """Create the tables in an empty file; in any file of ours, a commit is on disk before it returns.

    Args:
        connection: to the file, without a transaction.
        version: of our files, which must be the file's.
        tables: the statements that create the tables.

    Returns:
        None; or the application and version of a file that has others, which is left as it was.

    Raises:
        sqlite3.Error: the file cannot be read or written.
    """
    execute = connection.execute
    execute("BEGIN EXCLUSIVE")
    (application,), (found,) = execute("PRAGMA application_id"), execute("PRAGMA user_version")
    (existing,) = execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not existing:
        execute(f"PRAGMA application_id = {APPLICATION}")
        execute(f"PRAGMA user_version = {version}")
        for statement in tables:
            execute(statement)
    elif (application[0], found[0]) != (APPLICATION, version):
        execute("ROLLBACK")
        return application[0], found[0]
    execute("COMMIT")
    execute("PRAGMA journal_mode = WAL")  # only now: it changes a file, which may have been another's
    execute("PRAGMA synchronous = FULL")
    execute("PRAGMA secure_delete = ON")  # what is erased is not left behind
    return None


class DatabaseError(OSError):
    """The file cannot be opened, read or written; the error says why, and what to do."""


class File:
    """A SQLite file in WAL mode, which one process has open. A commit is on disk before it returns.

    Args:
        path: of the file, which is created if it does not exist.

    Raises:
        DatabaseError: it cannot be opened, or is not one of ours.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.touch(0o600)  # it has API keys
        except OSError as error:
            raise DatabaseError(f"cannot open {path}: {error.strerror}; name a file that can be written") from None
        try:
            self._inode = path.stat().st_ino
            self._connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except sqlite3.Error as error:
            raise self._failed("open", error) from None

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        found = prepare(self._connection, VERSION, filter(str.strip, _SCHEMA.split(";")))
        if found is not None:
            what = f"not a database of synap-mock, version {VERSION}; name another file, or a new one"
            if found == (APPLICATION, VERSION_OF_WORKERS):
                what = "of a server with --workers; --workers 1 serves it from one process"
            raise DatabaseError(f"{self._path} is {what}")

    def read(self, statement: str, *parameters: object) -> Iterator[tuple[Any, ...]]:
        """The rows of a query.

        Raises:
            DatabaseError: they cannot be read.
        """
        try:
            yield from self._connection.execute(statement, parameters)
        except sqlite3.Error as error:
            raise self._failed("read", error) from None

    def write(self, writes: Iterable[Write]) -> None:
        """Execute statements, all of them or none, and return once they are on disk.

        Raises:
            DatabaseError: they cannot be written.
        """
        if not self._is_there():
            raise DatabaseError(f"cannot write {self._path}: it was removed or replaced; restart the server")
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for statement, rows in writes:
                self._connection.executemany(statement, rows)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise self._failed("write", error) from None

    def close(self) -> None:
        """Close the file; its log becomes a part of it."""
        self._connection.close()

    def _is_there(self) -> bool:
        """Whether the path still names the file: SQLite would go on with one that was removed."""
        try:
            return self._path.stat().st_ino == self._inode
        except OSError:
            return False

    def _failed(self, verb: str, error: sqlite3.Error) -> DatabaseError:
        reason = str(error)
        if "locked" in reason:
            reason = "another process has it open; stop that one, or name another file"
        elif "not a database" in reason:
            reason = "it is not a SQLite file; name another file, or a new one"
        return DatabaseError(f"cannot {verb} {self._path}: {reason}")
