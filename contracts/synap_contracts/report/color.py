"""The option --color, and the variables NO_COLOR and FORCE_COLOR."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_CHOICES: Final = {"auto": None, "always": True, "never": False}


def color_option() -> Callable[[click.decorators.FC], click.decorators.FC]:
    """An option of a command that colors its output; click asks its context whether to."""
    return click.option(
        "--color",
        type=click.Choice(list(_CHOICES)),
        default="auto",
        show_default=True,
        expose_value=False,
        callback=_apply,
        help="Color the terminal report. auto: on a terminal, unless NO_COLOR is set, or where FORCE_COLOR is.",
    )


def _apply(context: click.Context, _: click.Parameter, value: str) -> None:
    chosen = _CHOICES[value]
    context.color = _of_environment() if chosen is None else chosen


def _of_environment() -> bool | None:
    """As no-color.org and force-color.org have it: set to anything but the empty string; NO_COLOR wins."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None
