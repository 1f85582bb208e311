"""``/_mock/clock``: move time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.values.clock import duration, iso, moment
from synap_mock.http.control.json import ControlRefused, answer, fake
from synap_mock.http.control.parameters.operation import Operation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/clock``."""
    clock = fake(request).clock
    return answer({"now": iso(clock.microseconds()), "frozen": clock.frozen, "warning": None})


async def move(request: Request, fields: dict[str, Any]) -> Response:
    """``POST /_mock/clock`` with ``{"freeze": TIME}``, ``{"advance": SECONDS}``, both, or none."""
    clock = fake(request).clock
    warning = None
    try:
        ahead = duration("advance", fields.get("advance", 0))
        if fields.get("freeze") is not None:
            moment("freeze", fields["freeze"])
        if "freeze" in fields:
            warning = clock.stand(fields["freeze"], ahead=ahead)
        else:
            clock.advance(ahead)
    except (TypeError, ValueError) as error:
        raise ControlRefused(str(error)) from None
    return answer({"now": iso(clock.microseconds()), "frozen": clock.frozen, "warning": warning})


OPERATIONS: Final = (
    Operation("GET", "/clock", show, "show_clock", "The time", response=("Clock",)),
    Operation(
        "POST",
        "/clock",
        move,
        "move_clock",
        "Set the clock",
        request="ClockChange",
        response=("Clock",),
        fields=("freeze", "advance"),
    ),
)
