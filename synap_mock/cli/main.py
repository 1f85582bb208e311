"""The command ``synap-mock``: the group of all commands, and serve, rules and openapi."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import ExitStack
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from synap_mock import __version__
from synap_mock.cli.checks import check_api_keys, check_control_token, check_freeze, check_hosts, checked, rate_limit
from synap_mock.cli.console import console
from synap_mock.cli.errors import Failed
from synap_mock.cli.limits.options import bound_options
from synap_mock.cli.limits.table import limits_command
from synap_mock.cli.options import option
from synap_mock.cli.port_file import PortFile, check_port_file
from synap_mock.cli.ready import ready
from synap_mock.cli.state_options import keeping, state_options
from synap_mock.cli.tls_options import check_tls, tls_options
from synap_mock.cli.transfer import export_command, import_command
from synap_mock.settings import (
    LONGEST,
    Dialect,
    Processing,
    Registration,
    Retrieval,
    Tenancy,
)

if TYPE_CHECKING:
    from synap_mock.domain.ledger.ledger import Ledger
    from synap_mock.mock import SynapMock
    from synap_mock.transports.server import Server


GROUP = "synap_mock.commands"
"""Where other packages add commands."""

_LAST_MOMENT = 0.7
"""Seconds after a signal when the process ends at the latest."""


class Commands(click.Group):
    """Our commands, and those of other packages: the entry-point group `synap_mock.commands`, loaded when asked for."""

    def main(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - click's own
        """Run a command, its output in whatever encoding the terminal has."""
        with console():
            return super().main(*args, **options)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return sorted({*super().list_commands(ctx), *(entry.name for entry in entry_points(group=GROUP))})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            return command
        found = next(iter(entry_points(group=GROUP, name=cmd_name)), None)
        return None if found is None else found.load()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, prog_name="synap-mock")
def main() -> None:
    """An in-memory fake of Synap's conversation recording."""


