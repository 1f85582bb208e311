"""The files of the inspector, as package data."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from synap_mock.inspector.bundle import bundle

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

PAGE: Final = "index.html"
STYLE: Final = "style.css"
MAIN: Final = "main.js"
SCRIPT: Final = "page.js"
"""Every module of the page as one script: a browser sends one request, not one for each module."""
MEDIA_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "LICENSE": "text/plain; charset=utf-8",
}
"""By the end of a file's name. A file with another end is not served."""


def media_type(name: str) -> str:
    """The media type of a file."""
    return MEDIA_TYPES[name.rpartition(".")[2]]


def read(name: str) -> str:
    """The text of a file.

    Args:
        name: its path under this package, such as ``style.css``, or `SCRIPT`.

    Raises:
        KeyError: the inspector has no such file.
    """
    return _script() if name == SCRIPT else contents()[name]


@cache
def _script() -> str:
    return bundle(contents(), MAIN)


@cache
def contents() -> dict[str, str]:
    """Every file of the inspector: its path, with slashes, to its text. No other path can be requested but `SCRIPT`."""
    return dict(_under(files("synap_mock") / "inspector", ""))


def _under(folder: Traversable, prefix: str) -> list[tuple[str, str]]:
    found = []
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        name = f"{prefix}{item.name}"
        if item.is_dir():
            found += _under(item, f"{name}/")
        elif item.name.rpartition(".")[2] in MEDIA_TYPES:
            found.append((name, item.read_text(encoding="utf-8")))
    return found
