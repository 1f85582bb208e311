"""maximem-synap-langgraph: a callback handler and a store that swallow what goes wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from integrations.other_calls import other_calls
from integrations.started import started

if TYPE_CHECKING:
    from synap_mock import SynapMock

synap_langgraph = pytest.importorskip("synap_langgraph", reason="make integrations installs it")
graph = pytest.importorskip("langgraph.graph", reason="make integrations installs it")
models = pytest.importorskip("langchain_core.language_models", reason="make integrations installs it")
messages = pytest.importorskip("langchain_core.messages", reason="make integrations installs it")

QUESTION, ANSWER = "What's on my calendar today?", "You have two meetings."


def answered(conversation_id: str) -> str:
    """What a graph answers, whose callback handler records to that conversation."""
    model = models.FakeListChatModel(responses=[ANSWER])

    async def call(state: dict[str, Any]) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    async def run() -> str:
        async with started() as sdk:
            handler = synap_langgraph.SynapLangGraphCallbackHandler(sdk, conversation_id, "alice")
            app = graph.StateGraph(graph.MessagesState).add_node("call", call).set_entry_point("call").compile()
            asked = {"messages": [messages.HumanMessage(QUESTION)]}
            result = await app.ainvoke(asked, config={"callbacks": [handler]})
            return str(result["messages"][-1].content)

    return asyncio.run(run())


def stored(conversation_id: str) -> None:
    """Both turns, handed to the store by a node of the graph."""

    async def run() -> None:
        async with started() as sdk:
            store = synap_langgraph.SynapStore(sdk, user_id="alice")
            await store.arecord_message(conversation_id, "user", QUESTION)
            await store.arecord_message(conversation_id, "assistant", ANSWER)

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


def test_the_store_records_both_turns(synap_mock: SynapMock, conversation_id: str) -> None:
    stored(conversation_id)
    assert synap_mock.transcript(conversation_id) == [("user", QUESTION), ("assistant", ANSWER)]


def test_a_thread_id_loses_every_turn_of_the_store(synap_mock: SynapMock) -> None:
    stored("thread-1")  # no caller is notified
    assert synap_mock.messages == []
