"""The log that every worker of a fake follows, wherever it is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


def without_password(place: str) -> str:
    """A store's place as errors name it: a path, or an address without the name and the password of a user."""
    return re.sub(r"://[^/]*@", "://", place)


class StoreError(OSError):
    """The store cannot be opened, read or written; the error says why, and what to do."""


class Left(StoreError):  # noqa: N818 - an outcome on its way out
    """This worker is too far behind, or the store is another one now: it must start again."""


class Appended(NamedTuple):
    """What `Log.append` has done.

    Attributes:
        missed: the entries of other workers that come between the cursor and the appended ones.
        last: the position of the newest entry.
    """

    missed: Sequence[bytes]
    last: int


class Start(NamedTuple):
    """Where a worker starts.

    Attributes:
        position: of the newest entry that the snapshot contains; 0: none.
        snapshot: the state then.
    """

    position: int
    snapshot: bytes


class Log(Protocol):
    """Entries, numbered from 1, and a snapshot of the state after one of them. Every method blocks.

    Every method raises StoreError if the store cannot be read or written.
    """

    def start(self) -> Start:
        """The newest snapshot."""

    def append(self, after: int, entries: Sequence[bytes]) -> Appended:
        """Append entries, all next to each other, and return once they are as durable as the store makes them.

        Args:
            after: the position up to which this worker has read; the entries since are returned.
            entries: what to append; none: only read.

        Raises:
            Left: entries after that position are no longer in the log.
        """

    def wait(self) -> None:
        """Return when another worker may have appended something, or after a while."""

    def save(self, position: int, snapshot: bytes) -> None:
        """Keep the state after an entry, and drop the entries up to the snapshot before it."""

    def close(self) -> None:
        """Close it; `wait` returns."""
