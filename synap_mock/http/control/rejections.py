"""``/_mock/rejections``: entries to reject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.faults.rejections import Rejection
from synap_mock.http.control.json import ControlRefused, answer, fake, targets, whole_numbers
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.parameters.paging import PAGING, cursor_of, limit_of
from synap_mock.http.control.parameters.scheduling import schedule

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/rejections?limit=&after=``: those that are scheduled, without the ones that have a predicate."""
    limit = limit_of(request)
    (after,) = cursor_of(request) or (0,)
    state = fake(request)
    page, following = state.rejections.page(limit, after)
    shown = [_shown(item) for item in page if not callable(item.where)]
    return answer({"rejections": shown, "next": str(following) if following else None})


async def arm(request: Request, fields: dict[str, Any]) -> Response:
    """``POST /_mock/rejections`` with ``{"where", "error"?, "times"?}``.

    ``where`` is an index in the batch, a conversation's id, or an object of values that an entry must have.
    """
    fields = whole_numbers(fields)
    try:
        rejection = Rejection(fields.pop("where", None), **fields)
    except (TypeError, ValueError) as error:
        raise ControlRefused(str(error)) from None
    schedule(request, lambda state: state.rejections, [rejection])
    return answer({"rejections": [_shown(rejection)]})


async def clear(request: Request, _: dict[str, Any]) -> Response:
    """``DELETE /_mock/rejections``: cancel all rejections."""
    for state in targets(request):
        state.rejections.clear()
    return answer({"rejections": [], "next": None})


def _shown(item: Rejection) -> dict[str, Any]:
    return {"where": item.where, "error": item.error, "times": item.times}


OPERATIONS: Final = (
    Operation(
        "DELETE",
        "/rejections",
        clear,
        "clear_rejections",
        "Cancel all rejections",
        response=("ArmedRejections",),
        all_worlds=True,
    ),
    Operation(
        "GET",
        "/rejections",
        show,
        "show_rejections",
        "List the scheduled rejections",
        response=("ArmedRejections",),
        query=PAGING,
    ),
    Operation(
        "POST",
        "/rejections",
        arm,
        "arm_rejection",
        "Schedule the rejection of entries",
        request="Rejection",
        response=("ArmedRejections",),
        fields=("where", "error", "times"),
        all_worlds=True,
    ),
)
