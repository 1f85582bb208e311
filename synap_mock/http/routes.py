"""The routes of the Synap API: the endpoint of each path and method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import compile_path

from synap_mock.http.api import background, conversations, identity
from synap_mock.http.endpoint import Keyed, Open

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synap_mock.http.endpoint import Endpoint

DATA_ROUTES: Mapping[str, Mapping[str, Endpoint]] = {
    "/v1/conversations/messages/batch": {"POST": Keyed(conversations.record_batch, usual=True)},
    "/v1/conversations/messages": {"POST": Keyed(conversations.record_one, usual=True)},
    "/v1/conversations/{conversation_id}/messages": {"GET": Keyed(conversations.read_back, usual=True)},
    "/api/v1/auth/whoami": {"GET": Keyed(identity.whoami)},
    "/v1/telemetry/batch": {"POST": Keyed(background.telemetry, background=True)},
    "/health": {"GET": Open(background.health, background=True)},
}


def is_modelled(method: str, path: str) -> bool:
    """Whether the fake models a route. In `path`, a segment ``{name}`` stands for any."""
    method = "GET" if method == "HEAD" else method
    return any(method in endpoints and compile_path(known)[0].match(path) for known, endpoints in DATA_ROUTES.items())
