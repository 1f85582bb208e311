"""What breaks on the line breaks for the call that it strikes, and for that alone."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from asking import BATCH
from faults.asked import BODY, DOORS, PATIENT, armed, bearer, until

from synap_mock import (
    ConnectionRefused,
    ConnectionReset,
    ConnectTimeout,
    Disconnected,
    Latency,
    ReadTimeout,
    ServerError,
    SynapMock,
    TruncatedBody,
)

if TYPE_CHECKING:
    from faults.asked import Asked

    from synap_mock.domain.faults.fault import Fault

OF_THE_LINE: Final = [
    Latency(1),
    ReadTimeout(),
    ConnectionReset(),
    Disconnected(),
    TruncatedBody(),
    ConnectionRefused(),
    ConnectTimeout(),
]


def test_only_the_connection_that_is_struck_breaks(asked: Asked) -> None:
    asked.fake.fail(ConnectionReset())

    def line(answer: httpx.Response) -> object:
        """The address of the client's end."""
        return answer.extensions["network_stream"].get_extra_info("client_addr")

    with (
        httpx.Client(base_url=asked.url, headers=bearer(asked.fake), trust_env=False) as applied,
        httpx.Client(base_url=asked.url, headers=bearer(asked.fake), trust_env=False) as spared,
    ):
        applied.get("/health")
        before = line(spared.get("/health"))
        with pytest.raises(httpx.ReadError):
            applied.post(BATCH, json=BODY)
        assert line(spared.post(BATCH, json=BODY)) == before


def test_the_client_whose_connection_broke_is_served_on_another(asked: Asked) -> None:
    asked.fake.fail(Disconnected())
    with httpx.Client(base_url=asked.url, headers=bearer(asked.fake), trust_env=False) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(BATCH, json=BODY)
        assert client.post(BATCH, json=BODY).status_code == 200


@pytest.mark.parametrize("door", DOORS)
def test_a_stream_has_its_headers_before_the_truncation(asked: Asked, door: str) -> None:
    asked.fake.fail(TruncatedBody(), after_commit=True)
    with (
        asked.through(door),
        httpx.Client(base_url=asked.base_url(door), headers=bearer(asked.fake), trust_env=False) as client,
        client.stream("POST", BATCH, json=BODY) as answer,
    ):
        assert (answer.status_code, answer.headers["content-length"]) == (200, "149")
        with pytest.raises(httpx.RemoteProtocolError, match="received 74 bytes, expected 149"):
            answer.read()


@pytest.mark.parametrize("door", DOORS)
def test_an_async_stream_has_headers_before_the_truncation(asked: Asked, door: str) -> None:
    asked.fake.fail(TruncatedBody(), after_commit=True)

    async def stream() -> tuple[int, str]:
        async with (
            httpx.AsyncClient(base_url=asked.base_url(door), headers=bearer(asked.fake), trust_env=False) as client,
            client.stream("POST", BATCH, json=BODY) as answer,
        ):
            with pytest.raises(httpx.RemoteProtocolError, match="received 74 bytes, expected 149"):
                await answer.aread()
            return answer.status_code, answer.headers["content-length"]

    with asked.through(door):
        assert asyncio.run(stream()) == (200, "149")


@pytest.mark.parametrize("fault", [ReadTimeout(), Latency(PATIENT)], ids=repr)
def test_a_stopping_server_does_not_wait_for_stalled_clients(fake: SynapMock, fault: Fault) -> None:
    errors: list[Exception] = []

    def ask(url: str) -> None:
        try:
            httpx.post(url + BATCH, json=BODY, headers=bearer(fake), timeout=PATIENT, trust_env=False)
        except httpx.HTTPError as error:
            errors.append(error)

    fake.fail(fault)
    with fake.serve() as server:
        thread = threading.Thread(target=ask, args=(server.url,))
        thread.start()
        until(lambda: not armed(fake))  # it has come
    thread.join()
    # Neither an answer, nor the timeout: the line was cut.
    assert [type(error) for error in errors] == [httpx.RemoteProtocolError]


@pytest.mark.parametrize("fault", OF_THE_LINE, ids=repr)
def test_a_connection_fault_needs_a_transport_of_ours(fake: SynapMock, fault: Fault) -> None:
    fake.fail(fault)

    async def ask() -> None:
        transport = httpx.ASGITransport(app=fake.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://fake", headers=bearer(fake)) as client:
            await client.post(BATCH, json=BODY)

    with pytest.raises(RuntimeError, match=r"faults of the line need intercept\(\) or serve\(\); this call came to"):
        asyncio.run(ask())


def test_by_a_door_without_a_line_another_answer_arrives(fake: SynapMock) -> None:
    fake.fail(ServerError())

    async def ask() -> int:
        transport = httpx.ASGITransport(app=fake.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://fake", headers=bearer(fake)) as client:
            return (await client.post(BATCH, json=BODY)).status_code

    assert asyncio.run(ask()) == 500
