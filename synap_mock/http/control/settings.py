"""``/_mock/settings``: see and change how the fake behaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.http.control.json import ControlRefused, answer, fake, targets, whole_numbers
from synap_mock.http.control.parameters.operation import Operation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/settings``."""
    return answer(fake(request).settings.as_dict())


async def change(request: Request, fields: dict[str, Any]) -> Response:
    """``PATCH /_mock/settings`` with some of them; all take effect, or none."""
    changes = whole_numbers(fields)
    try:
        for state in targets(request):  # what one rejects, each does
            state.change_settings(changes)
    except (TypeError, ValueError) as error:
        raise ControlRefused(str(error)) from None
    return answer(fake(request).settings.as_dict())


OPERATIONS: Final = (
    Operation("GET", "/settings", show, "show_settings", "The settings", response=("Settings",)),
    Operation(
        "PATCH",
        "/settings",
        change,
        "change_settings",
        "Change settings",
        request="SettingsChange",
        response=("Settings",),
        fields=None,
        all_worlds=True,
    ),
)
