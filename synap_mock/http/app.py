"""The app: the Synap API, the control API, and every other path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Mount, Route, Router

from synap_mock.http.api import DATA_ROUTES
from synap_mock.http.control import CONTROL_ROUTES, checks, control_app
from synap_mock.http.control.service.counting import counted
from synap_mock.http.openapi.document import openapi
from synap_mock.http.pipeline import DataRoute

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from synap_mock.domain.worlds import Worlds
    from synap_mock.http.control.guard import Guard


def create_app(worlds: Worlds, guard: Guard) -> ASGIApp:
    """The fake as an ASGI application.

    Args:
        worlds: what it knows; the app itself keeps nothing.
        guard: which requests the control API accepts.
    """
    # No methods on the routes: Starlette would answer another method with 405, and the contract says 404.
    data = {path: DataRoute(worlds, path, endpoints) for path, endpoints in DATA_ROUTES.items()}
    routes = [Route(path, route) for path, route in data.items()]
    guarded = guard.around(control_app(worlds, openapi), worlds, checks)
    control = _without_body_for_head(counted(guarded, worlds.traffic, CONTROL_ROUTES))
    unmodelled = DataRoute(worlds, "", {})

    async def elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
        # Mount does not match /_mock itself, nor a path with a line feed: they belong to the control API, too.
        api = control if f"{scope['path']}/".startswith("/_mock/") else unmodelled
        await api(scope, receive, send)

    # A bare router: Starlette's middleware makes error pages, and no route here raises.
    router = Router([*routes, Mount("/_mock", control)], redirect_slashes=False, default=elsewhere)
    plain = {path: route for path, route in data.items() if "{" not in path}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # On the path of every batch: a path without parameters is looked up, not matched route by route. Starlette's
        # patterns end in $, which matches before a line feed too, and that makes another path.
        path = scope.get("path", "")
        await plain.get(path, elsewhere if "\n" in path else router)(scope, receive, send)

    return app


def _without_body_for_head(app: ASGIApp) -> ASGIApp:
    """`app`, where HEAD gets the headers only. A server drops the body itself; in process nothing else does."""

    async def bodiless(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_head(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await app(scope, receive, send_head if scope.get("method") == "HEAD" else send)

    return bodiless
