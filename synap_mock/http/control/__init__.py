"""The control face, ``/_mock``: see and steer the fake from any language. A noun a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from synap_mock.http.control import (
    answers,
    clock,
    conversations,
    document,
    faults,
    keys,
    rejections,
    requests,
    reset,
    settings,
)
from synap_mock.http.control.json import ControlRefused, answer_http_exception, answer_refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from synap_mock.domain.state import State

    Handler = Callable[[Request], Awaitable[Response]]

CONTROL_ROUTES: Mapping[str, Mapping[str, Handler]] = {
    "/requests": {"GET": requests.show},
    "/conversations": {"GET": conversations.show_all},
    "/conversations/{conversation_id}": {"GET": conversations.show_one},
    "/reset": {"POST": reset.reset},
    "/keys": {"POST": keys.create},
    "/keys/{key:path}": {"DELETE": keys.revoke},
    "/faults": {"GET": faults.show, "POST": faults.arm, "DELETE": faults.disarm},
    "/rejections": {"POST": rejections.arm},
    "/answers": {"POST": answers.arm},
    "/clock": {"POST": clock.move},
    "/settings": {"GET": settings.show, "PATCH": settings.change},
    "/openapi.json": {"GET": document.show},
}


def control_face(state: State) -> Starlette:
    """The control face of one fake, to be mounted at ``/_mock`` behind a guard."""
    app = Starlette(
        routes=[Route(path, _by_method(handlers), methods=list(handlers)) for path, handlers in CONTROL_ROUTES.items()],
        exception_handlers={ControlRefused: answer_refusal, HTTPException: answer_http_exception},
    )
    app.router.redirect_slashes = False
    app.state.fake = state
    return app


def _by_method(handlers: Mapping[str, Handler]) -> Handler:
    """One route a path: two of them, and Starlette's 405 would name the methods of the first only."""

    async def handle(request: Request) -> Response:
        return await handlers["GET" if request.method == "HEAD" else request.method](request)

    return handle
