"""The options of `synap-mock serve` that bound what it keeps."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import click

from synap_mock.cli.options import option
from synap_mock.domain.bounds.ages import age
from synap_mock.domain.bounds.bounds import Bounds

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_mock.domain.bounds.bounds import Kind


_METAVARS: Final[dict[Kind, str]] = {"count": "N", "seconds": "SECONDS", "age": "AGE"}


def bound_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator that adds an option for each bound."""
    for each in reversed(fields(Bounds)):
        kind: Kind = each.metadata["kind"]
        kinds = {"count": click.IntRange(each.metadata["least"]), "seconds": click.FloatRange(0), "age": click.STRING}
        command = option(
            f"--{each.name.replace('_', '-')}",
            default=each.default,
            type=kinds[kind],
            callback=_read_age if kind == "age" else None,
            metavar=_METAVARS[kind],
            show_default=True if each.default is not None else "no limit",
            help=f"{'Greatest' if kind == 'age' else 'Most'} {each.metadata['of']}. Beyond: {each.metadata['beyond']}.",
        )(command)
    return command


def _read_age(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    """The age in seconds."""
    try:
        return age("it", value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
