"""One method of one path under ``/_mock``: what handles it, and the parameters and fields that it accepts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synap_mock.domain.values.quoting import quote
from synap_mock.http.control.guard import Checks
from synap_mock.http.control.json import ControlRefused, fake, json_object, select_world

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    Handler = Callable[[Request, dict[str, Any]], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Operation:
    """What handles a request, and what it accepts: everything else is rejected before the handler runs.

    Its text for OpenAPI is in the JSON file next to its handler's module.

    Attributes:
        method: in capitals.
        path: under ``/_mock``, with parameters in braces.
        handler: given the request and the fields of its body.
        operation_id: its name in OpenAPI, and in the text.
        summary: its title.
        request: the schema of the body, if it has fields.
        response: the schema of status 200; empty where the text has it.
        query: the query parameters that it accepts.
        fields: the fields of the body that it accepts; None: the handler rejects unknown ones, since which are known
            depends on the others.
        all_worlds: whether ``?all=1`` lets it act on every world.
        guarded: whether the guard checks who sends the request. Not for a probe: a kubelet names the pod by its IP.
        needs_token: whether a guarded request must have the control API's token, if there is one. A browser cannot send
            it with a navigation.
        of_server: whether it is about the server, not about a world. It accepts any IP address as host: a scraper
            names a pod by it.
        cursor_parts: how many numbers the cursor of its list has.
        reads_body: whether the handler reads the body itself, since it is not JSON.
    """

    method: str
    path: str
    handler: Handler
    operation_id: str
    summary: str
    request: str | None = None
    response: tuple[str, ...] = ()
    query: Sequence[str] = ()
    fields: Sequence[str] | None = ()
    all_worlds: bool = False
    guarded: bool = True
    needs_token: bool = True
    of_server: bool = False
    cursor_parts: int = 1
    reads_body: bool = False

    @property
    def module(self) -> str:
        """The handler's module."""
        return self.handler.__module__

    @property
    def checks(self) -> Checks:
        """What the guard checks of its requests."""
        if not self.guarded:
            return Checks.NOTHING
        if not self.needs_token:
            return Checks.SENDER
        return Checks.TOKEN if self.of_server else Checks.ALL

    @property
    def has_world(self) -> bool:
        """Whether its requests are about a world."""
        return self.guarded and self.needs_token and not self.of_server

    @property
    def parameters(self) -> tuple[str, ...]:
        """Every query parameter that it accepts."""
        selecting = (*(["key", "world"] if self.has_world else []), *(["all"] if self.all_worlds else []))
        return (*self.query, *selecting)

    async def handle(self, request: Request) -> Response:
        """Handle a request.

        Raises:
            ControlRefused: the request has an unknown parameter or field, or cannot be served.
        """
        route = f"{request.method} {request.scope['root_path']}{request.scope['route'].path}"
        _reject_unknown("query parameter", request.query_params, self.parameters, route)
        if self.has_world:
            world = select_world(request)
            if self.method != "GET":  # which changes nothing, or several workers would differ
                world.state.make_room()
        fields = {} if self.reads_body else await json_object(request)
        if self.fields is not None:
            _reject_unknown("field", fields, self.fields, route)
        response = await self.handler(request, fields)
        database = fake(request).database if self.has_world else None
        if database is not None:
            try:
                await database.committed()
            except OSError as failed:
                if self.method != "GET":  # what is only read can still be exported, when the disk is full
                    raise ControlRefused(str(failed), 503, "DATABASE_FAILED") from None
        return response


def _reject_unknown(noun: str, sent: Iterable[str], accepted: Sequence[str], route: str) -> None:
    unknown = next((name for name in sent if name not in accepted), None)
    if unknown is not None:
        expected = f"it accepts {', '.join(accepted)}" if accepted else "it accepts none"
        raise ControlRefused(f"{route} has no {noun} {quote(unknown)}; {expected}")
