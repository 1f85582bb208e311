"""maximem-synap-strands-agents: a hook that swallows failures, and a memory store whose own id is not a UUID."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from integrations.other_calls import other_calls
from integrations.started import started

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from synap_mock import SynapMock

synap_strands_agents = pytest.importorskip("synap_strands_agents", reason="make integrations installs it")
strands = pytest.importorskip("strands", reason="make integrations installs it")
models = pytest.importorskip("strands.models", reason="make integrations installs it")
memory = pytest.importorskip("strands.memory", reason="make integrations installs it")

QUESTION, ANSWER = "What's on my calendar today?", "You have two meetings."


class Canned(models.Model):  # type: ignore[misc, name-defined] # only make integrations installs its types
    """A model that always answers the same."""

    def update_config(self, **_: Any) -> None: ...

    def get_config(self) -> dict[str, Any]:
        return {}

    def structured_output(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    async def stream(self, *_: Any, **__: Any) -> AsyncIterator[dict[str, Any]]:
        yield {"messageStart": {"role": "assistant"}}
        yield {"contentBlockDelta": {"delta": {"text": ANSWER}}}
        yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": "end_turn"}}


@pytest.fixture
def user_id() -> str:
    """One of whom this process has recorded nothing yet: the integration remembers users, not conversations."""
    return str(uuid.uuid4())


def answered(conversation_id: str, user_id: str) -> str:
    """What the agent answers, with a hook that records to that conversation."""

    async def run() -> str:
        async with started() as sdk:
            hook = synap_strands_agents.SynapStreamHook(sdk, conversation_id, user_id)
            agent = strands.Agent(model=Canned(), hooks=[hook], callback_handler=None)
            return str(await agent.invoke_async(QUESTION)).strip()

    return asyncio.run(run())


def remembered(conversation_id: str | None, user_id: str) -> str:
    """What the agent answers, with a memory store that is given both turns at the end."""

    async def run() -> str:
        async with started() as sdk:
            store = synap_strands_agents.SynapMemoryStore(sdk, user_id, conversation_id=conversation_id)
            manager = memory.MemoryManager(stores=[store])
            agent = strands.Agent(model=Canned(), memory_manager=manager, callback_handler=None)
            answer = str(await agent.invoke_async(QUESTION)).strip()
            await manager.flush()
            return answer

    return asyncio.run(run())


def test_the_hook_records_the_question_and_the_answer(
    synap_mock: SynapMock, conversation_id: str, user_id: str
) -> None:
    answered(conversation_id, user_id)
    assert synap_mock.transcript(conversation_id) == [("user", QUESTION), ("assistant", ANSWER)]


def test_the_hook_reads_the_compacted_conversation_too(
    synap_mock: SynapMock, conversation_id: str, user_id: str
) -> None:
    answered(conversation_id, user_id)
    assert other_calls(synap_mock) == {f"GET /v1/conversations/{conversation_id}/context-for-prompt"}


def test_a_session_id_loses_every_turn_of_the_hook(synap_mock: SynapMock, user_id: str) -> None:
    assert answered("session-1", user_id) == ANSWER  # no caller is notified
    assert synap_mock.messages == []


def test_the_memory_store_records_the_question_and_the_answer(
    synap_mock: SynapMock, conversation_id: str, user_id: str
) -> None:
    remembered(conversation_id, user_id)
    assert synap_mock.transcript(conversation_id) == [("user", QUESTION), ("assistant", ANSWER)]


def test_the_memory_store_reads_what_is_known_too(synap_mock: SynapMock, conversation_id: str, user_id: str) -> None:
    remembered(conversation_id, user_id)
    assert other_calls(synap_mock) == {"POST /v1/context/conversation/fetch", "POST /v1/context/user/fetch"}


def test_the_memory_stores_own_id_loses_every_turn(synap_mock: SynapMock, user_id: str) -> None:
    assert remembered(None, user_id) == ANSWER  # no caller is notified
    assert synap_mock.messages == []


def test_the_memory_store_loses_turns_of_another_conversation(
    synap_mock: SynapMock, conversation_id: str, user_id: str
) -> None:
    answered(str(uuid.uuid4()), user_id)
    remembered(conversation_id, user_id)
    assert synap_mock.transcript(conversation_id) == []
