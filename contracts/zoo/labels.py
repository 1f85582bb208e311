"""What is expected of each client of the zoo: right, or wrong and caught by one clause."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_Factory = TypeVar("_Factory", bound="Callable[..., object]")


@dataclass(frozen=True, slots=True)
class Label:
    """What is expected of a client.

    Attributes:
        clause: the clause that must catch it; None: it is right, and no clause may.
        says: what it does, a line.
        also: other clauses that name its cause as well: it violates them in the same way.
    """

    clause: str | None
    says: str
    also: tuple[str, ...] = ()


class Exhibit(NamedTuple):
    """A client of the zoo: `module:factory` is what ``synap-mock verify`` takes."""

    module: str
    factory: str
    label: Label


def wrong(clause: str, says: str, *also: str) -> Callable[[_Factory], _Factory]:
    """Mark a factory whose client breaks `clause`, and tell how. Those in `also` may name its finding, too."""
    return _labelled(Label(clause, says, also))


def right(says: str) -> Callable[[_Factory], _Factory]:
    """Mark a factory whose client keeps every clause, and tell what is particular about its build."""
    return _labelled(Label(None, says))


def wrong_variants(
    base: type, step: str, variants: Mapping[str, tuple[str, str, Callable[[Any], Any]]]
) -> dict[str, type]:
    """Return wrong clients that differ in one step: by name, the clause, the description, and the step."""
    return {
        name: wrong(clause, says)(type(name, (base,), {step: staticmethod(change), "__module__": base.__module__}))
        for name, (clause, says, change) in variants.items()
    }


def catalogue() -> list[Exhibit]:
    """Every labelled factory of this folder, by module and in the order of its module.

    Raises:
        ModuleNotFoundError: this folder is not on the module search path.
    """
    return members(sorted(path.stem for path in Path(__file__).parent.glob("*.py")))


def members(modules: Iterable[str]) -> list[Exhibit]:
    """Every labelled factory of some modules, which are on the module search path."""
    return [
        Exhibit(name, factory, label)
        for name in modules
        for factory, thing in vars(importlib.import_module(name)).items()
        # A subclass inherits the attribute, not the expectation; and what is imported is listed where it is made.
        if isinstance(label := getattr(thing, "__dict__", {}).get("label"), Label) and thing.__module__ == name
    ]


def _labelled(label: Label) -> Callable[[_Factory], _Factory]:
    def mark(factory: _Factory) -> _Factory:
        factory.label = label  # type: ignore[attr-defined]  # functions and classes alike take it
        return factory

    return mark
