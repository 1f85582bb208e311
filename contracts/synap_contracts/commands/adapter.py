"""The commands `synap-mock adapter node`, `synap-mock adapter go` and `synap-mock adapter check`."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import Final

import click

from synap_contracts.commands.duration import parse_option

_FOLDER: Final = Path(__file__).parents[1] / "adapters"
_SIGNS: Final = {"passed": "ok", "failed": "WRONG", "skipped": "skipped"}


@click.group()
def adapter() -> None:
    """Print an adapter for clients in another language, or check one."""


@adapter.command()
def node() -> None:
    """Print the adapter for Node: one file, to save next to the client.

    synap-mock adapter node > adapter.mjs
    """
    click.echo((_FOLDER / "node.mjs").read_text(encoding="utf-8"), nl=False)


@adapter.command()
def go() -> None:
    """Print the adapter for Go: one file, in which the names of your client are replaced.

    synap-mock adapter go > adapter.go
    """
    click.echo((_FOLDER / "adapter.go").read_text(encoding="utf-8"), nl=False)


@adapter.command()
@click.argument("client", metavar="cmd:COMMAND")
@click.option(
    "--wait",
    "start_s",
    callback=parse_option,
    default="1m",
    show_default=True,
    metavar="DURATION",
    help="How long to wait for the adapter's hello, such as 10s: it may have to be compiled first.",
)
def check(client: str, start_s: float) -> None:
    """Print what an adapter gets wrong, before a run.

    Each check has a name: start, hello, ping, call, error, batch, keys, concurrent, timeout, listen, close, unknown,
    replies, output, end. One that does not apply to the adapter is skipped, with the reason.

    Exit status 0: nothing is wrong; 1: a check failed; 2: the adapter could not be started.
    """
    from synap_contracts.client.checking.checks import check as run  # noqa: PLC0415 - --help loads nothing but click

    command = shlex.split(client.removeprefix("cmd:"))
    if not client.startswith("cmd:") or not command:
        raise click.UsageError('expected cmd:COMMAND, such as "cmd:node adapter.mjs"')
    results = []
    for result in run(command, start_s=start_s, report=partial(click.echo, err=True)):
        results.append(result)
        first, *more = result.texts or ("",)
        click.echo(f"{result.name:<11} {_SIGNS[result.outcome]:<8} {first}".rstrip())
        for text in more:
            click.echo(f"{'':<20} {text}")
    wrong = [result.name for result in results if result.outcome == "failed"]
    click.echo(f"wrong: {', '.join(wrong)}" if wrong else "nothing is wrong; run synap-mock verify with it")
    raise SystemExit(2 if wrong == ["start"] else bool(wrong))
