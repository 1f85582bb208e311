"""Counts the calls of the control API for ``/_mock/metrics``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_mock.domain.history.traffic import OTHER
from synap_mock.domain.values.real_time import monotonic

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from synap_mock.domain.history.traffic import Traffic

_OTHER: Final = f"{OTHER} /_mock"


def counted(app: ASGIApp, traffic: Traffic, routes: Mapping[str, Collection[str]]) -> ASGIApp:
    """`app`, whose calls are counted.

    Args:
        app: the control API.
        traffic: counts them.
        routes: the paths of the control API, and the methods of each.
    """

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        status: int | None = None

        async def note(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        began = monotonic()
        try:
            await app(scope, receive, note)
        finally:
            if scope["type"] == "http":
                traffic.add(_label(scope, routes), status, monotonic() - began)

    return counting


def _label(scope: Scope, routes: Mapping[str, Collection[str]]) -> str:
    """The route that the router has put into the scope; a request that was rejected before has none."""
    path = getattr(scope.get("route"), "path", "")
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    return f"{method} /_mock{path}".replace(":path", "") if method in routes.get(path, ()) else _OTHER
