"""The command `synap-mock clauses`, and parsing the IDs of clauses."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.clauses.clause import ClauseId

_FIELDS: Final = ("id", "level", "evidence", "statement", "source", "since")


def parse_clauses(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> frozenset[ClauseId]:
    """Return the IDs of clauses, given in any case. The clauses are loaded only if the option is used."""
    if not values:
        return frozenset()
    _load_no_plugins()
    from synap_contracts.clauses.catalogue import BY_ID  # noqa: PLC0415 - --help loads nothing but click

    for value in values:
        if value.upper() not in BY_ID:
            raise click.BadParameter(f"no clause is named {value!r}; `synap-mock clauses` lists them")
    return frozenset(BY_ID[value.upper()].id for value in values)


def contract_option() -> Callable[[click.decorators.FC], click.decorators.FC]:
    """Return the option `--contract`. Its value is a revision."""
    return click.option(
        "--contract",
        callback=_parse_revision,
        metavar="DATE",
        help="Test the clauses of this revision of the contract, without those that were added later.  "
        "[default: the newest]",
    )


def _parse_revision(_context: click.Context, _option: click.Parameter, value: str | None) -> str:
    _load_no_plugins()
    from synap_contracts.clauses.catalogue import REVISION, parse_revision  # noqa: PLC0415 - as above

    try:
        return REVISION if value is None else parse_revision(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _load_no_plugins() -> None:
    """Have hypothesis, in this process and in those of other jobs, ignore the plugins that are installed.

    What a seed draws must not depend on them, and that of trio takes a third of the time of all imports.
    """
    os.environ.setdefault("HYPOTHESIS_NO_PLUGINS", "1")


@click.command()
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(["text", "markdown", "json"]),
    help="The output format.",
)
def clauses(form: str) -> None:
    """List all clauses that a client is checked against, with their evidence."""
    _load_no_plugins()
    from synap_contracts.clauses.catalogue import CLAUSES  # noqa: PLC0415 - as above

    match form:
        case "json":
            click.echo(json.dumps([{name: getattr(clause, name) for name in _FIELDS} for clause in CLAUSES], indent=2))
        case "markdown":
            click.echo(f"| {' | '.join(name for name in ('clause', *_FIELDS[1:]))} |\n|{' --- |' * len(_FIELDS)}")
            for clause in CLAUSES:
                click.echo(f"| {' | '.join(getattr(clause, name) for name in _FIELDS)} |")
        case _:
            for clause in CLAUSES:
                click.echo(f"{clause.id:<23} {clause.level:<7} {clause.evidence:<11} {clause.statement}")
