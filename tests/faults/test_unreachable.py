"""Calls that don't even arrive: in process by a fault, on a port by closing it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest
from asking import BATCH
from faults.asked import BODY, VENDOR, bearer

from synap_mock import ConnectionRefused, ConnectTimeout, SynapMock

if TYPE_CHECKING:
    from faults.asked import Asked

    from synap_mock.domain.faults.fault import Unreachable


@pytest.mark.parametrize(
    ("fault", "error", "text"),
    [
        (ConnectionRefused(), httpx.ConnectError, "[Errno 111] Connection refused"),
        (ConnectTimeout(), httpx.ConnectTimeout, "timed out"),
    ],
)
def test_a_sync_client_does_not_get_through(
    fake: SynapMock, fault: Unreachable, error: type[Exception], text: str
) -> None:
    fake.fail(fault)
    with fake.intercept(), pytest.raises(error) as raised:
        httpx.post(VENDOR + BATCH, json=BODY, headers=bearer(fake))
    assert str(raised.value) == text


@pytest.mark.parametrize(
    ("fault", "error", "text"),
    [
        (ConnectionRefused(), httpx.ConnectError, "All connection attempts failed"),
        (ConnectTimeout(), httpx.ConnectTimeout, ""),
    ],
)
def test_an_async_client_does_not_get_through(
    fake: SynapMock, fault: Unreachable, error: type[Exception], text: str
) -> None:
    fake.fail(fault)
    with fake.intercept(), pytest.raises(error) as raised:
        asyncio.run(posted(VENDOR, fake))
    assert str(raised.value) == text


@pytest.mark.parametrize("fault", [ConnectionRefused(), ConnectTimeout()], ids=repr)
def test_of_a_call_that_does_not_arrive_there_is_no_trace(fake: SynapMock, fault: Unreachable) -> None:
    fake.fail(fault)
    with fake.intercept(), pytest.raises(httpx.TransportError):
        httpx.post(VENDOR + BATCH, json=BODY, headers=bearer(fake))
    assert (fake.requests, fake.messages) == ([], [])


def test_down_refuses_connections_as_the_fault_does(asked: Asked) -> None:
    with asked.fake.server.down(), pytest.raises(httpx.ConnectError) as on_the_port:
        httpx.post(asked.url + BATCH, json=BODY, headers=bearer(asked.fake), trust_env=False)
    assert str(on_the_port.value) == "[Errno 111] Connection refused"


def test_down_refuses_async_connections_as_the_fault_does(asked: Asked) -> None:
    with asked.fake.server.down(), pytest.raises(httpx.ConnectError) as on_the_port:
        asyncio.run(posted(asked.url, asked.fake))
    assert str(on_the_port.value) == "All connection attempts failed"


def test_what_was_connected_is_cut_off(asked: Asked) -> None:
    with httpx.Client(base_url=asked.url, trust_env=False) as client:
        client.get("/health")
        with asked.fake.server.down(), pytest.raises(httpx.TransportError):
            client.get("/health")


def test_during_down_the_control_api_has_another_address(asked: Asked) -> None:
    with asked.fake.server.down() as address:
        assert address != asked.url
        assert httpx.get(f"{address}/_mock/settings", trust_env=False).json()["dialect"] == "documented"


def test_after_down_the_same_address_serves_the_same_state(asked: Asked) -> None:
    asyncio.run(posted(asked.url, asked.fake))
    with asked.fake.server.down():
        pass
    asyncio.run(posted(asked.url, asked.fake))
    assert (asked.fake.url, len(asked.fake.messages)) == (asked.url, 2)


def test_the_fake_fails_calls_as_the_server_does(asked: Asked) -> None:
    with asked.fake.down(), pytest.raises(httpx.ConnectError):
        httpx.get(f"{asked.url}/health", trust_env=False)


def test_in_process_it_is_served_while_the_port_is_down(asked: Asked) -> None:
    with asked.fake.down(), asked.fake.intercept():
        assert httpx.get(f"{VENDOR}/health").status_code == 200


def test_a_server_that_is_down_can_not_go_down(asked: Asked) -> None:
    server = asked.fake.server
    with server.down(), pytest.raises(RuntimeError, match="this server is down already"), server.down():
        pass


def test_a_fake_on_no_port_can_not_go_down(fake: SynapMock) -> None:
    with pytest.raises(RuntimeError, match="the fake is not served on a port; request the fixture synap_server"):
        fake.down()


async def posted(url: str, fake: SynapMock) -> int:
    async with httpx.AsyncClient(base_url=url, headers=bearer(fake), trust_env=False) as client:
        return (await client.post(BATCH, json=BODY)).status_code


def test_it_comes_before_the_key_is_looked_at(fake: SynapMock) -> None:
    fake.fail(ConnectionRefused())
    with fake.intercept(), pytest.raises(httpx.ConnectError):
        httpx.post(VENDOR + BATCH, json=BODY)
    assert fake.requests == []
