"""The file that says on which port a server listens."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from synap_mock.cli.errors import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def check_port_file(file: Path) -> None:
    """Check that the port number can be written.

    Raises:
        ValueError: it can't be.
    """
    try:
        regular = not file.exists() or stat.S_ISREG(file.stat().st_mode)
        with tempfile.TemporaryFile(dir=file.parent):
            pass
    except OSError as error:
        raise ValueError(f"{error.strerror}; name a file in a folder that exists and that you may write to") from None
    if not regular:
        raise ValueError("it is not a regular file; name a new file, or one to overwrite")


class PortFile:
    """A port file: there while a server listens, and only then.

    Args:
        file: where it is; None: nowhere.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def remove_stale(self) -> None:
        """Remove the file of an earlier server, whose port nothing must read as this one's.

        Raises:
            Failed: it can't be removed.
        """
        if self._file is None:
            return
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            raise Failed(f"cannot remove {self._file}: {error.strerror}") from None

    @contextmanager
    def naming(self, port: int) -> Iterator[None]:
        """While the context lasts, the file has the port number.

        Raises:
            Failed: it can't be written; nothing of it is left.
        """
        if self._file is None:
            yield
            return
        text = f"{port}\n"
        _write_at_once(self._file, text)
        try:
            yield
        finally:
            with suppress(OSError, ValueError):
                if self._file.read_text(encoding="ascii") == text:  # otherwise another server has written it since
                    self._file.unlink()


def _write_at_once(file: Path, text: str) -> None:
    """Write a file in one step, so that a process that waits for it never reads half of it."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="ascii")
        draft.replace(file)
    except OSError as error:
        raise Failed(f"cannot write {file}: {error.strerror}") from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
