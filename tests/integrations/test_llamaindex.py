"""maximem-synap-llamaindex: a chat memory that raises what goes wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from integrations.other_calls import other_calls
from integrations.started import started

if TYPE_CHECKING:
    from synap_mock import SynapMock

synap_llamaindex = pytest.importorskip("synap_llamaindex", reason="make integrations installs it")
llms = pytest.importorskip("llama_index.core.llms", reason="make integrations installs it")
mock = pytest.importorskip("llama_index.core.llms.mock", reason="make integrations installs it")
engine = pytest.importorskip("llama_index.core.chat_engine", reason="make integrations installs it")
common = pytest.importorskip("synap_integrations_common", reason="make integrations installs it")

QUESTION, ANSWER = "What's on my calendar today?", "You have two meetings."


def chatted(conversation_id: str) -> str:
    """What the engine answers, with the memory of that conversation."""

    async def run() -> str:
        async with started() as sdk:
            memory = synap_llamaindex.SynapChatMemory.from_defaults(sdk, conversation_id, "alice")
            chat = engine.SimpleChatEngine.from_defaults(llm=mock.MockLLM(), memory=memory)
            return str((await chat.achat(QUESTION)).response)

    return asyncio.run(run())


def test_a_chat_engines_memory_records_both_turns(synap_mock: SynapMock, conversation_id: str) -> None:
    answer = chatted(conversation_id)
    assert synap_mock.transcript(conversation_id) == [("user", QUESTION), ("assistant", answer)]


def test_the_memory_reads_the_compacted_conversation_too(synap_mock: SynapMock, conversation_id: str) -> None:
    chatted(conversation_id)
    assert other_calls(synap_mock) == {f"GET /v1/conversations/{conversation_id}/context-for-prompt"}


def test_a_session_id_as_conversation_id_makes_the_memory_raise(synap_mock: SynapMock) -> None:
    with pytest.raises(common.SynapIntegrationError, match="the turn was not recorded"):
        chatted("session-1")
    assert synap_mock.messages == []
