"""``/_mock/requests``: the journal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.values.clock import iso
from synap_mock.domain.values.quoting import quote
from synap_mock.http.control.json import ControlRefused, answer, fake, is_about_all, named, targets
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.parameters.paging import PAGING, cursor_of, fitting, limit_of
from synap_mock.http.control.searching.calls import FILTERS, is_search, search_calls
from synap_mock.http.control.searching.waiting import WAITING, matching
from synap_mock.http.control.searching.worlds import Found, WorldsSearch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request as HTTPRequest
    from starlette.responses import Response

    from synap_mock.domain.history.exchange import Exchange
    from synap_mock.domain.history.newest import Numbered
    from synap_mock.domain.history.request import Request
    from synap_mock.domain.state import State
    from synap_mock.http.control.searching.search import Search

_NUMBER: Final = re.compile("[0-9]{1,18}")


async def show(request: HTTPRequest, _: dict[str, Any]) -> Response:
    """``GET /_mock/requests?limit=&after=&all=``: newest first, and how many older ones the journal has dropped."""
    limit = limit_of(request)
    if is_about_all(request):
        return await _search_all(request, limit)
    (before,) = cursor_of(request) or (None,)
    if is_search(request):
        return await _search(request, limit, before)
    state = fake(request)
    logged, following = state.journal.page(limit, before)
    return answer(
        {
            "requests": [_to_json(*each) for each in logged],
            "dropped": state.journal.dropped,
            "next": None if following is None else str(following),
            "closest": None,
        }
    )


async def _search(request: HTTPRequest, limit: int, before: int | None) -> Response:
    """The same of the calls that match; with ``wait``, once there are enough of them."""
    state = fake(request)
    search = WorldsSearch(lambda: [state], lambda state: search_calls(request, state, before))
    is_found = await matching(request, state.feed, search)
    page = fitting(search.found[: -limit - 1 : -1], _size)
    following = str(page[-1].item.number) if len(page) < search.count else None
    return _answer(request, page, state.journal.dropped, following, [] if is_found else search.closest)


async def _search_all(request: HTTPRequest, limit: int) -> Response:
    """The calls of all worlds that match, newest first."""
    cursor = cursor_of(request, parts=3)
    targets(request)  # it may search all

    def search_one(state: State) -> Search[Numbered]:
        return search_calls(request, state, keep=lambda item: cursor is None or _place(Found(state, item)) < cursor)

    search = WorldsSearch(lambda: targets(request), search_one)
    is_found = await matching(request, fake(request).feed.order, search)
    found = sorted(search.found, key=_place, reverse=True)
    page = fitting(found[:limit], _size)
    following = ".".join(map(str, _place(page[-1]))) if len(page) < len(found) else None
    closest = [] if is_found else search.closest
    dropped = sum(state.journal.dropped for state in targets(request))
    return _answer(request, page, dropped, following, closest)


def _place(found: Found[Numbered]) -> tuple[int, int, int]:
    """Where a call is among those of all worlds, as a cursor has it."""
    return found.item.place, found.state.world_number, found.item.number


def _size(found: Found[Numbered]) -> int:
    return found.item.size


def _answer(
    request: HTTPRequest,
    page: list[Found[Numbered]],
    dropped: int,
    following: str | None,
    closest: list[tuple[Found[Numbered], list[str]]],
) -> Response:
    def row(found: Found[Numbered]) -> dict[str, Any]:
        state, item = found
        return named(state, _to_json(*item.exchange.logged(state.redactor, item.number)), request)

    near, failed = max(closest, key=lambda each: _place(each[0]), default=(None, []))
    return answer(
        {
            "requests": [row(found) for found in page],
            "dropped": dropped,
            "next": following,
            "closest": None if near is None else {"request": row(near), "mismatches": failed},
        }
    )


async def show_one(request: HTTPRequest, _: dict[str, Any]) -> Response:
    """``GET /_mock/requests/{number}``: one call."""
    number, found = call_of(request)
    return answer(_to_json(*found.logged(fake(request).redactor, number)))


def call_of(request: HTTPRequest) -> tuple[int, Exchange]:
    """The call whose number is in the path, and that number.

    Raises:
        ControlRefused: it is not a number, or the journal does not have that call.
    """
    given = request.path_params["number"]
    if not _NUMBER.fullmatch(given):
        raise ControlRefused(f"the number must be that of a call, a whole number from 1, not {quote(given)}")
    number = int(given)
    found = fake(request).journal.get(number)
    if found is None:
        raise ControlRefused(
            f"the journal does not have call {number}: dropped, reset or yet to come", 404, "NOT_FOUND"
        )
    return number, found


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
        all_worlds=True,
    ),
    Operation("GET", "/requests/{number}", show_one, "show_request", "Show a request", response=("Request",)),
)
