"""``/_mock/export`` and ``/_mock/import``: everything that is recorded, as JSON Lines."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from synap_mock.domain.export.document import export_state, import_state
from synap_mock.domain.export.lines import InvalidLineError
from synap_mock.http.body import read_body
from synap_mock.http.control.json import ControlRefused, answer, fake
from synap_mock.http.control.parameters.operation import Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

MEDIA_TYPE: Final = "application/x-ndjson"
LARGEST: Final = 1024 * 1024 * 1024
"""Most bytes of an import."""
_PART: Final = 64 * 1024


async def export(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/export``: a line for each message, memory and so on."""
    return _Lines(export_state(fake(request)))


async def load(request: Request, _: dict[str, Any]) -> Response:
    """``POST /_mock/import`` with an export: it replaces what is recorded, whole or not at all."""
    body = await read_body(request.receive, LARGEST)
    if body is None or body.over_cap:
        raise ControlRefused(f"the body must have at most {LARGEST} bytes", 413, "PAYLOAD_TOO_LARGE")
    state = fake(request)
    try:
        import_state(state, BytesIO(body.content))
    except InvalidLineError as error:
        raise ControlRefused(str(error)) from None
    return answer({"messages": state.store.message_count})


class _Lines(Response):
    """A response of many lines, sent in parts: it is not known how long it will be."""

    media_type = MEDIA_TYPE

    def __init__(self, lines: Iterator[bytes]) -> None:
        super().__init__()
        self._lines = lines
        del self.headers["content-length"]

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        part = bytearray()
        for line in self._lines:
            part += line
            if len(part) >= _PART:
                await send({"type": "http.response.body", "body": bytes(part), "more_body": True})
                part.clear()
        await send({"type": "http.response.body", "body": bytes(part)})


OPERATIONS: Final = (
    Operation("GET", "/export", export, "export_state", "Export what is recorded"),
    Operation("POST", "/import", load, "import_state", "Import what was exported", reads_body=True),
)
