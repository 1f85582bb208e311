"""The command ``synap-mock ready``, for the health checks of containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import click

from synap_mock.cli.options import option
from synap_mock.cli.tls_options import ca_option
from synap_mock.domain.values.real_time import monotonic, pause

if TYPE_CHECKING:
    import ssl

    import httpx

_PATHS: Final = ("/_mock/readyz", "/health")
"""The URLs, one after the other: the control API may require a token or another Host; /health requires nothing."""
_CLOSED: Final = frozenset({401, 403, 404})
_PAUSE_S: Final = 0.1
_ATTEMPT_S: Final = 5.0
"""How long one attempt may take, unless --wait is over before."""
_OK: Final = 200


class NotReady(click.ClickException):
    """Nothing answers, or not as a server that is ready: status 1, which a container's health check expects."""


def check_url(_: click.Context, __: click.Parameter, url: str) -> str:
    """Return the address of a server, without a slash at its end.

    Raises:
        click.BadParameter: it is not one.
    """
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise click.BadParameter(f"{url!r} is not the address of a server, such as http://127.0.0.1:8765")
    return url.rstrip("/")


@click.command()
@option("--url", default="http://127.0.0.1:8765", callback=check_url, help="Address of the server.")
@click.option(
    "--wait",
    "seconds",
    type=click.FloatRange(0, 3600),
    default=0,
    show_default=True,
    metavar="SECONDS",
    help="How long to ask again while it is not ready.",
)
@ca_option
def ready(url: str, seconds: float, verify: ssl.SSLContext) -> None:
    """Ask whether a server is ready: status 0 if it is, 1 if it is not.

    For the health check of a container: HEALTHCHECK CMD ["synap-mock", "ready"].
    """
    import httpx  # noqa: PLC0415 - --help loads nothing but click

    end = monotonic() + seconds
    with httpx.Client(trust_env=False, verify=verify) as client:  # a proxy is not asked about this machine
        while (reason := _reason(client, url, max(end - monotonic(), 0.0))) is not None:
            if monotonic() + _PAUSE_S >= end:
                raise NotReady(f"{url} is not ready: {reason}")
            pause(_PAUSE_S)
    click.echo(f"{url} is ready")


def _reason(client: httpx.Client, url: str, left: float) -> str | None:
    """Why a server is not ready; None if it is."""
    import httpx  # noqa: PLC0415 - as above

    status = 0
    for path in _PATHS:
        try:
            status = client.get(f"{url}{path}", timeout=min(left, _ATTEMPT_S) or _ATTEMPT_S).status_code
        except (httpx.HTTPError, OSError) as error:
            hint = "; --tls-ca FILE trusts a certificate" if "CERTIFICATE_VERIFY_FAILED" in str(error) else ""
            return f"{str(error) or type(error).__name__}{hint}"
        if status not in _CLOSED:
            break
    return None if status == _OK else f"GET {path} returns {status}"
