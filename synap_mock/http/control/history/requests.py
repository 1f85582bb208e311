"""``/_mock/requests``: the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.values.clock import iso
from synap_mock.http.control.json import answer, fake
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.parameters.paging import PAGING, cursor_of, limit_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request as HTTPRequest
    from starlette.responses import Response

    from synap_mock.domain.history.journal import Request


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


def _to_json(kept: Request, body: str, answer: str) -> dict[str, Any]:
    return {
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
    }


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


OPERATIONS: Final = (
    Operation("GET", "/requests", show, "show_requests", "List the requests", response=("Journal",), query=PAGING),
)
