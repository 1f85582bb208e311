"""One worker, ``python -m synap_mock.cli.workers.worker``; standard input has what it needs."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from synap_mock.cli import logs
from synap_mock.cli.workers.store import Store
from synap_mock.http.app import create_app
from synap_mock.http.control.guard import Guard
from synap_mock.replication.applying import Applier
from synap_mock.replication.replica import Replica
from synap_mock.replication.sequence import Sequence
from synap_mock.replication.snapshots import load
from synap_mock.transports.server import Server, collect_seldom
from synap_mock.transports.sockets.tls import server_context

if TYPE_CHECKING:
    from synap_mock.domain.history.request import Request
    from synap_mock.domain.worlds import Worlds
    from synap_mock.replication.log import StoreError

READY: Final = "ready"
"""What a worker prints once it accepts connections."""
CANNOT: Final = 2
"""The status of a worker that can't start."""
BEHIND: Final = 3
"""The status of a worker that must start again."""
_LAST_MOMENT: Final = 0.6
"""Seconds after a signal when the process ends at the latest."""
_log: Final = logging.getLogger("synap_mock")


class Order(NamedTuple):
    """What a worker is to do.

    Attributes:
        store: what it shares with the others.
        listeners: the descriptors of its listening sockets.
        news: the descriptor that wakes it.
        others: the descriptors that wake the others.
        host: as the server was given it.
        allow_hosts: names that the control API accepts.
        control_token: that it requires; None: none.
        json: whether the log is JSON.
        verbose: whether each call is logged.
        tls: the files of the certificate and its key; None: HTTP.
    """

    store: Store
    listeners: list[int]
    news: int
    others: list[int]
    host: str
    allow_hosts: list[str]
    control_token: str | None
    json: bool
    verbose: bool
    tls: list[str] | None


def main() -> None:
    """Serve until standard input ends, or SIGTERM."""
    ended = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to the supervisor, too
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    given: dict[str, Any] = json.loads(sys.stdin.readline())
    order = Order(**{**given, "store": Store(*given["store"])})
    logs.configure(json=order.json, verbose=order.verbose)
    collect_seldom()
    threading.Thread(target=_end_with_supervisor, daemon=True).start()
    try:
        _serve(order, ended)
    except OSError as error:
        _log.error("%s", error)
        logging.shutdown()
        os._exit(CANNOT)


def _serve(order: Order, ended: threading.Event) -> None:
    log = order.store.open(order.news, tuple(order.others))
    start = log.start()
    snapshot = load(start.snapshot)
    guard = Guard(order.allow_hosts, order.control_token)
    guard.admit(order.host, "host")
    app = create_app(snapshot.worlds, guard)
    sequence = Sequence(log, Applier(app, snapshot), start.position, _leave)
    if order.verbose:
        _log_own_calls(snapshot.worlds, sequence)
    replica = Replica(app, snapshot.worlds, guard, sequence)
    sockets = [socket.socket(fileno=each) for each in order.listeners]
    port = sockets[0].getsockname()[1]
    tls = None if order.tls is None else server_context(*map(Path, order.tls))
    with Server(replica, order.host, port, order.control_token, bound=sockets, tls=tls, lifespan=True):
        print(READY, flush=True)  # noqa: T201 - to the supervisor
        ended.wait()
        last = threading.Timer(_LAST_MOMENT, lambda: os._exit(0))
        last.daemon = True
        last.start()
    os._exit(0)


def _log_own_calls(worlds: Worlds, sequence: Sequence) -> None:
    def log_own(world: str, request: Request) -> None:
        if sequence.is_own:
            logs.log_request(world, request)

    worlds.watch(log_own)


def _leave(reason: StoreError) -> None:
    _log.error("this worker starts again: %s", reason)
    logging.shutdown()
    os._exit(BEHIND)


def _end_with_supervisor() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
