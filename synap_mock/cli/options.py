"""Options that the environment can give too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_SERVICE_ADDRESS: Final = re.compile(r"(?:tcp|udp|sctp)://\S+")
"""What Kubernetes, or a legacy link of Docker, sets NAME_PORT to in each container, for a Service called NAME."""


class EnvironmentOption(click.Option):
    """An option with a variable. Addresses of services are ignored there: nobody who runs the command has set them."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """The variable's value; None where it is not set, or not meant for the command."""
        value = super().resolve_envvar_value(ctx)
        if value is None or not _SERVICE_ADDRESS.fullmatch(value):
            return value
        click.echo(
            f"Warning: {self.envvar}={value} is ignored: Kubernetes sets it for a Service of that name; "
            f"use {self.opts[-1]}, name the Service differently, or set enableServiceLinks: false in the pod",
            err=True,
        )
        return None


def option(*names: str, default: object = None, **attributes: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - click's own
    """A click option that the environment can give too, and whose help shows both."""
    variable = "SYNAP_MOCK_" + next(name for name in names if name.startswith("--"))[2:].upper().replace("-", "_")
    attributes.setdefault("show_default", True)
    return click.option(*names, cls=EnvironmentOption, default=default, envvar=variable, show_envvar=True, **attributes)
