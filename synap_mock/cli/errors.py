"""The error that ends a command."""

from __future__ import annotations

import click


class Failed(click.ClickException):
    """Something outside the command line went wrong: one line on standard error, status 2."""

    exit_code = 2
