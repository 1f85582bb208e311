"""Fakes that are kept in a database, stopped and started again."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from synap_mock import SynapMock
from synap_mock.files.database import kept_in

if TYPE_CHECKING:
    from pathlib import Path


class Restarted:
    """A fake that is kept in a file.

    Args:
        path: of the file.
        settings: of each of its fakes.
    """

    def __init__(self, path: Path, **settings: Any) -> None:
        self._path = path
        self._settings = settings
        self._open = ExitStack()
        self.fake = SynapMock()
        self.start()

    def start(self) -> None:
        """Start a fake on the file, after the one before has ended."""
        self.stop()
        self.fake = SynapMock(**self._settings)
        self.database = self._open.enter_context(kept_in(self.fake._worlds, self._path))  # noqa: SLF001 - as serve does

    def commit(self) -> None:
        """What a route does before it responds."""
        database = self.fake._state.database  # noqa: SLF001 - as above
        assert database is not None
        try:
            database.committed().__await__().__next__()
        except StopIteration:
            return
        raise AssertionError("it suspended")

    def stop(self) -> None:
        """End the fake."""
        self._open.close()
