"""Finding the factory of a Python client: ``module:factory``."""

from __future__ import annotations

import importlib
import inspect
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONAL = ("timeout_s", "retry")


class NoSuchClient(Exception):  # noqa: N818 - it is told to the user as it stands
    """There is no such factory; the text says what was looked for and where."""


def load(spec: str, folders: tuple[str, ...] = ("",)) -> Callable[..., Any]:
    """The factory that `module:factory` names.

    Args:
        spec: Module and factory; the factory may be dotted.
        folders: Where modules are looked for before the installed ones.

    Raises:
        NoSuchClient: There is none, or its module can't be imported.
    """
    module_name, _, path = spec.partition(":")
    for folder in reversed(folders):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not module_name.startswith(error.name):
            raise NoSuchClient(f"importing the module {module_name!r} failed: {error}") from error
        raise NoSuchClient(
            f"there is no module {error.name!r} to import; run in its folder, or name that with --path "
            "(in pytest: --synap-path)"
        ) from error
    except Exception as error:
        raise NoSuchClient(f"importing the module {module_name!r} failed: {type(error).__name__}: {error}") from error
    for name in path.split("."):
        if not hasattr(found, name):
            raise NoSuchClient(f"the module {module_name!r} has no {path!r}; write module:factory")
        found = getattr(found, name)
    if not callable(found):
        raise NoSuchClient(f"{spec!r} is a {type(found).__name__}; a factory is called with base_url and api_key")
    factory: Callable[..., Any] = found
    return factory


def settable(factory: Callable[..., Any]) -> frozenset[str]:
    """Which optional keywords a factory takes."""
    try:
        names = inspect.signature(factory).parameters
    except (TypeError, ValueError):
        return frozenset()
    return frozenset(OPTIONAL) & set(names)


def keywords(factory: Callable[..., Any], base_url: str, api_key: str | None) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """How a factory wants its two arguments: by name where it has the names, else in order."""
    try:
        names = set(inspect.signature(factory).parameters)
    except (TypeError, ValueError):
        names = set()
    if {"base_url", "api_key"} <= names:
        return (), {"base_url": base_url, "api_key": api_key}
    return (base_url, api_key), {}


def version_of(factory: Callable[..., Any]) -> str | None:
    """The client's version: what its factory, or the factory's module, says."""
    said = getattr(factory, "version", None) or getattr(inspect.getmodule(factory), "version", None)
    found = said() if callable(said) else said
    return None if found is None else str(found)
