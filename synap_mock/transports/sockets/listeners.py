"""The sockets that a server listens on: one for each address that its host name stands for."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from synap_mock.transports.inheritance import keep_from_children

if TYPE_CHECKING:
    from collections.abc import Iterator

_ATTEMPTS: Final = 20
"""A free port of one address may be taken on the next one; then another is tried."""
_ABSENT: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
"""What binding raises where the machine has no IPv6: localhost still resolves to ::1 in many containers."""
_OPEN: Final[WeakSet[socket.socket]] = WeakSet()
"""Every listener of this process. A forked child closes its copies, which would keep the port open."""


@contextmanager
def listeners(host: str, port: int, backlog: int) -> Iterator[list[socket.socket]]:
    """Listen on every address of `host`, all on one port; ``::`` includes IPv4.

    Args:
        host: a name or an address.
        port: 0 picks a free one.
        backlog: how many connections may wait to be accepted, per address.

    Raises:
        OSError: an address can't be bound, or the name can't be resolved.
    """
    with ExitStack() as stack:
        opened = _opened(host, port, backlog, stack)
        kept = _Descriptors(opened)
        keep_from_children(kept)
        yield opened


@contextmanager
def worker_listeners(host: str, port: int, backlog: int, workers: int) -> Iterator[list[list[socket.socket]]]:
    """Listeners for each of several processes, all on one port; `listeners` has the other arguments.

    On Linux each process has its own, and the system deals out the connections: where processes share one, the first
    that wakes up takes most. What a process that has ended had not accepted waits for the one that replaces it.

    Args:
        host: as there.
        port: as there.
        backlog: as there.
        workers: how many processes.

    Raises:
        OSError: as there.
    """
    if not sys.platform.startswith("linux"):
        with listeners(host, port, backlog) as opened:
            yield [opened] * workers
        return
    with listeners(host, port, backlog) as opened:  # which fails where another server has the port
        port = opened[0].getsockname()[1]
    with ExitStack() as stack:
        addresses = _addresses(host, port)
        yield [_bound(addresses, port, backlog, stack, is_shared=True) for _ in range(workers)]


class _Descriptors:
    def __init__(self, opened: list[socket.socket]) -> None:
        self._opened = opened

    def descriptors(self) -> list[int]:
        """The descriptors of the sockets."""
        return [listener.fileno() for listener in self._opened]


def _opened(host: str, port: int, backlog: int, stack: ExitStack) -> list[socket.socket]:
    addresses = _addresses(host, port)
    for attempt in range(_ATTEMPTS):
        with ExitStack() as bound:
            try:
                found = _bound(addresses, port, backlog, bound)
            except OSError as error:
                if port != 0 or error.errno != errno.EADDRINUSE or attempt == _ATTEMPTS - 1:
                    raise
                continue
            stack.push(bound.pop_all())
            return found
    raise AssertionError("the last attempt returns or raises")


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    """The addresses of `host`, IPv4 first, since clients that try only one try that."""
    if host.lower() == "localhost":  # both loopback addresses (RFC 6761), although many hosts files list one
        return [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    addresses = {(family, str(address[0])): None for family, _, _, _, address in found}
    return sorted(addresses, key=lambda each: each[0] != socket.AF_INET)


def _bound(
    addresses: list[tuple[socket.AddressFamily, str]],
    port: int,
    backlog: int,
    stack: ExitStack,
    *,
    is_shared: bool = False,
) -> list[socket.socket]:
    opened: list[socket.socket] = []
    absent: OSError | None = None
    for family, address in addresses:
        dual = address == "::" and socket.has_dualstack_ipv6()
        try:
            listener = socket.create_server(
                (address, port), family=family, backlog=backlog, dualstack_ipv6=dual, reuse_port=is_shared
            )
        except OSError as error:
            if error.errno not in _ABSENT:
                raise
            absent = error
            continue
        opened.append(stack.enter_context(listener))
        _OPEN.add(listener)
        port = listener.getsockname()[1]
    if absent is not None and not opened:
        raise absent
    return opened


def _close_copies() -> None:
    for listener in list(_OPEN):
        listener.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_copies)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
