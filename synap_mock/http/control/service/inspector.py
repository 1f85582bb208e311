"""``/_mock/`` and its files: the inspector's page. It contains no data, so it requires no token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from synap_mock.domain.values.quoting import quote
from synap_mock.http.control.json import ControlRefused
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.inspector import files

if TYPE_CHECKING:
    from starlette.requests import Request

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


async def show(_: Request, __: dict[str, Any]) -> Response:
    """``GET /_mock/``."""
    return _file(files.PAGE)


async def show_file(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/inspector/{name}``: a script, the style, or a license."""
    name = request.path_params["name"]
    try:
        return _file(name)
    except KeyError:
        raise ControlRefused(f"the inspector has no file {quote(name)}", 404, "NOT_FOUND") from None


def _file(name: str) -> Response:
    return Response(files.read(name), headers=_HEADERS, media_type=files.media_type(name))


OPERATIONS: Final = (
    Operation("GET", "/", show, "show_inspector", "The inspector", needs_token=False),
    Operation(
        "GET", "/inspector/{name:path}", show_file, "show_inspector_file", "A file of the inspector", needs_token=False
    ),
)
