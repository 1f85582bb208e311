"""``/_mock/faults``: scheduled faults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.faults.catalog import named
from synap_mock.domain.faults.schedule import ScheduledFault, reachable
from synap_mock.http.control.json import ControlRefused, answer, fake, targets, whole_numbers
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.parameters.paging import PAGING, cursor_of, limit_of
from synap_mock.http.control.parameters.scheduling import schedule

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_TERMS: Final = ("times", "after_commit", "route", "where")


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/faults?limit=&after=``: what is scheduled, in order, with the times that are left."""
    state = fake(request)
    limit = limit_of(request)
    (after,) = cursor_of(request) or (0,)
    armed, following = state.faults.page(limit, after)
    return answer({"faults": [_to_json(item) for item in armed], "next": str(following) if following else None})


async def arm(request: Request, fields: dict[str, Any]) -> Response:
    """``POST /_mock/faults`` with ``{"fault": NAME, …}`` or ``{"sequence": [{"fault": NAME or null, …}, …]}``."""
    scripted = "sequence" in fields
    items = fields.pop("sequence") if scripted else [fields]
    if scripted and fields:
        raise ControlRefused("sequence must be the only field; its faults have times, after_commit, route and where")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ControlRefused('sequence must be a list of objects, such as {"fault": "ServerError", "status": 503}')
    armed = []
    for index, item in enumerate(items):
        try:
            armed.append(_armed(item, scripted=scripted))
        except (TypeError, ValueError) as error:
            place = f"sequence[{index}]: " if scripted else ""
            raise ControlRefused(f"{place}{error}") from None
    schedule(request, lambda state: state.faults, armed)
    return answer({"faults": [_to_json(item) for item in armed]})


async def disarm(request: Request, _: dict[str, Any]) -> Response:
    """``DELETE /_mock/faults``: cancel all faults."""
    for state in targets(request):
        state.faults.clear()
    return answer({"faults": []})


def _armed(item: dict[str, Any], *, scripted: bool) -> ScheduledFault:
    given = {**whole_numbers(item), **{name: item[name] for name in ("json",) if name in item}}
    terms = {term: given.pop(term) for term in _TERMS if term in given}
    name = given.pop("fault", None)
    well = scripted and not given and "fault" in item and name is None
    armed = ScheduledFault(None if well else named(name, **given), **terms)
    reachable(armed.fault)
    return armed


def _to_json(item: ScheduledFault) -> dict[str, Any]:
    fault = {"fault": None} if item.fault is None else item.fault.to_json()
    where = dict(item.where) if isinstance(item.where, Mapping) else None  # a Python predicate has no JSON
    return {
        **fault,
        "times": item.times,
        "after_commit": item.after_commit,
        "route": item.route,
        "where": where,
    }


OPERATIONS: Final = (
    Operation(
        "GET", "/faults", show, "show_faults", "List the scheduled faults", response=("ArmedFaults",), query=PAGING
    ),
    Operation(
        "POST",
        "/faults",
        arm,
        "arm_faults",
        "Schedule faults",
        request="FaultOrScript",
        response=("ArmedFaults",),
        fields=None,
        all_worlds=True,
    ),
    Operation(
        "DELETE", "/faults", disarm, "disarm_faults", "Cancel all faults", response=("ArmedFaults",), all_worlds=True
    ),
)
