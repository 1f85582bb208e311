"""The control API, ``/_mock``: inspect and control the fake from any language. One module per noun."""

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
    probes,
    rejections,
    requests,
    reset,
    settings,
)
from synap_mock.http.control.json import ControlRefused, answer_http_exception, answer_refusal
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.parameters.paging import PAGING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from synap_mock.domain.state import State

CONTROL_ROUTES: Mapping[str, Mapping[str, Operation]] = {
    "/requests": {"GET": Operation(requests.show, query=PAGING)},
    "/conversations": {"GET": Operation(conversations.show_all, query=PAGING)},
    "/conversations/{conversation_id}": {"GET": Operation(conversations.show_one, query=("instance_id", *PAGING))},
    "/reset": {"POST": Operation(reset.reset)},
    "/keys": {"POST": Operation(keys.create, fields=("key", "instance_id", "tenancy"))},
    "/keys/{key:path}": {"DELETE": Operation(keys.revoke)},
    "/faults": {
        "GET": Operation(faults.show, query=PAGING),
        "POST": Operation(faults.arm, fields=None),
        "DELETE": Operation(faults.disarm),
    },
    "/rejections": {
        "GET": Operation(rejections.show, query=PAGING),
        "POST": Operation(rejections.arm, fields=("where", "error", "times")),
    },
    "/answers": {
        "POST": Operation(answers.arm, fields=("method", "path", "json", "status", "headers", "times")),
    },
    "/clock": {"POST": Operation(clock.move, fields=("freeze", "advance"))},
    "/settings": {"GET": Operation(settings.show), "PATCH": Operation(settings.change, fields=None)},
    "/livez": {"GET": Operation(probes.alive, guarded=False)},
    "/readyz": {"GET": Operation(probes.alive, guarded=False)},
    "/openapi.json": {"GET": Operation(document.show)},
}


def control_face(state: State) -> Starlette:
    """The control API of one fake, to be mounted at ``/_mock`` behind a guard."""
    app = Starlette(
        routes=[
            Route(path, _by_method(operations), methods=list(operations)) for path, operations in CONTROL_ROUTES.items()
        ],
        exception_handlers={ControlRefused: answer_refusal, HTTPException: answer_http_exception},
    )
    app.router.redirect_slashes = False
    app.state.fake = state
    return app


def unguarded(path: str) -> bool:
    """Whether the guard lets every request to a path pass: its responses tell nothing."""
    operations = CONTROL_ROUTES.get(path.removeprefix("/_mock"), {})
    return bool(operations) and not any(operation.guarded for operation in operations.values())


def _by_method(operations: Mapping[str, Operation]) -> Callable[[Request], Awaitable[Response]]:
    """One route a path: two of them, and Starlette's 405 would name the methods of the first only."""

    async def handle(request: Request) -> Response:
        return await operations["GET" if request.method == "HEAD" else request.method].handle(request)

    return handle
