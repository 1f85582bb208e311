"""What a server accepts of its clients: how much, and for how long. `synap-mock limits` prints it."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Final

from synap_mock.settings import MIB

CONNECTIONS: Final = 1000


def _connections() -> int:
    """The default number of connections: less where the process may open few files, as on macOS."""
    if sys.platform == "win32":
        return CONNECTIONS
    import resource  # noqa: PLC0415 - Windows has none

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return CONNECTIONS if files == resource.RLIM_INFINITY else max(16, min(CONNECTIONS, files * 3 // 4))


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a server.

    Attributes:
        connections: most open connections; one more closes the one that has been stalled the longest.
        in_flight: most bytes of unanswered requests and unread responses, over all connections.
        head_bytes: most bytes of a request's target and headers.
        headers: most headers of a request.
        keep_alive: seconds after which an idle connection is closed: far longer than clients keep theirs (Go 90 s, Java
            1,200 s), so that no client sends on a connection that the server is closing.
        head_seconds: seconds in which a request's head must arrive.
        body_seconds: seconds that may pass without a byte of a request's body.
        unread_seconds: seconds that may pass without a byte of a response being read.
    """

    connections: int = field(default_factory=_connections)
    in_flight: int = 256 * MIB
    head_bytes: int = 64 * 1024
    headers: int = 256
    keep_alive: int = 3600
    head_seconds: float = 30
    body_seconds: float = 60
    unread_seconds: float = 60
