"""The official SDK, unmodified, against the fake: only its address changes."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from maximem_synap import MaximemSynapSDK, SDKConfig
from maximem_synap.models.errors import AuthenticationError, InvalidInputError

from synap_mock import SynapMock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK keeps files under the home folder; give it a folder of its own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("SYNAP_API_KEY", "SYNAP_BASE_URL", "SYNAP_INSTANCE_ID", "SYNAP_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)


@asynccontextmanager
async def started(api_key: str, config: SDKConfig | None = None) -> AsyncIterator[MaximemSynapSDK]:
    sdk = MaximemSynapSDK(api_key=api_key, config=config)
    await sdk.initialize()
    try:
        yield sdk
    finally:
        await sdk.shutdown()


def test_the_pages_own_example_records_at_another_address(fake: SynapMock, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation_id = str(uuid.uuid4())
    said = [("user", "What's on my calendar today?"), ("assistant", "You have two meetings and a dentist appointment.")]

    async def example() -> dict[str, Any]:
        async with started(fake.api_key) as sdk:
            result: dict[str, Any] = await sdk.conversation.record_messages_batch(
                messages=[
                    {
                        "conversation_id": conversation_id,
                        "role": role,
                        "content": content,
                        "user_id": "user_alice",
                        "customer_id": "customer_acme",
                    }
                    for role, content in said
                ]
            )
            return result

    with fake.serve() as server:
        monkeypatch.setenv("SYNAP_BASE_URL", server.url)
        result = asyncio.run(example())
    assert f"Recorded {result['succeeded']} of {result['total']} messages" == "Recorded 2 of 2 messages"
    assert fake.transcript(conversation_id) == said


def test_the_address_may_come_from_the_sdks_config(fake: SynapMock) -> None:
    async def who() -> str | None:
        async with started(fake.api_key, SDKConfig(api_base_url=server.url)) as sdk:
            instance_id: str | None = sdk.instance_id
            return instance_id

    with fake.serve() as server:
        assert asyncio.run(who()) == fake.keys.instance_of(fake.api_key).instance_id


def test_intercepted_it_needs_no_address_at_all(fake: SynapMock) -> None:
    conversation_id = str(uuid.uuid4())

    async def record() -> None:
        async with started(fake.api_key) as sdk:
            await sdk.conversation.record_message(conversation_id, "user", "hi", "alice")

    with fake.intercept():
        asyncio.run(record())
    assert fake.transcript(conversation_id) == [("user", "hi")]


@pytest.mark.parametrize("dialect", ["documented", "observed"])
def test_its_mirror_agrees_after_a_partial_failure(dialect: str) -> None:
    fake = SynapMock(dialect=dialect, tenancy="b2b")
    conversation_id = str(uuid.uuid4())
    entry = {"conversation_id": conversation_id, "role": "user", "customer_id": "acme"}
    entries = [
        {**entry, "content": "A"},
        {**entry, "content": "B", "customer_id": ""},
        {**entry, "content": "C"},
        {**entry, "content": "D", "conversation_id": ""},
        {**entry, "content": "E"},
    ]

    async def mirrored() -> list[tuple[str, str]]:
        async with started(fake.api_key) as sdk:
            await sdk.conversation.record_messages_batch(messages=entries)
            held = sdk._st_store.get(conversation_id)  # noqa: SLF001 - the mirror has no public face
            assert held is not None
            return [(turn["content"], turn["message_id"]) for turn in held.to_dict()["recent_turns"]]

    with fake.intercept():
        mirror = asyncio.run(mirrored())
    assert mirror == [(message.content, message.message_id) for message in fake.messages]
    assert [content for content, _ in mirror] == ["A", "C", "E"]


@pytest.mark.parametrize("dialect", ["documented", "observed"])
def test_it_raises_authentication_error_for_a_wrong_key(dialect: str) -> None:
    fake = SynapMock(dialect=dialect)

    async def record() -> None:
        async with started("synap_wrong") as sdk:
            entry = {"conversation_id": str(uuid.uuid4()), "role": "user", "content": ""}
            await sdk.conversation.record_messages_batch(messages=[entry])

    with fake.intercept(), pytest.raises(AuthenticationError):
        asyncio.run(record())
    assert fake.messages == []


@pytest.mark.parametrize("dialect", ["documented", "observed"])
def test_a_rejected_call_raises_invalid_input_error(dialect: str) -> None:
    fake = SynapMock(dialect=dialect)

    async def record() -> None:
        async with started(fake.api_key) as sdk:
            entry = {"conversation_id": str(uuid.uuid4()), "role": "user", "content": None}
            await sdk.conversation.record_messages_batch(messages=[entry])

    with fake.intercept(), pytest.raises(InvalidInputError):
        asyncio.run(record())


def test_telemetry_does_not_count_among_the_users_calls(fake: SynapMock) -> None:
    async def start_and_stop() -> None:
        async with started(fake.api_key):
            pass

    with fake.intercept():
        asyncio.run(start_and_stop())
    assert {request.path for request in fake.requests} == {"/api/v1/auth/whoami"}


def test_a_unified_fetch_calls_modelled_routes_only(fake: SynapMock) -> None:
    async def fetch() -> None:
        async with started(fake.api_key) as sdk:
            await sdk.fetch(conversation_id=str(uuid.uuid4()), user_id="alice", search_query=["x"])

    with fake.intercept():
        asyncio.run(fetch())
    assert "/v1/context/user/fetch" in {request.path for request in fake.requests}
    assert fake.unmodelled == []
