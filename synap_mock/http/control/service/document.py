"""``/_mock/openapi.json``: both APIs described, for tools that read OpenAPI 3.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from synap_mock.http.control.parameters.operation import Operation

if TYPE_CHECKING:
    from starlette.requests import Request


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/openapi.json``."""
    return Response(request.app.state.openapi(), media_type="application/json")


OPERATIONS: Final = (Operation("GET", "/openapi.json", show, "show_document", "This document"),)
