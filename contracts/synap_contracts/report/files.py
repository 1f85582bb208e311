"""The files that reports are written to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Unwritable(Exception):  # noqa: N818 - it is told to the user as it stands
    """A file can't be written; the text says which, and why."""


def ready(file: Path) -> None:
    """Make the folder of a file that will be written: a run of minutes shall not end with nowhere to tell of it.

    Raises:
        Unwritable: It can't be made, or the file can't be written there.
    """
    if taken := next((each for each in file.parents if each.exists() and not each.is_dir()), None):
        raise Unwritable(f"cannot write {file}: {taken} is no folder")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unwritable(f"cannot write {file}: {error.strerror}") from None
    if file.is_dir():
        raise Unwritable(f"cannot write {file}: it is a folder")
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise Unwritable(f"cannot write {file}: no permission")


def written(file: Path, text: str) -> None:
    """Write a report.

    Raises:
        Unwritable: It can't be.
    """
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unwritable(f"cannot write {file}: {error.strerror}") from None
