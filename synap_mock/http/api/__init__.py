"""The Synap API, one module per resource; a resource is registered here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.routing import compile_path

from synap_mock.http.api import background, conversations, identity, memories

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synap_mock.http.endpoint import Endpoint, Route

ROUTES: Final[tuple[Route, ...]] = (
    *conversations.ROUTES,
    *memories.ROUTES,
    *identity.ROUTES,
    *background.ROUTES,
)


def _by_path() -> Mapping[str, Mapping[str, Endpoint]]:
    found: dict[str, dict[str, Endpoint]] = {}
    for route in ROUTES:
        found.setdefault(route.path, {})[route.method] = route.endpoint
    return found


DATA_ROUTES: Final = _by_path()
"""Path to method to what answers it."""


def is_modelled(method: str, path: str) -> bool:
    """Whether the fake models a route. In `path`, a segment ``{name}`` stands for any."""
    method = "GET" if method == "HEAD" else method
    return any(method in endpoints and compile_path(known)[0].match(path) for known, endpoints in DATA_ROUTES.items())
