"""What an SDK sends by itself: telemetry and heartbeats. They are answered, and don't count among a user's calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_mock.http.call import Answer
from synap_mock.http.endpoint import Keyed, Open, Route

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.state import State
    from synap_mock.http.call import Call


def telemetry(_: State, __: Call, ___: Instance) -> Answer:
    """``POST /v1/telemetry/batch``: the body is ignored."""
    return Answer(200, b"{}")


def health(_: State, __: Call) -> Answer:
    """``GET /health``, no key."""
    return Answer(200, b'{"status":"ok"}')


ROUTES: Final = (
    Route("POST", "/v1/telemetry/batch", Keyed(telemetry, background=True), "telemetry", "Telemetry"),
    Route("GET", "/health", Open(health, background=True), "health", "Liveness"),
)
