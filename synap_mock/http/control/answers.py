"""``/_mock/answers``: canned responses for routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.faults.canned import canned_response
from synap_mock.http.api import modelled_route
from synap_mock.http.control.json import ControlRefused, answer, targets, whole_numbers
from synap_mock.http.control.parameters.operation import Operation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


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
    for state in targets(request):
        state.canned_responses.add(canned)
    return answer(
        {
            "method": canned.route.method,
            "path": canned.route.path,
            "times": canned.times,
            "where": canned.where,
            "override": canned.override,
            "optional": canned.optional,
        }
    )


OPERATIONS: Final = (
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
