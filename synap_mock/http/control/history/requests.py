"""``/_mock/requests``: the journal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.values.clock import iso
from synap_mock.domain.values.quoting import quote
from synap_mock.http.control.json import ControlRefused, answer, fake
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.parameters.paging import PAGING, cursor_of, limit_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request as HTTPRequest
    from starlette.responses import Response

    from synap_mock.domain.history.request import Request

_NUMBER: Final = re.compile("[0-9]{1,18}")


async def show(request: HTTPRequest, _: dict[str, Any]) -> Response:
    """``GET /_mock/requests?limit=&after=``: newest first, and how many older ones the journal has dropped."""
    limit = limit_of(request)
    (before,) = cursor_of(request) or (None,)
    state = fake(request)
    page, following = state.journal.page(limit, before)
    dropped = state.journal.dropped
    return answer(
        {
            "requests": [_to_json(*logged) for logged in page],
            "dropped": dropped,
            "next": None if following is None else str(following),
        }
    )


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
    Operation("GET", "/requests", show, "show_requests", "List the requests", response=("Journal",), query=PAGING),
    Operation("GET", "/requests/{number}", show_one, "show_request", "Show a request", response=("Request",)),
)
