"""``/_mock/openapi.json``: both faces described, for tools that read OpenAPI 3.1."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request


def openapi() -> bytes:
    """The document in the package."""
    return files("synap_mock.http").joinpath("openapi.json").read_bytes()


async def show(_: Request, __: dict[str, Any]) -> Response:
    """``GET /_mock/openapi.json``."""
    return Response(openapi(), media_type="application/json")
