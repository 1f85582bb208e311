"""maximem-synap-langchain: a callback handler that swallows what goes wrong, and a chat history that raises."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from integrations.other_calls import other_calls
from integrations.started import started

if TYPE_CHECKING:
    from synap_mock import SynapMock

synap_langchain = pytest.importorskip("synap_langchain", reason="make integrations installs it")
models = pytest.importorskip("langchain_core.language_models", reason="make integrations installs it")
messages = pytest.importorskip("langchain_core.messages", reason="make integrations installs it")
common = pytest.importorskip("synap_integrations_common", reason="make integrations installs it")

QUESTION, ANSWER = "What's on my calendar today?", "You have two meetings."


def answered(conversation_id: str) -> str:
    """What the model answers, in a chain whose callback handler records to that conversation."""

    async def run() -> str:
        async with started() as sdk:
            handler = synap_langchain.SynapCallbackHandler(sdk, conversation_id, "alice")
            model = models.FakeListChatModel(responses=[ANSWER])
            answer = await model.ainvoke([messages.HumanMessage(QUESTION)], config={"callbacks": [handler]})
            return str(answer.content)

    return asyncio.run(run())


def remembered(conversation_id: str) -> None:
    """Both turns added to the chat history of that conversation."""

    async def run() -> None:
        async with started() as sdk:
            history = synap_langchain.SynapChatMessageHistory(sdk, conversation_id, "alice")
            await history.aadd_messages([messages.HumanMessage(QUESTION), messages.AIMessage(ANSWER)])

    asyncio.run(run())


def test_the_callback_handler_records_the_question_and_the_answer(synap_mock: SynapMock, conversation_id: str) -> None:
    answered(conversation_id)
    assert synap_mock.transcript(conversation_id) == [("user", QUESTION), ("assistant", ANSWER)]


def test_the_callback_handler_asks_for_nothing_else(synap_mock: SynapMock, conversation_id: str) -> None:
    answered(conversation_id)
    assert other_calls(synap_mock) == set()


def test_a_thread_id_loses_every_turn_of_the_callback_handler(synap_mock: SynapMock) -> None:
    assert answered("thread-1") == ANSWER  # no caller is notified
    assert synap_mock.messages == []


def test_the_chat_history_records_what_is_added(synap_mock: SynapMock, conversation_id: str) -> None:
    remembered(conversation_id)
    assert synap_mock.transcript(conversation_id) == [("user", QUESTION), ("assistant", ANSWER)]


def test_a_session_id_as_conversation_id_raises(synap_mock: SynapMock) -> None:
    with pytest.raises(common.SynapIntegrationError, match="the turn was not recorded"):
        remembered("session-1")
    assert synap_mock.messages == []
