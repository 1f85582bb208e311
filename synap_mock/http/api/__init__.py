"""The Synap API, one module per resource; a resource is registered here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_mock.http.api import (
    background,
    compaction,
    context,
    conversations,
    erasure,
    events,
    identity,
    memories,
    transcripts,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synap_mock.http.endpoint import Endpoint, Route

ROUTES: Final[tuple[Route, ...]] = (
    *conversations.ROUTES,
    *memories.ROUTES,
    *transcripts.ROUTES,
    *erasure.ROUTES,
    *events.ROUTES,
    *context.ROUTES,
    *compaction.ROUTES,
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


def modelled_route(method: str, path: str) -> str | None:
    """The first route that the fake models among those that a method and a path match, as ``METHOD /path``.

    Args:
        method: in capitals.
        path: a segment ``{name}`` matches any.
    """
    method = "GET" if method == "HEAD" else method
    found = (known for known, endpoints in DATA_ROUTES.items() if method in endpoints and _overlap(known, path))
    return next((f"{method} {known}" for known in found), None)


def _overlap(one: str, other: str) -> bool:
    """Whether there is a path that both patterns match."""
    a, b = one.split("/"), other.split("/")
    return len(a) == len(b) and all(
        x == y or (x[:1] == "{" and y) or (y[:1] == "{" and x) for x, y in zip(a, b, strict=True)
    )
