"""``/_mock/livez`` and ``/_mock/readyz``: for probes of containers, without a key, a token or a known host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.http.control.json import ControlRefused, answer, worlds
from synap_mock.http.control.parameters.operation import Operation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def alive(_: Request, __: dict[str, Any]) -> Response:
    """``GET /_mock/livez``."""
    return answer({"status": "ok"})


async def ready(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/readyz``: a server that accepts connections is ready, unless its database cannot be written."""
    database = worlds(request).default.state.database
    if database is not None:
        try:
            await database.committed()
        except OSError as failed:
            raise ControlRefused(str(failed), 503, "DATABASE_FAILED") from None
    return answer({"status": "ok"})


OPERATIONS: Final = (
    Operation("GET", "/livez", alive, "livez", "Liveness", guarded=False),
    Operation("GET", "/readyz", ready, "readyz", "Readiness", guarded=False),
)
