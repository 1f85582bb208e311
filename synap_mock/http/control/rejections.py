"""``/_mock/rejections``: which entries shall be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_mock.domain.faults.rejections import Rejection
from synap_mock.http.control.json import ControlRefused, answer, fake, json_object, whole_numbers

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def arm(request: Request) -> Response:
    """``POST /_mock/rejections`` with ``{"where", "error"?, "times"?}``.

    ``where`` is an index in the batch, a conversation's id, or an object of values that an entry must have.
    """
    wanted = whole_numbers(await json_object(request, "where", "error", "times"))
    try:
        rejection = Rejection(wanted.pop("where", None), **wanted)
    except (TypeError, ValueError) as error:
        raise ControlRefused(str(error)) from None
    state = fake(request)
    with state.lock:
        state.rejections.add(rejection)
        told = [{"where": item.where, "error": item.error, "times": item.times} for item in state.rejections.all()]
    return answer({"rejections": [item for item in told if not callable(item["where"])]})
