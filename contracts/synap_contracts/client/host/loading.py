"""Loading the factory of a Python client: ``module:factory``."""

from __future__ import annotations

import importlib
import inspect
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONAL = ("timeout_s", "retry")


class UnusableFactory(Exception):  # noqa: N818 - the text is shown to the user unchanged
    """The factory cannot be loaded. The text states what was searched, and where."""


def load(spec: str, folders: tuple[str, ...] = ("",)) -> Callable[..., Any]:
    """Return the factory that `module:factory` names.

    Args:
        spec: The module and the factory. The factory may be dotted.
        folders: Where modules are searched before the installed ones.

    Raises:
        UnusableFactory: The factory does not exist, or its module cannot be imported.
    """
    module_name, _, path = spec.partition(":")
    for folder in reversed(folders):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not module_name.startswith(error.name):
            raise UnusableFactory(f"importing the module {module_name!r} failed: {error}") from error
        raise UnusableFactory(
            f"no module named {error.name!r}; run the command in its folder, or name the folder with --path "
            "(in pytest: --synap-path)"
        ) from error
    except Exception as error:
        raise UnusableFactory(
            f"importing the module {module_name!r} failed: {type(error).__name__}: {error}"
        ) from error
    for name in path.split("."):
        if not hasattr(found, name):
            raise UnusableFactory(f"the module {module_name!r} has no {path!r}; expected module:factory")
        found = getattr(found, name)
    if not callable(found):
        raise UnusableFactory(
            f"{spec!r} is a {type(found).__name__}; expected a factory that takes base_url and api_key"
        )
    factory: Callable[..., Any] = found
    return factory


def _takes_any_keyword(factory: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters)


def _parameters(factory: Callable[..., Any]) -> set[str]:
    try:
        return set(inspect.signature(factory).parameters)
    except (TypeError, ValueError):
        return set()


def optional_keywords(factory: Callable[..., Any]) -> frozenset[str]:
    """Return the optional keywords that a factory takes. One that takes any keyword receives the timeout."""
    anything = {"timeout_s"} if _takes_any_keyword(factory) else set()
    return frozenset(OPTIONAL) & (_parameters(factory) | anything)


def arguments_for(
    factory: Callable[..., Any], base_url: str, api_key: str | None
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments for a factory: by name if its parameters have the names, otherwise in order."""
    if {"base_url", "api_key"} <= _parameters(factory):
        return (), {"base_url": base_url, "api_key": api_key}
    return (base_url, api_key), {}


def version_of(factory: Callable[..., Any]) -> str | None:
    """Return the version of the client, which its factory or the factory's module declares."""
    declared = getattr(factory, "version", None) or getattr(inspect.getmodule(factory), "version", None)
    version = declared() if callable(declared) else declared
    return None if version is None else str(version)