@main.command()
@option(
    "--host",
    default="127.0.0.1",
    callback=checked(check_hosts),
    help="Name or address to bind. Beyond loopback the control API requires a token.",
)
@option("--port", default=8765, type=click.IntRange(0, 65535), help="Port; 0 picks a free one.")
@option(
    "--api-key",
    "api_keys",
    multiple=True,
    metavar="KEY",
    callback=checked(check_api_keys),
    show_default="a random one",
    help="An API key to accept; may be given several times (in the environment: separated by blanks).",
)
@option(
    "--tenancy",
    type=click.Choice(get_args(Tenancy)),
    show_default="nothing enforced",
    help="b2b requires a customer_id in every entry, b2c resolves it from the user.",
)
@option(
    "--dialect",
    default="documented",
    type=click.Choice(get_args(Dialect)),
    help="Answer as the pages promise, or as SDK 0.5.10 and later read.",
)
@option(
    "--registration",
    default="auto",
    type=click.Choice(get_args(Registration)),
    help="Whether a batch registers its conversations, or only record_message does.",
)
@option(
    "--max-batch",
    type=click.IntRange(min=1),
    metavar="N",
    show_default="no limit",
    help="Most messages a batch may hold.",
)
@option(
    "--processing",
    default="completed",
    type=click.Choice(get_args(Processing)),
    help="What the processing of a document ends with.",
)
@option(
    "--processing-seconds",
    default=0.0,
    type=click.FloatRange(0, LONGEST),
    metavar="SECONDS",
    help="How long the processing of a document takes, on the fake's clock.",
)
@option(
    "--retrieval",
    default="rank",
    type=click.Choice(get_args(Retrieval)),
    help="Whether a query ranks what is in scope, or also leaves out what shares no word with it.",
)
@option(
    "--compaction-seconds",
    default=0.0,
    type=click.FloatRange(0, LONGEST),
    metavar="SECONDS",
    help="How long a compaction takes, on the fake's clock.",
)
@option(
    "--rate-limit",
    metavar="LIMIT",
    callback=lambda _, __, limit: rate_limit(limit),
    show_default="none",
    help="How many calls a key may make: free, pro, a number a minute, or that and how many at once, 120/20.",
)
@option(
    "--freeze",
    metavar="TIME",
    callback=checked(check_freeze),
    show_default="real time",
    help="A time at which the clock stands, with a zone, such as 2026-11-23T08:00:00Z.",
)
@option("--seed", type=int, metavar="N", show_default="random", help="Makes message and session ids repeat.")
@bound_options
@option(
    "--port-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    callback=checked(check_port_file),
    show_default="none",
    help="Write the port number to FILE once connections are accepted; it is removed at the end.",
)
@option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    metavar="NAME",
    callback=checked(check_hosts),
    show_default="loopback's names and --host",
    help="A name that the control API accepts in Host and Origin headers; may be given several times.",
)
@option(
    "--control-token",
    metavar="TOKEN",
    callback=checked(check_control_token),
    show_default="none on loopback, else a random one",
    help="The token that the control API requires as Authorization: Bearer.",
)
@option(
    "--log-format",
    default="text",
    type=click.Choice(["text", "json"]),
    help="How the ready line and the log are written.",
)
@option(
    "--fail-on-loss",
    is_flag=True,
    default=False,
    show_default="off",
    help="Exit with status 1 if a turn was lost or duplicated; the log says which.",
)
@state_options
@tls_options
@option("-v", "--verbose", is_flag=True, default=False, show_default="off", help="Log every call to standard error.")
def serve(  # noqa: PLR0913 - one argument an option
    *,
    host: str,
    port: int,
    api_keys: tuple[str, ...],
    port_file: Path | None,
    allow_hosts: tuple[str, ...],
    control_token: str | None,
    log_format: str,
    fail_on_loss: bool,
    database: Path | None,
    load: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    workers: int | None,
    store: str | None,
    verbose: bool,
    **settings: Any,  # noqa: ANN401 - each option has its type
) -> None:
    """Serve the fake on a port, until SIGINT or SIGTERM. The page at /_mock/ shows each call as it arrives.

    `synap-mock limits` prints what a server keeps and accepts at most.
    """
    check_tls(tls_cert, tls_key)
    file = PortFile(port_file)
    file.remove_stale()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())

    from synap_mock.cli import logs  # noqa: PLC0415 - --help loads nothing but click
    from synap_mock.mock import SynapMock  # noqa: PLC0415 - as above
    from synap_mock.transports.server import collect_seldom  # noqa: PLC0415 - as above

    collect_seldom()
    fake = SynapMock(api_key=api_keys or None, allow_hosts=allow_hosts, control_token=control_token, **settings)
    logs.configure(json=log_format == "json", verbose=verbose)
    if workers is not None or store is not None:
        from synap_mock.cli.workers.serving import Address, Shared, serve_workers  # noqa: PLC0415 - as above

        shared = Shared(workers or 1, database, store, load, fail_on_loss, {"api_keys": list(api_keys), **settings})
        serve_workers(
            fake, shared, Address(host, port, allow_hosts, file, tls_cert, tls_key), ended, json=log_format == "json"
        )
        return
    if verbose:
        fake._worlds.watch(logs.log_request)  # noqa: SLF001 - of every world, which on_request is not

    def total() -> Ledger:
        return fake._worlds.ledger()  # noqa: SLF001 - a reset does not undo a loss

    def status() -> int:
        return int(fail_on_loss and not total().is_clean)

    with ExitStack() as stack:
        stack.enter_context(keeping(fake, database, load, own_keys=bool(api_keys)))
        server = listening(fake, stack, host=host, port=port, tls_cert=tls_cert, tls_key=tls_key)
        with file.naming(server.port):
            click.echo(logs.ready(server, fake.api_key, json=log_format == "json"))
            ended.wait()
        # A call of many megabytes may be under way, and a signal ends the server within a second.
        last = threading.Timer(_LAST_MOMENT, lambda: os._exit(status()))
        last.daemon = True
        last.start()
    last.cancel()  # ended in time: a process that called this function goes on
    logs.log_ledger(total(), fake.redact)
    if status():
        raise SystemExit(status())


def listening(fake: SynapMock, stack: ExitStack, *, host: str, port: int, **files: Path | None) -> Server:
    """The fake on its port, until the stack is closed."""
    try:
        return stack.enter_context(fake.serve(host, port, **files))
    except OSError as error:
        # socket words an errno with the address in it, once more
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
        raise Failed(
            f"cannot listen on {host} port {port}: {reason}; choose another --port (0 picks a free one) or --host"
        ) from None


@main.command()
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(["text", "markdown", "json"]),
    help="How to print them.",
)
def rules(form: str) -> None:
    """Print every rule that the fake enforces, with its evidence."""
    from synap_mock.domain.rules import export as rulebook  # noqa: PLC0415 - --help loads nothing but click

    click.echo({"text": rulebook.text, "markdown": rulebook.markdown, "json": rulebook.json}[form](), nl=False)


@main.command()
def openapi() -> None:
    """Print the OpenAPI 3.1 document of both APIs."""
    from synap_mock.http.openapi import document  # noqa: PLC0415 - --help loads nothing but click

    click.echo(document.openapi().decode(), nl=False)


main.add_command(limits_command)
main.add_command(ready)
main.add_command(export_command)
main.add_command(import_command)
