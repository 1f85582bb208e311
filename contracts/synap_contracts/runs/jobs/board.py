"""The board of a run: which parts are taken, and their results. Threads and processes share it.

Processes share a folder. A part is taken by creating a file, which only one of them can do; a result is a pickle, which
appears whole.
"""

from __future__ import annotations

import os
import pickle
import threading
from typing import TYPE_CHECKING, Any, Final, Protocol

from synap_contracts.client.real_time import pause

if TYPE_CHECKING:
    from pathlib import Path

STOP: Final = "stop"
"""A result that ends the run: a part has failed."""
_POLL_S: Final = 0.02


class Lost(Exception):  # noqa: N818 - the text is shown to the user unchanged
    """The process that took a part has ended without a result."""


class Board(Protocol):
    """Which parts of a run are taken, and their results."""

    def take(self, part: str) -> bool:
        """Take a part, and return whether nobody had."""

    def count(self, prefix: str) -> int:
        """Return how many of the parts that begin with a text are taken."""

    def put(self, part: str, result: Any) -> None:  # noqa: ANN401 - any result
        """Store the result of a part."""

    def has(self, part: str) -> bool:
        """Return whether the result of a part is stored."""

    def get(self, part: str) -> Any:  # noqa: ANN401 - as above
        """Return the stored result of a part."""

    def is_lost(self, part: str) -> bool:
        """Return whether the process that took a part has ended without a result."""


class OwnBoard:
    """The board of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: set[str] = set()
        self._results: dict[str, Any] = {}

    def take(self, part: str) -> bool:
        """Take a part, and return whether nobody had."""
        with self._lock:
            free = part not in self._taken
            self._taken.add(part)
            return free

    def count(self, prefix: str) -> int:
        """Return how many of the parts that begin with a text are taken."""
        with self._lock:
            return sum(each.startswith(prefix) for each in self._taken)

    def put(self, part: str, result: Any) -> None:  # noqa: ANN401 - any result
        """Store the result of a part."""
        with self._lock:
            self._results[part] = result

    def has(self, part: str) -> bool:
        """Return whether the result of a part is stored."""
        with self._lock:
            return part in self._results

    def get(self, part: str) -> Any:  # noqa: ANN401 - as above
        """Return the stored result of a part."""
        with self._lock:
            return self._results[part]

    def is_lost(self, part: str) -> bool:  # noqa: ARG002 - the method of every board
        """Return that no process has ended: this one is the only one."""
        return False


class FolderBoard:
    """A board that processes of one machine share.

    Args:
        folder: The folder, which exists.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, part: str) -> bool:
        """Take a part, and return whether nobody had."""
        try:
            with (self.folder / f"{part}.taken").open("x", encoding="ascii") as file:
                file.write(str(os.getpid()))
        except FileExistsError:
            return False
        return True

    def count(self, prefix: str) -> int:
        """Return how many of the parts that begin with a text are taken."""
        return sum(1 for _ in self.folder.glob(f"{prefix}*.taken"))

    def put(self, part: str, result: Any) -> None:  # noqa: ANN401 - any result
        """Store the result of a part."""
        written = self.folder / f"{part}.{os.getpid()}.part"
        written.write_bytes(pickle.dumps(result))
        written.replace(self.folder / f"{part}.result")

    def has(self, part: str) -> bool:
        """Return whether the result of a part is stored."""
        return (self.folder / f"{part}.result").exists()

    def get(self, part: str) -> Any:  # noqa: ANN401 - as above
        """Return the stored result of a part."""
        return pickle.loads((self.folder / f"{part}.result").read_bytes())  # noqa: S301 - our own processes wrote it

    def is_lost(self, part: str) -> bool:
        """Return whether the process that took a part has ended without a result."""
        try:
            process = int((self.folder / f"{part}.taken").read_text(encoding="ascii") or 0)
            os.kill(process or os.getpid(), 0)
        except FileNotFoundError:
            return False  # not taken yet
        except ProcessLookupError:
            return not self.has(part)
        except OSError:
            return False  # it runs, as another user
        return False


def agree(board: Board, part: str, value: Any) -> Any:  # noqa: ANN401 - any result
    """Return the value of the process that proposed one first, or None if the run ended before.

    Raises:
        Lost: That process has ended without proposing it.
    """
    if board.take(part):
        board.put(part, value)
    return wait_for(board, part)


def wait_for(board: Board, part: str) -> Any:  # noqa: ANN401 - any result
    """Wait for the result of a part that another lane has taken or will take. Return None if the run ended before.

    Raises:
        Lost: The process that took it has ended without a result.
    """
    while not board.has(part):
        if board.has(STOP) and not board.has(part):
            return None
        if board.is_lost(part):
            raise Lost(f"the process that ran {part} has ended without a result")
        pause(_POLL_S)
    return board.get(part)
