"""Which requests the control API accepts: of this machine's pages, for admitted names, with the token.

A page on the web can make a browser send requests to 127.0.0.1. It can't choose their Host and Origin.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers

from synap_mock.domain.access.keys import bearer_key
from synap_mock.domain.redaction.credentials import sent_credentials
from synap_mock.domain.values.quoting import quote
from synap_mock.http.control.json import OWN_WORLD, UNCONFINED, error
from synap_mock.settings import several, text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from starlette.types import ASGIApp, Receive, Scope, Send

    from synap_mock.domain.worlds import World, Worlds

_NO_TOKEN: Final = (
    "the control API requires its token, or a world's key for that world: Authorization: Bearer TOKEN",
    401,
    "UNAUTHORIZED",
)
_OWN: Final = ("localhost", "127.0.0.1", "[::1]")
_HOST: Final = re.compile(r"(\[[0-9a-f:.%]+\]|[^:\[\]/]+)(?::[0-9]{1,5})?")
_LONGEST: Final = 512
_HOST_NAME: Final = re.compile(r"(?!.{254})[0-9a-z_-]{1,63}(\.[0-9a-z_-]{1,63})*")
_IPV6: Final = 6
_ORIGIN: Final = re.compile(r"https?://(.*)")
_ABSOLUTE: Final = re.compile(r"[a-z][a-z0-9+.-]*://([^/?#]*)")

TARGET: Final = "synap_mock.target"
"""Under this name a transport puts the request's target, as sent, into the scope's extensions."""


ADMITTED: Final = "synap_mock.admitted"
"""Under this name a worker puts what `Guard.admission` has returned elsewhere into the scope's extensions."""
_ANY: Final = "any"
"""No token is required."""
_EVERYTHING: Final = "unconfined"
_ONE_WORLD: Final = "other"
"""It bears no token, but may bear a key."""


class Checks(Enum):
    """What is checked of a request."""

    ALL = auto()
    SENDER = auto()
    """The host, the origin and the site, not the token: a browser cannot send it with a navigation."""
    TOKEN = auto()
    """The token, the origin, the site and the host, which may be any IP address: a scraper uses that of a pod."""
    NOTHING = auto()


