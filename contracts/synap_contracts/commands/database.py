"""The option --database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable


def database_option() -> Callable[[click.decorators.FC], click.decorators.FC]:
    """Return the option. Its value is an address that can be used, or None."""
    return click.option(
        "--database",
        callback=_check,
        envvar="SYNAP_MOCK_EXAMPLES",
        metavar="DIR|URL",
        help="Share counterexamples with other machines: a folder, or redis://HOST:PORT/NUMBER (also rediss:// and "
        "valkey://; needs the library redis). What one machine finds runs first on the others.",
    )


def _check(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    from synap_contracts.scenarios.databases import (  # noqa: PLC0415 - --help loads nothing but click
        UnusableDatabase,
        check_database,
    )

    try:
        check_database(value)
    except UnusableDatabase as error:
        raise click.BadParameter(str(error)) from error
    return value
