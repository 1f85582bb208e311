"""What all connections of a server hold together, and which of them are closed to make room for others."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

from synap_mock.http.steps.fault import Load
from synap_mock.transports.rejections.bad_requests import BadRequests
from synap_mock.transports.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Collection

    from synap_mock.transports.limits import Limits

_MOMENT: Final = 0.1
"""Seconds for which the stalled connections that were found are used."""


class Peer(Protocol):
    """A connection, as far as it matters here."""

    account: Account
    moved_at: float
    """When something was last received or read; the event loop's time."""

    def stall(self) -> int | None:
        """Return how readily it can be closed, 0 the most; None while a request is being handled."""

    def drop(self, reason: str) -> None:
        """Close it."""


class Account:
    """What one connection holds; it counts for its server too.

    Args:
        admission: of the server.

    Attributes:
        total: bytes of what was received and not answered, and of responses that the client has not read.
        unread: bytes of the latter.
    """

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._requests: deque[int] = deque()
        self._unparsed = 0
        self.unread = 0
        self.total = 0

    def add_request(self, size: int) -> None:
        """Count a request's head."""
        self._requests.append(size)
        self._count(size)

    def add_body(self, size: int) -> None:
        """Count a part of the body of the request that was added last."""
        if self._requests:
            self._requests[-1] += size
            self._count(size)

    def remove_request(self) -> None:
        """Stop counting the oldest request: it has been answered."""
        if self._requests:
            self._count(-self._requests.popleft())

    def set_unparsed(self, size: int) -> None:
        """Say how much was received that is not part of a request yet."""
        self._count(size - self._unparsed)
        self._unparsed = size

    def set_unread(self, size: int) -> None:
        """Say how much of the responses the client has not read."""
        self._count(size - self.unread)
        self.unread = size

    def release(self) -> None:
        """Hold nothing."""
        self._requests.clear()
        self._count(-self.total)
        self._unparsed = self.unread = 0

    def _count(self, size: int) -> None:
        self.total += size
        self._admission.held += size


class Admission:
    """What the connections of one server hold together.

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
        self._stalled: deque[tuple[int, float, Peer]] = deque()
        self._looked_at = 0.0
        self.bad_requests = BadRequests()
        self.turns = Turns()

    def load(self, peers: Collection[object]) -> Load:
        """What it holds, with so many connections."""
        return Load(len(peers), self.held, self.bad_requests.total)

    def make_place(self, newcomer: Peer, peers: Collection[Peer]) -> None:
        """Keep to the limit of connections: close stalled ones, or the newcomer where all others are busy."""
        if len(peers) <= self.limits.connections:
            return
        reason = f"more than {self.limits.connections} connections"
        known = self._next_stalled(newcomer, peers)
        if known is None:
            self._look(newcomer, peers)
            known = self._next_stalled(newcomer, peers)
        (known or newcomer).drop(reason)

    def _look(self, newcomer: Peer, peers: Collection[Peer]) -> None:
        """Find the connections that are closed first: for many newcomers, since a look at 1,000 takes a while."""
        found = [
            (kind, peer.moved_at, peer) for peer in peers if peer is not newcomer and (kind := peer.stall()) is not None
        ]
        found.sort(key=lambda each: each[:2])
        self._stalled = deque(each for each in found if each[0] == found[0][0])
        self._looked_at = newcomer.moved_at

    def _next_stalled(self, newcomer: Peer, peers: Collection[Peer]) -> Peer | None:
        """The one that has been stalled the longest, of those that were found a moment ago and still are."""
        if newcomer.moved_at - self._looked_at > _MOMENT:
            return None
        while self._stalled:
            kind, moved_at, peer = self._stalled.popleft()
            if peer in peers and peer.moved_at == moved_at and peer.stall() == kind:
                return peer
        return None

    def make_memory(self, holder: Peer, peers: Collection[Peer]) -> None:
        """Keep to the limit of bytes: close what moved the longest ago. One connection alone may hold more."""
        others = sorted(
            (peer for peer in peers if peer is not holder and peer.account.total), key=lambda peer: peer.moved_at
        )
        for peer in others:
            if self.held <= self.limits.in_flight:
                return
            peer.drop(f"more than {self.limits.in_flight // 2**20} MiB of requests and responses in flight")
