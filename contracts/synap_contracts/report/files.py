"""The files that reports are written to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class UnwritableFile(Exception):  # noqa: N818 - the text is shown to the user unchanged
    """A file cannot be written. The text states which, and why."""


def prepare(file: Path) -> None:
    """Create the folder of a file that will be written, so that a long run does not end without a report.

    Raises:
        UnwritableFile: The folder cannot be created, or the file cannot be written there.
    """
    if taken := next((each for each in file.parents if each.exists() and not each.is_dir()), None):
        raise UnwritableFile(f"cannot write {file}: {taken} is not a folder")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableFile(f"cannot write {file}: {error.strerror}") from None
    if file.is_dir():
        raise UnwritableFile(f"cannot write {file}: it is a folder")
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise UnwritableFile(f"cannot write {file}: no permission")


def write(file: Path, text: str) -> None:
    """Write a report.

    Raises:
        UnwritableFile: The file cannot be written.
    """
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UnwritableFile(f"cannot write {file}: {error.strerror}") from None
