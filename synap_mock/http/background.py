"""What an SDK sends by itself: telemetry and heartbeats. They are answered, and don't count among a user's calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_mock.http.auth import authenticate
from synap_mock.http.call import Answer

if TYPE_CHECKING:
    from synap_mock.http.call import Call
    from synap_mock.state import State


def telemetry(state: State, call: Call) -> Answer:
    """``POST /v1/telemetry/batch``: the body is ignored."""
    authenticate(state, call)
    return Answer(200, b"{}")


def health(state: State, call: Call) -> Answer:  # noqa: ARG001 - every route has this shape
    """``GET /health``, no key."""
    return Answer(200, b'{"status":"ok"}')
