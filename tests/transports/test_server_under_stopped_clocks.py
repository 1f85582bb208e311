"""The server waits in real time where a library has stopped Python's clocks, on uvloop's loop and on asyncio's."""

from __future__ import annotations

import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
from asking import BATCH
from clocks import STOPPED, bounded

from synap_mock import Latency, ReadTimeout
from synap_mock.domain.values import real_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_mock import Server, SynapMock

LATE: Final = 0.05
"""Seconds."""


@pytest.fixture(params=["uvloop", "asyncio"])
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's event loop; uvicorn takes asyncio's where uvloop can't be imported."""
    if request.param == "asyncio":
        monkeypatch.setitem(sys.modules, "uvloop", None)


@pytest.fixture(params=list(STOPPED.values()), ids=list(STOPPED))
def stopped(request: pytest.FixtureRequest) -> Iterator[None]:
    with bounded(), request.param():
        yield


@pytest.fixture
def server(fake: SynapMock, stopped: None, loop: None) -> Iterator[Server]:  # noqa: ARG001 - both before it starts
    with fake.serve() as server:
        yield server


def test_it_starts_serves_and_ends(client: httpx.Client, fake: SynapMock, entry: dict[str, Any]) -> None:
    assert client.post(BATCH, json={"messages": [entry]}).json()["succeeded"] == 1
    assert fake.messages[0].recorded_at == "2020-02-29T12:00:00.000000Z"


def test_an_answer_is_late_in_real_time(client: httpx.Client, fake: SynapMock, entry: dict[str, Any]) -> None:
    fake.fail(Latency(LATE))
    before = real_time.monotonic()
    assert client.post(BATCH, json={"messages": [entry]}).json()["succeeded"] == 1
    assert real_time.monotonic() - before >= LATE * 0.9


def test_a_client_gives_up_on_an_answer(client: httpx.Client, fake: SynapMock, entry: dict[str, Any]) -> None:
    fake.fail(ReadTimeout())
    with pytest.raises(httpx.ReadTimeout):
        client.post(BATCH, json={"messages": [entry]}, timeout=LATE)


def test_it_comes_back_on_the_same_port(client: httpx.Client, server: Server) -> None:
    with server.down(), pytest.raises(httpx.ConnectError):
        client.get("/health")
    assert client.get("/health").is_success


def test_it_ends_with_a_call_half_sent(server: Server) -> None:
    """The grace of a half-sent call is a timer of the event loop."""
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(f"POST {BATCH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{{".encode())
        with server.down(), suppress(ConnectionResetError):
            assert line.recv(1) == b""
