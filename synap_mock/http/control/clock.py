"""``/_mock/clock``: move time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_mock.domain.values.clock import duration, iso, moment
from synap_mock.http.control.json import ControlRefused, answer, fake, json_object

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def move(request: Request) -> Response:
    """``POST /_mock/clock`` with ``{"freeze": TIME}``, ``{"advance": SECONDS}``, both, or none."""
    wanted = await json_object(request, "freeze", "advance")
    clock = fake(request).clock
    warning = None
    try:
        ahead = duration("advance", wanted.get("advance", 0))
        if wanted.get("freeze") is not None:
            moment("freeze", wanted["freeze"])
        if "freeze" in wanted:
            warning = clock.stand(wanted["freeze"], ahead=ahead)
        else:
            clock.advance(ahead)
    except (TypeError, ValueError) as error:
        raise ControlRefused(str(error)) from None
    return answer({"now": iso(clock.microseconds()), "frozen": clock.frozen, "warning": warning})
