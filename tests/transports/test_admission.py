"""At the limit of connections, a newcomer takes the place of one that has stalled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_mock.transports.admission import Account, Admission
from synap_mock.transports.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Collection

MANY = 1000


class Connection:
    """One that a test moves; dropped, it leaves its peers.

    Args:
        peers: the connections of the server, itself too.
        admission: of the server.
        moved_at: when it moved last.
        kind: how readily it can be closed; None: it is busy.
    """

    def __init__(self, peers: set[Connection], admission: Admission, moved_at: float, kind: int | None = 0) -> None:
        self.account = Account(admission)
        self.moved_at = moved_at
        self.kind = kind
        self.looks = 0
        self._peers = peers
        peers.add(self)

    def stall(self) -> int | None:
        self.looks += 1
        return self.kind

    def drop(self, _: str) -> None:
        self._peers.remove(self)


def server(kinds: Collection[int | None]) -> tuple[Admission, list[Connection], set[Connection]]:
    """An admission at its limit, connections of these kinds, the one that moved first in front, and all peers."""
    admission = Admission(Limits(connections=len(kinds)))
    peers: set[Connection] = set()
    return admission, [Connection(peers, admission, number / MANY, kind) for number, kind in enumerate(kinds)], peers


def test_the_one_that_stalled_first_makes_room() -> None:
    admission, (first, second), peers = server([0, 0])
    newcomer = Connection(peers, admission, 2)
    admission.make_place(newcomer, peers)
    assert peers == {second, newcomer}, first


def test_a_half_sent_head_makes_room_before_an_idle_connection() -> None:
    admission, (idle, head), peers = server([2, 0])
    newcomer = Connection(peers, admission, 2)
    admission.make_place(newcomer, peers)
    assert peers == {idle, newcomer}, head


def test_a_newcomer_is_closed_where_all_others_are_busy() -> None:
    admission, busy, peers = server([None, None])
    admission.make_place(Connection(peers, admission, 2), peers)
    assert peers == set(busy)


def test_one_that_moved_since_the_last_look_is_kept() -> None:
    admission, (first, second, third), peers = server([0, 0, 0])
    admission.make_place(Connection(peers, admission, 2), peers)
    second.moved_at = 2
    admission.make_place(newcomer := Connection(peers, admission, 2.01), peers)
    assert (second in peers, third in peers, newcomer in peers) == (True, False, True), first


def test_newcomers_of_a_moment_look_at_the_others_once() -> None:
    admission, connections, peers = server([0] * MANY)
    for number in range(100):
        admission.make_place(Connection(peers, admission, 2 + number / MANY), peers)
    assert sum(connection.looks for connection in connections) == MANY + 100
    assert len(peers) == MANY
