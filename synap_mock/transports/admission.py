"""What all connections of a server hold together, and which of them are closed to make room for others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from synap_mock.transports.bad_requests import BadRequests
from synap_mock.transports.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Collection

    from synap_mock.transports.limits import Limits

_AT_ONCE: Final = 32
"""How many half-sent heads make room together, so that a flood of them is not sorted once for each."""


class Peer(Protocol):
    """A connection, as far as it matters here."""

    held: int
    """Bytes of its unanswered requests."""
    unread: int
    """Bytes of responses that its client has not read."""
    moved_at: float
    """When something was last received or read; the event loop's time."""

    def stall(self) -> int | None:
        """Return how readily it can be closed, 0 the most; None while a request is being handled."""

    def drop(self, reason: str) -> None:
        """Close it."""


class Admission:
    """The account of one server.

    Args:
        limits: of the server.

    Attributes:
        held: bytes of unanswered requests and unread responses.
        bad_requests: what was rejected.
        turns: of requests that may take long.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.held = 0
        self.bad_requests = BadRequests()
        self.turns = Turns()

    def make_place(self, newcomer: Peer, peers: Collection[Peer]) -> None:
        """Keep to the limit of connections: close stalled ones, or the newcomer where all others are busy."""
        if len(peers) <= self.limits.connections:
            return
        reason = f"more than {self.limits.connections} connections"
        stalled = [(kind, peer) for peer in peers if peer is not newcomer and (kind := peer.stall()) is not None]
        if not stalled:
            newcomer.drop(reason)
            return
        stalled.sort(key=lambda each: (each[0], each[1].moved_at))
        first = stalled[0][0]
        for kind, peer in stalled[: _AT_ONCE if first == 0 else 1]:
            if kind == first:
                peer.drop(reason)

    def make_memory(self, holder: Peer, peers: Collection[Peer]) -> None:
        """Keep to the limit of bytes: close what moved the longest ago. One connection alone may hold more."""
        others = sorted(
            (peer for peer in peers if peer is not holder and peer.held + peer.unread), key=lambda peer: peer.moved_at
        )
        for peer in others:
            if self.held <= self.limits.in_flight:
                return
            peer.drop(f"more than {self.limits.in_flight // 2**20} MiB of requests and responses in flight")
