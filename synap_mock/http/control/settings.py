"""``/_mock/settings``: see and change how the fake behaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synap_mock.http.control.json import ControlRefused, answer, fake, whole_numbers

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/settings``."""
    return answer(fake(request).settings.as_dict())


async def change(request: Request, fields: dict[str, Any]) -> Response:
    """``PATCH /_mock/settings`` with some of them; all take effect, or none."""
    changes = whole_numbers(fields)
    state = fake(request)
    try:
        state.change_settings(changes)
    except (TypeError, ValueError) as error:
        raise ControlRefused(str(error)) from None
    return answer(state.settings.as_dict())
