"""The command `synap-mock schema`."""

from __future__ import annotations

import json

import click


@click.command()
@click.argument("name", type=click.Choice(["adapter", "known-failures", "report"]))
def schema(name: str) -> None:
    """Print the JSON Schema of a format.

    adapter: a line of the adapter protocol; known-failures: the file of --known-failures, parsed as TOML; report: the
    JSON of synap-mock verify --json.
    """
    from synap_contracts.report.schemas import schema_of  # noqa: PLC0415 - --help loads nothing but click

    click.echo(json.dumps(schema_of(name), indent=2, ensure_ascii=False))
