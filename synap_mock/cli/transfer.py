"""The commands ``synap-mock export`` and ``synap-mock import``: what a running server has recorded, in a file."""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

import click

from synap_mock.cli.errors import Failed
from synap_mock.cli.options import option
from synap_mock.cli.ready import check_url
from synap_mock.cli.tls_options import ca_option

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    import httpx

_OK: Final = 200


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that name a server."""
    url = option("--url", default="http://127.0.0.1:8765", callback=check_url, help="Address of the server.")
    token = option("--control-token", metavar="TOKEN", show_default="none", help="The server's control token.")
    named: Callable[..., Any] = url(token(ca_option(command)))
    return named


@click.command("export")
@server_options
@click.argument("file", type=click.File("wb", atomic=True), default="-")
def export_command(url: str, control_token: str | None, verify: ssl.SSLContext, file: IO[bytes]) -> None:
    """Write what a server has recorded to FILE, or to standard output, as JSON Lines."""
    with _client(url, control_token, verify) as client, client.stream("GET", "/_mock/export") as response:
        _check(url, response)
        for part in response.iter_bytes():
            file.write(part)


@click.command("import")
@server_options
@click.argument("file", type=click.File("rb"), default="-")
def import_command(url: str, control_token: str | None, verify: ssl.SSLContext, file: IO[bytes]) -> None:
    """Replace what a server has recorded by FILE, or by standard input; whole or not at all."""
    with _client(url, control_token, verify) as client:
        response = client.post("/_mock/import", content=file.read())
        _check(url, response)
    click.echo(f"imported {response.json()['messages']} messages", err=True)


@contextmanager
def _client(url: str, token: str | None, verify: ssl.SSLContext) -> Iterator[httpx.Client]:
    """A client of the control API; errors of the connection end the command."""
    import httpx  # noqa: PLC0415 - --help loads nothing but click

    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        # A proxy is not asked about this machine, and a large import takes its time.
        with httpx.Client(base_url=url, headers=headers, timeout=None, trust_env=False, verify=verify) as client:  # noqa: S113
            yield client
    except httpx.HTTPError as error:
        raise Failed(f"{url}: {error}; start `synap-mock serve`, or name the server by --url") from None


def _check(url: str, response: httpx.Response) -> None:
    """Raise Failed for a response that is not 200."""
    if response.status_code == _OK:
        return
    response.read()
    try:
        reason = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        reason = f"status {response.status_code}"
    raise Failed(f"{url}: {reason}")
