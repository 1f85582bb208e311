"""The option --color, and the variables NO_COLOR and FORCE_COLOR."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_CHOICES: Final = {"auto": None, "always": True, "never": False}


def color_option() -> Callable[[click.decorators.FC], click.decorators.FC]:
    """Return an option for a command that colors its output. click reads the setting from its context."""
    return click.option(
        "--color",
        type=click.Choice(list(_CHOICES)),
        default="auto",
        show_default=True,
        expose_value=False,
        callback=_apply,
        help="Color the terminal report. auto: on a terminal, unless NO_COLOR is set; or if FORCE_COLOR is set.",
    )


def _apply(context: click.Context, _: click.Parameter, value: str) -> None:
    choice = _CHOICES[value]
    context.color = _from_environment() if choice is None else choice


def _from_environment() -> bool | None:
    """Follow no-color.org and force-color.org: any value but the empty string counts; NO_COLOR takes precedence."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None
