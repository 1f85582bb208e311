"""The command `synap-mock clauses`, and parsing the IDs of clauses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from synap_contracts.clauses.clause import ClauseId

_FIELDS: Final = ("id", "level", "evidence", "statement", "source")


def parse_clauses(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[ClauseId, ...]:
    """Return the IDs of clauses, given in any case. The clauses are loaded only if the option is used."""
    if not values:
        return ()
    from synap_contracts.clauses.catalogue import BY_ID  # noqa: PLC0415 - --help loads nothing but click

    for value in values:
        if value.upper() not in BY_ID:
            raise click.BadParameter(f"no clause is named {value!r}; `synap-mock clauses` lists them")
    return tuple(BY_ID[value.upper()].id for value in values)


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
    from synap_contracts.clauses.catalogue import CLAUSES  # noqa: PLC0415 - as above

    match form:
        case "json":
            click.echo(json.dumps([{name: getattr(clause, name) for name in _FIELDS} for clause in CLAUSES], indent=2))
        case "markdown":
            click.echo(f"| {' | '.join(name for name in ('clause', *_FIELDS[1:]))} |\n| --- | --- | --- | --- | --- |")
            for clause in CLAUSES:
                click.echo(f"| {' | '.join(getattr(clause, name) for name in _FIELDS)} |")
        case _:
            for clause in CLAUSES:
                click.echo(f"{clause.id:<23} {clause.level:<7} {clause.evidence:<11} {clause.statement}")
