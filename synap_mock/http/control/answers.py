"""``/_mock/answers``: canned responses for routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.faults.canned import canned_response
from synap_mock.http.api import modelled_route
from synap_mock.http.control.json import ControlRefused, answer, fake, targets, whole_numbers
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.parameters.paging import PAGING, cursor_of, limit_of
from synap_mock.http.control.parameters.scheduling import schedule

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from synap_mock.domain.faults.canned import CannedResponse


async def arm(request: Request, fields: dict[str, Any]) -> Response:
    """``POST /_mock/answers`` with ``{"method", "path", "json"?, "status"?, "headers"?, "times"?, "where"?, …}``."""
    values: dict[str, Any] = {name: fields.pop(name) for name in ("json", "where") if name in fields}
    terms = {"method": None, "path": None, **whole_numbers(fields), **values}
    try:
        canned = canned_response(**terms)
    except (TypeError, ValueError) as error:
        raise ControlRefused(str(error)) from None
    modelled = modelled_route(canned.route.method, canned.route.path)
    if modelled and not canned.override:
        raise ControlRefused(f'{modelled} is modelled; "override": true replaces it')
    schedule(request, lambda state: state.canned_responses, [canned])
    return answer(_to_json(canned))


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/answers?limit=&after=``: in the order in which they were added; of several, the newest responds."""
    limit = limit_of(request)
    (after,) = cursor_of(request) or (0,)
    page, following = fake(request).canned_responses.page(limit, after)
    shown = [{**_to_json(item), "applied": item.applied} for item in page]
    return answer({"answers": shown, "next": str(following) if following else None})


async def clear(request: Request, _: dict[str, Any]) -> Response:
    """``DELETE /_mock/answers``: remove all canned responses."""
    for state in targets(request):
        state.canned_responses.clear()
    return answer({"answers": [], "next": None})


def _to_json(canned: CannedResponse) -> dict[str, Any]:
    return {
        "method": canned.route.method,
        "path": canned.route.path,
        "times": canned.times,
        "where": dict(canned.where) if isinstance(canned.where, Mapping) else None,  # a predicate has no JSON
        "override": canned.override,
        "optional": canned.optional,
    }


OPERATIONS: Final = (
    Operation(
        "GET", "/answers", show, "show_answers", "List the canned responses", response=("CannedAnswers",), query=PAGING
    ),
    Operation(
        "DELETE",
        "/answers",
        clear,
        "clear_answers",
        "Remove all canned responses",
        response=("CannedAnswers",),
        all_worlds=True,
    ),
    Operation(
        "POST",
        "/answers",
        arm,
        "arm_answer",
        "Add a canned response",
        request="StandIn",
        response=("ArmedStandIn",),
        fields=("method", "path", "json", "status", "headers", "times", "where", "override", "optional"),
        all_worlds=True,
    ),
)
