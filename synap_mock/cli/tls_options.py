"""The options for HTTPS: of the server, and of the commands that call one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synap_mock.cli.options import option

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

_FILE = click.Path(path_type=Path, dir_okay=False)


def tls_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the server's options to a command."""
    certificate = option(
        "--tls-cert",
        type=_FILE,
        metavar="FILE",
        show_default="HTTP",
        help="Serve HTTPS with the certificate in FILE (PEM), followed by those that signed it.",
    )
    key = option(
        "--tls-key", type=_FILE, metavar="FILE", show_default="HTTP", help="The private key of --tls-cert, in PEM."
    )
    described: Callable[..., Any] = certificate(key(command))
    return described


def check_tls(certificate: Path | None, key: Path | None) -> None:
    """Check that a server can use these files.

    Raises:
        click.BadParameter: it cannot; the error says which and why.
    """
    if certificate is None and key is None:
        return
    if certificate is None or key is None:
        missing = "--tls-cert" if certificate is None else "--tls-key"
        raise click.BadParameter("HTTPS needs the certificate and its key: give both", param_hint=f"'{missing}'")
    from synap_mock.transports.sockets.tls import server_context  # noqa: PLC0415 - --help loads nothing but click

    try:
        server_context(certificate, key)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--tls-cert' and '--tls-key'") from None


def ca_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that trusts a certificate to a command."""
    described: Callable[..., Any] = option(
        "--tls-ca",
        "verify",
        type=_FILE,
        metavar="FILE",
        callback=lambda _, __, file: _trusting(file),
        show_default="the system's, or those of SSL_CERT_FILE",
        help="Trust the certificates in FILE (PEM) for HTTPS: an authority's, or the server's own.",
    )(command)
    return described


def _trusting(file: Path | None) -> ssl.SSLContext:
    """The TLS settings of a client.

    Raises:
        click.BadParameter: the file cannot be read, or has no certificate.
    """
    import ssl  # noqa: PLC0415 - as above

    try:
        return ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        raise click.BadParameter(f"{file} has no certificate in PEM (-----BEGIN CERTIFICATE-----)") from None
    except OSError as error:
        raise click.BadParameter(f"cannot read {file}: {error.strerror}") from None
