"""``/_mock/answers``: canned responses for routes that are not modelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.faults.canned import CannedResponse
from synap_mock.domain.faults.fault import NOTHING
from synap_mock.domain.faults.responses import Respond
from synap_mock.http.api import is_modelled
from synap_mock.http.control.json import ControlRefused, answer, fake, whole_numbers
from synap_mock.http.control.parameters.operation import Operation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def arm(request: Request, fields: dict[str, Any]) -> Response:
    """``POST /_mock/answers`` with ``{"method", "path", "json"?, "status"?, "headers"?, "times"?}``."""
    json = fields.pop("json", NOTHING)
    fields = whole_numbers(fields)
    try:
        respond = Respond(fields.get("status", 200), json=json, headers=fields.get("headers", {}))
        canned_response = CannedResponse(fields.get("method"), fields.get("path"), respond, fields.get("times"))  # type: ignore[arg-type] # it checks them
    except (TypeError, ValueError) as error:
        raise ControlRefused(str(error)) from None
    if is_modelled(canned_response.method, canned_response.path):
        raise ControlRefused(
            f"{canned_response.method} {canned_response.path} is modelled; schedule a Respond fault for that route"
        )
    state = fake(request)
    state.canned_responses.add(canned_response)
    return answer({"method": canned_response.method, "path": canned_response.path, "times": canned_response.times})


OPERATIONS: Final = (
    Operation(
        "POST",
        "/answers",
        arm,
        "arm_answer",
        "Add a canned response",
        request="StandIn",
        response=("ArmedStandIn",),
        fields=("method", "path", "json", "status", "headers", "times"),
    ),
)
