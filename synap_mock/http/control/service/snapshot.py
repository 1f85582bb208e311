"""``/_mock/snapshot.html``: the inspector with the whole state, as one page that needs no server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from synap_mock.domain.values.clock import iso
from synap_mock.domain.values.encoding import encode
from synap_mock.http.control import faults, rejections, settings
from synap_mock.http.control.contents import conversations, memories
from synap_mock.http.control.history import ledger, refusals, requests
from synap_mock.http.control.json import ControlRefused, fake
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.inspector import offline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synap_mock.http.control.parameters.operation import Handler

CALLS: Final = 1000
CONVERSATIONS: Final = 1000
MESSAGES: Final = 10_000
"""Most messages of all conversations."""
MEMORIES: Final = 10_000
_HEADERS: Final = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cache-control": "no-store"}


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/snapshot.html``."""
    data = encode(await _collect(request)).decode()
    # The file may become public: keys are masked in recorded messages, too, which the control API returns as they are.
    data = fake(request).redactor.redact(data)
    return Response(offline.page(data), headers=_HEADERS, media_type="text/html; charset=utf-8")


async def _collect(request: Request) -> dict[str, Any]:
    """What the control API returns for each of its lists. The page reads it as if the API had."""
    calls = await _all(request, _List(requests.show, "requests", CALLS))
    found = await _all(request, _List(conversations.show_all, "conversations", CONVERSATIONS))
    return {
        "taken_at": iso(fake(request).clock.microseconds()),
        "requests": {"requests": calls},
        "refusals": {
            str(call["number"]): await _ask(request, refusals.show, {"number": str(call["number"])})
            for call in calls
            if call["refusals"]
        },
        "ledger": await _ask(request, ledger.show),
        "conversations": {"conversations": found},
        "transcripts": await _transcripts(request, found),
        "memories": {"memories": await _all(request, _List(memories.show, "memories", MEMORIES))},
        "faults": await _ask(request, faults.show),
        "rejections": await _ask(request, rejections.show),
        "settings": await _ask(request, settings.show),
    }


async def _transcripts(request: Request, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    transcripts: list[dict[str, Any]] = []
    room = MESSAGES
    for each in found:
        path = {"conversation_id": each["conversation_id"]}
        query = {"instance_id": each["instance_id"]}
        messages = await _all(request, _List(conversations.show_one, "messages", room, path, query))
        transcripts.append({**path, **query, "messages": messages})
        room -= len(messages)
        if room <= 0:
            break
    return transcripts


class _List(NamedTuple):
    """A list of the control API.

    Attributes:
        handler: returns a page of it.
        name: under which a page has its items.
        most: how many items are taken.
        path: the parameters of the path.
        query: the parameters of the query, without those of paging.
    """

    handler: Handler
    name: str
    most: int
    path: Mapping[str, str] = {}
    query: Mapping[str, str] = {}


async def _all(request: Request, of: _List) -> list[Any]:
    """The items of a list, page by page."""
    items: list[Any] = []
    following: dict[str, str] = {}
    while len(items) < of.most:
        page = await _ask(request, of.handler, of.path, {"limit": "1000", **of.query, **following})
        items += page[of.name]
        if page["next"] is None:
            break
        following = {"after": page["next"]}
    return items[: of.most]


async def _ask(
    request: Request, handler: Handler, path: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
) -> Any:  # noqa: ANN401 - any JSON value
    """What a handler of the control API returns for the same caller; empty if it is gone meanwhile."""
    query_string = urlencode({**request.query_params, **(query or {})}).encode()
    scope = {**request.scope, "path_params": dict(path or {}), "query_string": query_string}
    try:
        response = await handler(Request(scope), {})
    except ControlRefused:
        return {"refusals": [], "messages": [], "next": None}  # a reset or the journal's bound has removed it
    return json.loads(bytes(response.body))


OPERATIONS: Final = (Operation("GET", "/snapshot.html", show, "show_snapshot", "A snapshot"),)
