"""The control API, ``/_mock``: inspect and control the fake from any language. One module per noun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route, compile_path

from synap_mock.http.control import (
    answers,
    clock,
    faults,
    rejections,
    reset,
    settings,
)
from synap_mock.http.control.access import keys, worlds
from synap_mock.http.control.contents import conversations, export, memories, messages, profiles
from synap_mock.http.control.guard import Checks
from synap_mock.http.control.history import events, ledger, refusals, requests
from synap_mock.http.control.history.bells import Bells
from synap_mock.http.control.json import ControlRefused, answer_http_exception, answer_refusal
from synap_mock.http.control.searching.calls import Shown
from synap_mock.http.control.service import document, inspector, metrics, probes, snapshot, stats

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from synap_mock.domain.worlds import Worlds
    from synap_mock.http.control.parameters.operation import Operation

OPERATIONS: Final[tuple[Operation, ...]] = (
    *requests.OPERATIONS,
    *events.OPERATIONS,
    *refusals.OPERATIONS,
    *ledger.OPERATIONS,
    *conversations.OPERATIONS,
    *messages.OPERATIONS,
    *memories.OPERATIONS,
    *profiles.OPERATIONS,
    *export.OPERATIONS,
    *reset.OPERATIONS,
    *keys.OPERATIONS,
    *worlds.OPERATIONS,
    *faults.OPERATIONS,
    *rejections.OPERATIONS,
    *answers.OPERATIONS,
    *clock.OPERATIONS,
    *settings.OPERATIONS,
    *stats.OPERATIONS,
    *inspector.OPERATIONS,
    *snapshot.OPERATIONS,
    *probes.OPERATIONS,
    *metrics.OPERATIONS,
    *document.OPERATIONS,
)


def _by_path() -> Mapping[str, Mapping[str, Operation]]:
    found: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        found.setdefault(operation.path, {})[operation.method] = operation
    return found


CONTROL_ROUTES: Final = _by_path()
"""Path to method to what handles it."""
_LESS: Final = tuple(
    (compile_path(operation.path)[0], operation.checks)
    for operation in OPERATIONS
    if operation.checks is not Checks.ALL
)
"""Pattern of a path to what is checked, of each operation for which not everything is."""


def control_app(held: Worlds, openapi: Callable[[], bytes]) -> Starlette:
    """The control API of one fake, to be mounted at ``/_mock`` behind a guard.

    Args:
        held: the worlds of the fake.
        openapi: returns the document of both APIs, which is built on first use.
    """
    app = Starlette(
        routes=[
            Route(path, _by_method(operations), methods=list(operations)) for path, operations in CONTROL_ROUTES.items()
        ],
        exception_handlers={ControlRefused: answer_refusal, HTTPException: answer_http_exception},
    )
    app.router.redirect_slashes = False
    app.state.worlds = held
    app.state.openapi = openapi
    app.state.bells = Bells()
    app.state.listeners = set()
    app.state.waiters = set()
    app.state.shown = Shown()
    return app


def checks(path: str) -> Checks:
    """What the guard checks of a request for a path. The responses of probes and of the inspector contain no data."""
    return next((found for pattern, found in _LESS if pattern.fullmatch(path.removeprefix("/_mock"))), Checks.ALL)


def _by_method(operations: Mapping[str, Operation]) -> Callable[[Request], Awaitable[Response]]:
    """One route per path: with two, Starlette's 405 would list only the methods of the first."""

    async def handle(request: Request) -> Response:
        return await operations["GET" if request.method == "HEAD" else request.method].handle(request)

    return handle
