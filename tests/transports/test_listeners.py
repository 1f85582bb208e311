"""Which addresses a server listens on."""

from __future__ import annotations

import errno
import socket

import pytest

from synap_mock import SynapMock
from synap_mock.transports.sockets import listeners

IPV4, IPV6 = "127.0.0.1", "::1"


def accepted(port: int) -> set[str]:
    """The loopback addresses that accept a connection on the port."""
    found = set()
    for address in (IPV4, IPV6):
        try:
            with socket.create_connection((address, port), timeout=5):
                found.add(address)
        except ConnectionRefusedError:
            pass
    return found


@pytest.mark.parametrize(
    ("host", "addresses"),
    [
        ("localhost", {IPV4, IPV6}),
        ("LOCALHOST", {IPV4, IPV6}),
        ("::", {IPV4, IPV6}),
        ("0.0.0.0", {IPV4}),
        (IPV4, {IPV4}),
        (IPV6, {IPV6}),
    ],
)
def test_a_host_is_served_on_all_of_its_addresses(host: str, addresses: set[str]) -> None:
    with SynapMock().serve(host) as server:
        assert accepted(server.port) == addresses
        port = server.port
    assert accepted(port) == set()


def test_a_port_taken_on_one_address_is_an_error() -> None:
    with socket.create_server((IPV6, 0), family=socket.AF_INET6) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"), SynapMock().serve("localhost", port):
            pass
        assert accepted(port) == {IPV6}  # the other address is not left bound


def test_a_free_port_is_free_on_all_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first free port of IPv4 is taken on IPv6: another one is tried."""
    create_server = socket.create_server
    with socket.create_server((IPV6, 0), family=socket.AF_INET6) as taken:
        ports = iter([taken.getsockname()[1]])

        def taken_at_first(address: tuple[str, int], **options: object) -> socket.socket:
            host, port = address
            return create_server((host, port or next(ports, 0)), **options)  # type: ignore[arg-type] # as given

        monkeypatch.setattr(socket, "create_server", taken_at_first)
        with listeners.listeners("localhost", 0, 5) as opened:
            found = {listener.getsockname()[1] for listener in opened}
            assert len(opened) == 2
            assert len(found) == 1
            assert found != {taken.getsockname()[1]}


def test_an_address_family_that_the_machine_lacks_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    create_server = socket.create_server

    def without_ipv6(address: tuple[str, int], **options: object) -> socket.socket:
        if options["family"] == socket.AF_INET6:
            raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
        return create_server(address, **options)  # type: ignore[arg-type] # as given

    monkeypatch.setattr(socket, "create_server", without_ipv6)
    with SynapMock().serve("localhost") as server:
        assert accepted(server.port) == {IPV4}
    with pytest.raises(OSError, match="assign"), SynapMock().serve(IPV6):
        pass
