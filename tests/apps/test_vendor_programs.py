"""What the vendor's quick start, smoke test and MCP server call, against the fake on a port.

The programs are ``skills/synap/examples/python-minimal.py``, ``skills/synap/scripts/verify_synap.py`` and
``packages/mcps/synap-mcp-server`` of the vendor's public repository; these tests make the same calls.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from maximem_synap import MaximemSynapSDK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from synap_mock import SynapMock


@pytest.fixture
def address(fake: SynapMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The fake on a port, where the SDK looks for it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SYNAP_API_KEY", fake.api_key)
    with fake.serve() as server:
        monkeypatch.setenv("SYNAP_BASE_URL", server.url)
        yield server.url


@asynccontextmanager
async def started() -> AsyncIterator[MaximemSynapSDK]:
    sdk = MaximemSynapSDK()
    await sdk.initialize()
    try:
        yield sdk
    finally:
        await sdk.shutdown()


@pytest.mark.usefixtures("address")
def test_the_quick_start_finds_what_it_stored() -> None:
    """It stores for a user and a customer, and fetches by the user alone."""

    async def quick_start() -> list[str]:
        async with started() as sdk:
            await sdk.memories.create(
                document="User: I like short answers.\nAssistant: Noted.",
                document_type="ai-chat-conversation",
                user_id="alice",
                customer_id="acme",
                mode="long-range",
            )
            found = await sdk.user.context.fetch(
                user_id="alice", search_query=["how to answer"], max_results=5, mode="fast"
            )
            return [fact.content for fact in found.facts]

    assert asyncio.run(quick_start()) == ["User: I like short answers.\nAssistant: Noted."]


@pytest.mark.usefixtures("address")
def test_the_smoke_test_makes_its_round_trip() -> None:
    async def smoke_test() -> tuple[bool, int]:
        async with started() as sdk:
            await sdk.memories.create(
                document="User: My bike is red.\nAssistant: Noted.", document_type="ai-chat-conversation", user_id="v-1"
            )
            found = await sdk.user.context.fetch(user_id="v-1", search_query=["bike"])
            return bool(sdk.instance_id), len(found.facts) + len(found.preferences)

    assert asyncio.run(smoke_test()) == (True, 1)


@pytest.mark.parametrize(
    ("ids", "scope"), [({}, "client"), ({"user_id": "u"}, "user"), ({"customer_id": "c"}, "customer")]
)
def test_the_mcp_server_logs_and_recalls(fake: SynapMock, address: str, ids: dict[str, str], scope: str) -> None:
    """It sends a key and no other header of the SDK's, over httpx."""
    body: dict[str, Any] = {"document_type": "ai-chat-conversation", "mode": "long-range", "metadata": {"source": "m"}}
    recall = {"search_query": ["tea"], "max_results": 10, "types": ["all"], "mode": "fast", **ids}
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {fake.api_key}"}, trust_env=False) as client:
        logged = client.post("/api/v1/memories/create", json={**body, "document": "User: I like tea.", **ids}).json()
        status = client.get(f"/api/v1/memories/status/{logged['ingestion_id']}").json()
        found = client.post(f"/v1/context/{scope}/fetch", json=recall).json()
        listed = client.post(f"/v1/context/{scope}/fetch", json={**recall, "search_query": None}).json()
    assert (status["status"], status["memories_created"]) == ("completed", 1)
    assert [[fact["content"] for fact in each["context"]["facts"]] for each in (found, listed)] == [
        ["User: I like tea."]
    ] * 2
