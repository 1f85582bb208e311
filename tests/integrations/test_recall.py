"""Typical use of the vendor's integrations: store a fact, chat, recall both, with nothing but the fixture."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from integrations.started import started

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from maximem_synap import MaximemSynapSDK

    from synap_mock import SynapMock

FACT, QUERY = "Ann prefers tea to coffee", "tea or coffee?"
QUESTIONS = ["Q1", "Q2", "Q3", "Q4"]

pytestmark = pytest.mark.usefixtures("synap_mock")


def with_sdk(use: Callable[[MaximemSynapSDK], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with started() as sdk:
            return await use(sdk)

    return asyncio.run(run())


def test_langchain_recalls_what_its_tool_stored() -> None:
    synap_langchain = pytest.importorskip("synap_langchain", reason="make integrations installs it")

    async def use(sdk: MaximemSynapSDK) -> tuple[list[str], str]:
        await synap_langchain.SynapStoreTool(sdk=sdk, user_id="ann").ainvoke(FACT)
        found = await synap_langchain.SynapRetriever(sdk=sdk, user_id="ann").ainvoke(QUERY)
        answered = await synap_langchain.SynapSearchTool(sdk=sdk, user_id="ann").ainvoke(QUERY)
        return [document.page_content for document in found], answered

    found, answered = with_sdk(use)
    assert (found, FACT in answered) == ([FACT], True)


@pytest.mark.filterwarnings("ignore:RunnableWithMessageHistory is deprecated")
def test_langchains_history_has_every_earlier_turn(conversation_id: str) -> None:
    synap_langchain = pytest.importorskip("synap_langchain", reason="make integrations installs it")
    runnables = pytest.importorskip("langchain_core.runnables", reason="make integrations installs it")
    history = pytest.importorskip("langchain_core.runnables.history", reason="make integrations installs it")
    messages = pytest.importorskip("langchain_core.messages", reason="make integrations installs it")
    prompts: list[list[str]] = []

    def model(prompt: list[Any]) -> Any:
        prompts.append([message.content for message in prompt])
        return messages.AIMessage(f"A{len(prompts)}")

    async def use(sdk: MaximemSynapSDK) -> None:
        chain = history.RunnableWithMessageHistory(
            runnables.RunnableLambda(model),
            lambda session_id: synap_langchain.SynapChatMessageHistory(sdk, session_id, "ann"),
        )
        for question in QUESTIONS:
            await chain.ainvoke(
                [messages.HumanMessage(question)], config={"configurable": {"session_id": conversation_id}}
            )

    with_sdk(use)
    assert prompts[-1] == ["Q1", "A1", "Q2", "A2", "Q3", "A3", "Q4"]


def test_langgraphs_store_finds_what_was_put() -> None:
    synap_langgraph = pytest.importorskip("synap_langgraph", reason="make integrations installs it")

    async def use(sdk: MaximemSynapSDK) -> list[str]:
        store = synap_langgraph.SynapStore(sdk, user_id="ann")
        await store.aput(("memories",), "drink", {"text": FACT})
        return [str(item.value) for item in await store.asearch(("memories",), query=QUERY)]

    (found,) = with_sdk(use)
    assert FACT in found


def test_langgraphs_node_brings_the_memory_into_the_state() -> None:
    synap_langgraph = pytest.importorskip("synap_langgraph", reason="make integrations installs it")

    async def use(sdk: MaximemSynapSDK) -> str:
        await sdk.memories.create(document=FACT, user_id="ann")
        node = synap_langgraph.create_synap_node(sdk, user_id="ann")
        state: dict[str, str] = await node({"messages": [{"role": "user", "content": QUERY}]})
        return state["synap_context"]

    assert FACT in with_sdk(use)


def test_llamaindex_retrieves_what_was_stored() -> None:
    synap_llamaindex = pytest.importorskip("synap_llamaindex", reason="make integrations installs it")

    async def use(sdk: MaximemSynapSDK) -> list[str]:
        await sdk.memories.create(document=FACT, user_id="ann")
        return [node.text for node in await synap_llamaindex.SynapRetriever(sdk, user_id="ann").aretrieve(QUERY)]

    assert with_sdk(use) == [FACT]


def test_llamaindexs_memory_has_the_turns_of_an_earlier_engine(conversation_id: str) -> None:
    synap_llamaindex = pytest.importorskip("synap_llamaindex", reason="make integrations installs it")
    mock = pytest.importorskip("llama_index.core.llms.mock", reason="make integrations installs it")
    engine = pytest.importorskip("llama_index.core.chat_engine", reason="make integrations installs it")

    async def use(sdk: MaximemSynapSDK) -> list[str]:
        first = synap_llamaindex.SynapChatMemory.from_defaults(sdk, conversation_id, "ann")
        await engine.SimpleChatEngine.from_defaults(llm=mock.MockLLM(), memory=first).achat("my order is 17")
        second = synap_llamaindex.SynapChatMemory.from_defaults(sdk, conversation_id, "ann")
        return [message.content for message in await second.aget_all()]

    assert "my order is 17" in with_sdk(use)


def test_openai_agents_tools_store_and_search() -> None:
    synap_openai_agents = pytest.importorskip("synap_openai_agents", reason="make integrations installs it")

    async def use(sdk: MaximemSynapSDK) -> str:
        await synap_openai_agents.create_store_tool(sdk, "ann")(FACT)
        found: str = await synap_openai_agents.create_search_tool(sdk, "ann")(QUERY)
        return found

    assert FACT in with_sdk(use)


def test_openai_agents_hooks_record_a_chat_that_is_recalled(conversation_id: str) -> None:
    synap_openai_agents = pytest.importorskip("synap_openai_agents", reason="make integrations installs it")
    agents = pytest.importorskip("agents", reason="make integrations installs it")
    testing = pytest.importorskip("agents.testing", reason="make integrations installs it")

    async def use(sdk: MaximemSynapSDK) -> list[str]:
        hooks = synap_openai_agents.SynapRunHooks(sdk, user_id="ann", conversation_id=conversation_id)
        agent = agents.Agent(name="bot", model=testing.ScriptedModel([[testing.assistant_message("A1")]]))
        await agents.Runner.run(agent, "Q1", **hooks.run_kwargs(tracing_disabled=True))
        found = await sdk.conversation.context.get_context_for_prompt(conversation_id)
        return [message.content for message in found.recent_messages]

    assert with_sdk(use) == ["Q1", "A1"]


def test_agnos_database_finds_what_was_upserted() -> None:
    synap_agno = pytest.importorskip("synap_agno", reason="make integrations installs it")
    schemas = pytest.importorskip("agno.db.schemas", reason="make integrations installs it")

    async def use(sdk: MaximemSynapSDK) -> list[str]:
        database = synap_agno.AsyncSynapDb(sdk)
        await database.upsert_user_memory(schemas.UserMemory(memory=FACT, user_id="ann"))
        return [memory.memory for memory in await database.get_user_memories(user_id="ann")]

    assert with_sdk(use) == [FACT]


def test_a_restarted_app_recalls_the_chat(synap_mock: SynapMock, conversation_id: str) -> None:
    """Every integration reads the chat by this call; the second SDK has nothing in its own cache."""

    async def record(sdk: MaximemSynapSDK) -> None:
        await sdk.conversation.record_message(
            conversation_id=conversation_id, role="user", content="hello", user_id="ann"
        )

    async def recall(sdk: MaximemSynapSDK) -> list[str]:
        found = await sdk.conversation.context.get_context_for_prompt(conversation_id)
        return [message.content for message in found.recent_messages]

    with_sdk(record)
    assert (with_sdk(recall), len(synap_mock.messages)) == (["hello"], 1)
