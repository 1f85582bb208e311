"""``/_mock/requests``: the journal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.values.clock import iso
from synap_mock.domain.values.quoting import quote
from synap_mock.http.control.json import ControlRefused, answer, fake
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.parameters.paging import PAGING, cursor_of, fitting, limit_of
from synap_mock.http.control.searching.calls import FILTERS, is_search, search_calls
from synap_mock.http.control.searching.waiting import WAITING, matching

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request as HTTPRequest
    from starlette.responses import Response

    from synap_mock.domain.history.exchange import Logged
    from synap_mock.domain.history.request import Request
    from synap_mock.domain.state import State

_NUMBER: Final = re.compile("[0-9]{1,18}")


async def show(request: HTTPRequest, _: dict[str, Any]) -> Response:
    """``GET /_mock/requests?limit=&after=``: newest first, and how many older ones the journal has dropped."""
    limit = limit_of(request)
    (before,) = cursor_of(request) or (None,)
    if is_search(request):
        return await _search(request, limit, before)
    state = fake(request)
    page, following = state.journal.page(limit, before)
    return answer(_list(state, page, following))


async def _search(request: HTTPRequest, limit: int, before: int | None) -> Response:
    """The same of the calls that match; with ``wait``, once there are enough of them."""
    state = fake(request)
    search = search_calls(request, state, before)
    is_found = await matching(request, state.feed, search)
    newest = fitting(search.found[: -limit - 1 : -1], lambda item: item.size)
    redactor = state.redactor
    page = [item.exchange.logged(redactor, item.number) for item in newest]
    following = newest[-1].number if len(newest) < len(search.found) else None
    closest = None
    if not is_found and search.closest is not None:
        item, failed = search.closest
        closest = {"request": _to_json(*item.exchange.logged(redactor, item.number)), "mismatches": failed}
    return answer({**_list(state, page, following), "closest": closest})


def _list(state: State, page: list[Logged], following: int | None) -> dict[str, Any]:
    return {
        "requests": [_to_json(*logged) for logged in page],
        "dropped": state.journal.dropped,
        "next": None if following is None else str(following),
        "closest": None,
    }


async def show_one(request: HTTPRequest, _: dict[str, Any]) -> Response:
    """``GET /_mock/requests/{number}``: one call."""
    given = request.path_params["number"]
    if not _NUMBER.fullmatch(given):
        raise ControlRefused(f"the number must be that of a call, a whole number from 1, not {quote(given)}")
    state = fake(request)
    found = state.journal.get(int(given))
    if found is None:
        raise ControlRefused(
            f"the journal does not have call {int(given)}: dropped, reset or yet to come", 404, "NOT_FOUND"
        )
    return answer(_to_json(*found.logged(state.redactor, int(given))))


def _to_json(kept: Request, body: str, answer: str) -> dict[str, Any]:
    return {
        "number": kept.number,
        "at": iso(kept.at),
        "method": kept.method,
        "path": kept.path,
        "query": kept.query,
        "headers": _joined(kept.headers),
        "body": body,
        "body_size": kept.body_size,
        "status": kept.status,
        "answer": answer,
        "answer_size": kept.answer_size,
        "refusals": [
            {"rule": refusal.rule.id, "code": refusal.rule.code, "where": refusal.where, "text": refusal.text}
            for refusal in kept.refusals
        ],
        "instance_id": kept.instance_id,
        "correlation_id": kept.correlation_id,
        "background": kept.background,
        "unmodelled": kept.unmodelled,
        "fault": kept.fault,
        "route": kept.route,
        "duration_ms": round(kept.duration * 1000, 3),
        "total": kept.total,
        "succeeded": kept.succeeded,
        "failed": kept.failed,
    }


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


OPERATIONS: Final = (
    Operation(
        "GET",
        "/requests",
        show,
        "show_requests",
        "List the requests",
        response=("Journal",),
        query=(*FILTERS, *WAITING, *PAGING),
    ),
    Operation("GET", "/requests/{number}", show_one, "show_request", "Show a request", response=("Request",)),
)
