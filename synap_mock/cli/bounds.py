"""The options of `synap-mock serve` that bound what it keeps."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import click

from synap_mock.cli.options import option
from synap_mock.domain.bounds.bounds import Bounds

if TYPE_CHECKING:
    from collections.abc import Callable


def bound_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator that adds an option for each bound."""
    for each in reversed(fields(Bounds)):
        in_seconds = each.name == "world_idle"
        command = option(
            f"--{each.name.replace('_', '-')}",
            default=each.default,
            type=click.FloatRange(0) if in_seconds else click.IntRange(0),
            metavar="SECONDS" if in_seconds else "N",
            help=f"Most {each.metadata['of']}. Beyond: {each.metadata['beyond']}.",
        )(command)
    return command
