"""Where a request carries credentials: in some headers, and by mistake in some query parameters."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus

from synap_mock.domain.redaction.redactor import mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HEADERS: Final = frozenset(
    {
        b"authorization",
        b"proxy-authorization",
        b"cookie",
        b"x-api-key",
        b"api-key",
        b"apikey",
        b"x-synap-api-key",
        b"x-auth-token",
        b"x-access-token",
    }
)
_PARAMETERS: Final = frozenset(
    {
        "api_key",
        "apikey",
        "x_api_key",
        "synap_api_key",
        "access_token",
        "auth_token",
        "control_token",
        "token",
        "authorization",
        "bearer",
        "secret",
        "client_secret",
        "password",
    }
)
_SCHEMES: Final = frozenset({"bearer", "basic", "digest"})


def is_credential(header: bytes) -> bool:
    """Whether the header of this name, in lower case, has a credential for its value."""
    return header in _HEADERS


def masked_header(value: bytes) -> str:
    """The value of a header that holds a credential, as it may be shown."""
    scheme, secret = _parts(value)
    return f"{scheme} {mask(secret)}" if scheme else mask(secret)


def masked_query(query: str) -> str:
    """A query with the values of parameters masked whose names say that they are credentials."""
    if "=" not in query:
        return query
    return "&".join(_masked_parameter(parameter) for parameter in query.split("&"))


def sent_credentials(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[str]:
    """The credentials in a request's headers, without their scheme; of Basic also the user's password."""
    for name, value in headers:
        if name in _HEADERS and name != b"cookie":
            scheme, secret = _parts(value)
            yield secret
            if scheme.lower() == "basic":
                yield from _password(secret)


def _parts(value: bytes) -> tuple[str, str]:
    """A known scheme, or nothing; and the credential."""
    text = value.decode("latin-1").strip()
    scheme, _, secret = text.partition(" ")
    return (scheme, secret.strip()) if scheme.lower() in _SCHEMES else ("", text)


def _masked_parameter(parameter: str) -> str:
    name, equals, value = parameter.partition("=")
    known = value and unquote_plus(name).lower().replace("-", "_") in _PARAMETERS
    return f"{name}={mask(unquote_plus(value))}" if known else f"{name}{equals}{value}"


def _password(encoded: str) -> Iterator[str]:
    try:
        yield b64decode(encoded, validate=True).decode("latin-1").partition(":")[2]
    except (binascii.Error, ValueError):
        return
