"""``/_mock/answers``: what shall stand in for a route that the fake doesn't model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_mock.domain.faults.canned import StandIn
from synap_mock.domain.faults.fault import NOTHING
from synap_mock.domain.faults.responses import Respond
from synap_mock.http.control.json import ControlRefused, answer, fake, json_object, whole_numbers
from synap_mock.http.routes import is_modelled

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def arm(request: Request) -> Response:
    """``POST /_mock/answers`` with ``{"method", "path", "json"?, "status"?, "headers"?, "times"?}``."""
    wanted = await json_object(request, "method", "path", "json", "status", "headers", "times")
    json = wanted.pop("json", NOTHING)
    wanted = whole_numbers(wanted)
    try:
        respond = Respond(wanted.get("status", 200), json=json, headers=wanted.get("headers", {}))
        stand_in = StandIn(wanted.get("method"), wanted.get("path"), respond, wanted.get("times"))  # type: ignore[arg-type] # it checks them
    except (TypeError, ValueError) as error:
        raise ControlRefused(str(error)) from None
    if is_modelled(stand_in.method, stand_in.path):
        raise ControlRefused(f"{stand_in.method} {stand_in.path} is modelled; arm a Respond fault with that route")
    state = fake(request)
    with state.lock:
        state.stand_ins.add(stand_in)
    return answer({"method": stand_in.method, "path": stand_in.path, "times": stand_in.times})
