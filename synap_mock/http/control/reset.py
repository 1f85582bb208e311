"""``/_mock/reset``: a clean slate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.http.control.json import answer, targets
from synap_mock.http.control.parameters.operation import Operation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def reset(request: Request, _: dict[str, Any]) -> Response:
    """``POST /_mock/reset``: forget what was recorded and the journal; keys and settings stay."""
    for state in targets(request):
        state.reset()
    return answer({})


OPERATIONS: Final = (Operation("POST", "/reset", reset, "reset", "Reset the fake", all_worlds=True),)
