"""The certificate and the key with which a server serves HTTPS."""

from __future__ import annotations

import ssl
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import os

PROTOCOLS: Final = ("http/1.1", "h2")
"""What a client may choose from by ALPN. A gRPC client offers only h2, and is refused as one: `rejections.grpc`."""


def server_context(certificate: str | os.PathLike[str], key: str | os.PathLike[str]) -> ssl.SSLContext:
    """The TLS settings of a server.

    Args:
        certificate: a file in PEM with the server's certificate, followed by those that signed it.
        key: a file in PEM with the certificate's private key, not encrypted.

    Raises:
        ValueError: a file cannot be read or is not what it must be, or the two do not belong together.
    """
    for file in (certificate, key):
        try:
            Path(file).read_bytes()
        except OSError as error:
            raise ValueError(f"cannot read {file}: {error.strerror}") from None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols([*PROTOCOLS])
    asked = _Password()
    try:
        context.load_cert_chain(certificate, key, asked.refuse)
    except (ssl.SSLError, ValueError) as error:
        raise ValueError(_reason(certificate, key, error, is_encrypted=asked.is_asked)) from None
    return context


class _Password:
    """Without it, OpenSSL asks the terminal for the password of a key."""

    def __init__(self) -> None:
        self.is_asked = False

    def refuse(self) -> str:
        self.is_asked = True
        return ""


def _reason(
    certificate: str | os.PathLike[str], key: str | os.PathLike[str], error: Exception, *, is_encrypted: bool
) -> str:
    if is_encrypted:
        return f"{key} is encrypted; decrypt it: openssl pkey -in {key} -out FILE"
    if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
        return f"the key in {key} is not that of the certificate in {certificate}"
    with suppress(ssl.SSLError):
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(certificate)
        return f"{key} has no private key in PEM (-----BEGIN PRIVATE KEY-----)"
    return f"{certificate} has no certificate in PEM (-----BEGIN CERTIFICATE-----)"
