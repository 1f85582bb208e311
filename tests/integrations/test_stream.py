"""What all integrations share: a turn goes over gRPC where a stream opens, over HTTP where none does."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from integrations.started import started
from maximem_synap import SDKConfig
from maximem_synap.models.config import TimeoutConfig
from maximem_synap.transport.proto.synap_service_pb2_grpc import (
    SynapServiceServicer,
    add_SynapServiceServicer_to_server,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from synap_mock import SynapMock

common = pytest.importorskip("synap_integrations_common", reason="make integrations installs it")
aio = pytest.importorskip("grpc.aio", reason="the SDK brings it")


@pytest.fixture(autouse=True)
def streams_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is where nobody says otherwise."""
    monkeypatch.delenv("SYNAP_AUTO_LISTEN")


class Listener(SynapServiceServicer):
    """The far end of a stream: keeps the turns that come, answers nothing."""

    def __init__(self) -> None:
        self.turns: list[tuple[str, str, str]] = []

    async def Listen(self, requests: AsyncIterator[Any], context: Any) -> None:  # noqa: N802 - the service's word
        await context.send_initial_metadata(())
        async for request in requests:
            if request.WhichOneof("payload") == "conversation_event":
                event = request.conversation_event
                self.turns.append((event.conversation_id, event.role, event.content))


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[Listener, SDKConfig]]:
    """A gRPC server on this machine, and the config of an SDK that streams to it."""
    listener, server = Listener(), aio.server()
    add_SynapServiceServicer_to_server(listener, server)  # type: ignore[no-untyped-call] # generated code
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield listener, SDKConfig(grpc_host="127.0.0.1", grpc_port=port, grpc_use_tls=False)
    finally:
        await server.stop(None)


async def turn(config: SDKConfig, conversation_id: str) -> bool:
    """Whether the vendor's code says that it has written one turn."""
    async with started(config) as sdk:
        return bool(
            await common.record_turn(sdk, role="user", content="hi", conversation_id=conversation_id, user_id="alice")
        )


@pytest.mark.parametrize("conversation_id", ["8f14e45f-ceea-467f-9575-6c2a1d2f0b11", "room-7"])
def test_a_turn_goes_over_the_stream_and_not_over_http(synap_mock: SynapMock, conversation_id: str) -> None:
    async def run() -> list[tuple[str, str, str]]:
        async with listening() as (listener, config):
            await turn(config, conversation_id)
            return listener.turns

    assert asyncio.run(run()) == [(conversation_id, "user", "hi")]
    assert synap_mock.messages == []


def test_where_no_stream_opens_a_turn_goes_over_http(synap_mock: SynapMock, conversation_id: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        config = SDKConfig(
            grpc_host="127.0.0.1", grpc_port=port, grpc_use_tls=False, timeouts=TimeoutConfig(connect=0.1)
        )
        asyncio.run(turn(config, conversation_id))
    assert synap_mock.transcript(conversation_id) == [("user", "hi")]


def test_told_not_to_stream_a_turn_goes_over_http(
    synap_mock: SynapMock, conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNAP_AUTO_LISTEN", "false")

    async def run() -> list[tuple[str, str, str]]:
        async with listening() as (listener, config):
            await turn(config, conversation_id)
            return listener.turns

    assert asyncio.run(run()) == []
    assert synap_mock.transcript(conversation_id) == [("user", "hi")]


def test_of_a_turn_with_an_id_that_is_no_uuid_only_the_log_tells(
    synap_mock: SynapMock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SYNAP_AUTO_LISTEN", "false")
    assert asyncio.run(turn(SDKConfig(), "room-7")) is False
    assert synap_mock.messages == []
    assert "synap turn write failed (conversation_id=room-7)" in caplog.messages
