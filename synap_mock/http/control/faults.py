"""``/_mock/faults``: what shall go wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.faults.catalog import named
from synap_mock.domain.faults.schedule import ArmedFault, reachable
from synap_mock.http.control.json import ControlRefused, answer, fake, json_object, whole_numbers

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_TERMS: Final = ("times", "after_commit", "route")


async def show(request: Request) -> Response:
    """``GET /_mock/faults``: what is armed, in the order in which it strikes, with the times that are left."""
    state = fake(request)
    with state.lock:
        armed = state.faults.all()
    return answer({"faults": [_told(item) for item in armed]})


async def arm(request: Request) -> Response:
    """``POST /_mock/faults`` with ``{"fault": NAME, …}`` or ``{"sequence": [{"fault": NAME or null, …}, …]}``."""
    wanted = await json_object(request)
    scripted = "sequence" in wanted
    items = wanted.pop("sequence") if scripted else [wanted]
    if scripted and wanted:
        raise ControlRefused("beside sequence there may be nothing; its faults have times, after_commit and route")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ControlRefused('sequence must be a list of objects, such as {"fault": "ServerError", "status": 503}')
    try:
        armed = [_armed(item, scripted=scripted) for item in items]
    except (TypeError, ValueError) as error:
        raise ControlRefused(str(error)) from None
    state = fake(request)
    with state.lock:
        state.faults.add(*armed)
        told = [_told(item) for item in state.faults.all()]
    return answer({"faults": told})


async def disarm(request: Request) -> Response:
    """``DELETE /_mock/faults``: nothing goes wrong any more."""
    state = fake(request)
    with state.lock:
        state.faults.clear()
    return answer({"faults": []})


def _armed(item: dict[str, Any], *, scripted: bool) -> ArmedFault:
    given = {**whole_numbers(item), **{name: item[name] for name in ("json",) if name in item}}
    terms = {term: given.pop(term) for term in _TERMS if term in given}
    name = given.pop("fault", None)
    well = scripted and not given and "fault" in item and name is None
    armed = ArmedFault(None if well else named(name, **given), **terms)
    reachable(armed.fault)
    return armed


def _told(item: ArmedFault) -> dict[str, Any]:
    fault = {"fault": None} if item.fault is None else item.fault.to_json()
    return {**fault, "times": item.times, "after_commit": item.after_commit, "route": item.route}