class Guard:
    """Rejects a foreign host, origin or site with 403, and where there is a token, a request without it with 401.

    Where there is a token, a key of a world that is not the default one is accepted, too, for that world only.

    Args:
        hosts: names admitted in addition to localhost, 127.0.0.1 and [::1]; any port.
        token: what ``Authorization: Bearer TOKEN`` must bear; None: nothing.
        protect: called with every token, so that no text shows it.

    Raises:
        ValueError: no host name, or a token that no header can bear.
    """

    def __init__(
        self,
        hosts: Collection[str] = (),
        token: str | None = None,
        protect: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._hosts = set(_OWN)
        self._protect = protect
        self.token = None if token is None else text("control_token", token, _LONGEST)
        for host in several("allow_hosts", hosts):
            self.admit(host)

    @property
    def token(self) -> str | None:
        """What a request must bear; None: nothing."""
        return self._token

    @token.setter
    def token(self, token: str | None) -> None:
        self._token = token
        if token is not None:
            self._protect(token)

    def admit(self, host: object, setting: str = "allow_hosts") -> None:
        """Admit a name, or an address; an IPv6 one with or without brackets.

        Raises:
            TypeError: no string.
            ValueError: no host name.
        """
        name = text(setting, host, _LONGEST).lower()
        if not _is_host(name.removeprefix("[").removesuffix("]")):
            raise ValueError(f"{setting} must be a name or an address without a port, not {quote(host)}")
        self._hosts.add(f"[{name}]" if ":" in name and not name.startswith("[") else name)

    def around(self, app: ASGIApp, worlds: Worlds, checks: Callable[[str], Checks] = lambda _: Checks.ALL) -> ASGIApp:
        """`app`, guarded.

        Args:
            app: the control API.
            worlds: whose keys are accepted, each for its own world.
            checks: returns what is checked of a request for a path.
        """

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            refusal = self._refusal(scope, checks(scope["path"]), worlds) if scope["type"] == "http" else None
            if refusal is None:
                await app(scope, receive, send)
            else:
                text, status, code = refusal
                text = worlds.default.state.redactor.also(sent_credentials(scope["headers"])).redact_message(text)
                await error(text, status, code)(scope, receive, send)

        return guarded

    def _refusal(self, scope: Scope, checks: Checks, worlds: Worlds) -> tuple[str, int, str] | None:
        if checks is Checks.NOTHING:
            return None
        headers = Headers(scope=scope)
        admitted: str | None = scope.get("extensions", {}).get(ADMITTED)
        if admitted is None:
            refusal = self._foreign_sender(scope, headers, addresses=checks is Checks.TOKEN)
            if refusal is not None or checks is Checks.SENDER:
                return refusal
            admitted = self._admitted(headers)
        if admitted == _ANY:
            return None
        scope[UNCONFINED] = admitted == _EVERYTHING
        scope[OWN_WORLD] = None if scope[UNCONFINED] else _own_world(headers, worlds)
        return None if scope[UNCONFINED] or scope[OWN_WORLD] else _NO_TOKEN

    def admission(self, scope: Scope) -> str | None:
        """What this guard knows of a request, for guards of other processes, which have other hosts and tokens.

        Under `ADMITTED` in the scope's extensions it replaces their own checks. None: the request is rejected.
        """
        headers = Headers(scope=scope)
        return None if self._foreign_sender(scope, headers) else self._admitted(headers)

    def _admitted(self, headers: Headers) -> str:
        if self.token is None:
            return _ANY
        return _EVERYTHING if _bears(headers.get("authorization", ""), self.token) else _ONE_WORLD

    def _foreign_sender(
        self, scope: Scope, headers: Headers, *, addresses: bool = False
    ) -> tuple[str, int, str] | None:
        """Why a request is rejected; None: it isn't. `addresses`: whether any IP address is admitted as its host."""

        def is_foreign(host: str) -> bool:
            name = _name(host)
            return name not in self._hosts and not (addresses and name is not None and _is_address(name))

        authority = _authority(scope)
        if authority is not None and is_foreign(authority):
            return _foreign("target's host", authority)
        for host in headers.getlist("host") or [""]:
            if is_foreign(host.lower()):
                return _foreign("Host", host)
        return self._foreign_page(headers)

    def _foreign_page(self, headers: Headers) -> tuple[str, int, str] | None:
        for origin in headers.getlist("origin"):
            match = _ORIGIN.fullmatch(origin.lower())
            if match is None or _name(match[1]) not in self._hosts:
                return _foreign("Origin", origin)
        # A browser sends no Origin with a navigation, an image or a script.
        site = headers.get("sec-fetch-site", "").lower()
        if "origin" not in headers and site in ({"cross-site"} if _is_own(headers) else {"cross-site", "same-site"}):
            return (
                f"a page of another site sent this (Sec-Fetch-Site: {site}); open the address itself",
                403,
                "FORBIDDEN",
            )
        return None


def _own_world(headers: Headers, worlds: Worlds) -> World | None:
    """The world of a request that bears no token but the key of one; the default world's keys control nothing."""
    key = bearer_key(headers.get("authorization", ""))
    world = worlds.with_key(key)
    if world is None or world is worlds.default or world.state.keys.is_revoked(key):
        return None
    return world


def _foreign(header: str, value: str) -> tuple[str, int, str]:
    text = f"the {header} {quote(value)} is not admitted here; --allow-host (allow_hosts=) admits a name"
    return text, 403, "FORBIDDEN"


def _authority(scope: Scope) -> str | None:
    """The host and port of an absolute target (``GET http://host:port/path``); None: the target is a path."""
    target = scope.get("extensions", {}).get(TARGET, b"").decode("latin-1").lower()
    match = _ABSOLUTE.match(target)
    return match[1] if match else None


def _is_own(headers: Headers) -> bool:
    """Whether the request names loopback: only this machine's own pages are of the same site."""
    return _name(headers.get("host", "").lower()) in _OWN


def _is_address(name: str) -> bool:
    """Whether a host is an IP address, to which no name of another site can have been rebound."""
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _is_host(name: str) -> bool:
    if ":" not in name:
        return _HOST_NAME.fullmatch(name) is not None
    try:
        return ipaddress.ip_address(name).version == _IPV6
    except ValueError:
        return False


def _name(host: str) -> str | None:
    """The name in a Host header, without its port."""
    match = _HOST.fullmatch(host)
    return match[1] if match else None


def _bears(authorization: str, token: str) -> bool:
    scheme, _, given = authorization.partition(" ")
    return scheme.lower() == "bearer" and secrets.compare_digest(given.strip().encode(), token.encode())
