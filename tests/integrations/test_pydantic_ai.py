"""maximem-synap-pydantic-ai: a run that records its turns and swallows what goes wrong, and tools that recall."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from integrations.started import started

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from maximem_synap import MaximemSynapSDK

    from synap_mock import SynapMock

synap_pydantic_ai = pytest.importorskip("synap_pydantic_ai", reason="make integrations installs it")
pydantic_ai = pytest.importorskip("pydantic_ai", reason="make integrations installs it")
models = pytest.importorskip("pydantic_ai.models.function", reason="make integrations installs it")
parts = pytest.importorskip("pydantic_ai.messages", reason="make integrations installs it")

QUESTION, ANSWER = "What's on my calendar today?", "You have two meetings."
FACT, QUERY = "Ann prefers tea to coffee", "tea or coffee?"


def with_sdk(use: Callable[[MaximemSynapSDK], Awaitable[str]]) -> str:
    async def run() -> str:
        async with started() as sdk:
            return await use(sdk)

    return asyncio.run(run())


def answered(conversation_id: str) -> str:
    """What the agent answers, in a run that records to that conversation."""

    def model(*_: Any) -> Any:
        return parts.ModelResponse(parts=[parts.TextPart(ANSWER)])

    async def stream(*_: Any) -> Any:
        yield ANSWER

    async def use(sdk: MaximemSynapSDK) -> str:
        function = models.FunctionModel(model, stream_function=stream)
        agent = pydantic_ai.Agent(function, deps_type=synap_pydantic_ai.SynapDeps)
        deps = synap_pydantic_ai.SynapDeps(sdk=sdk, user_id="alice", conversation_id=conversation_id)
        result = await synap_pydantic_ai.synap_run(agent, QUESTION, deps=deps)
        return str(result.output)

    return with_sdk(use)


def test_a_run_records_the_question_and_the_answer(synap_mock: SynapMock, conversation_id: str) -> None:
    answered(conversation_id)
    assert synap_mock.transcript(conversation_id) == [("user", QUESTION), ("assistant", ANSWER)]


def test_a_session_id_as_conversation_id_loses_every_turn(synap_mock: SynapMock) -> None:
    assert answered("session-1") == ANSWER  # no caller is notified
    assert synap_mock.messages == []


@pytest.mark.usefixtures("synap_mock")
def test_its_tools_store_a_fact_and_find_it() -> None:
    calls = iter([("store_memory", {"content": FACT}), ("search_memory", {"query": QUERY})])

    def model(messages: list[Any], _: Any) -> Any:
        """It calls both tools, one after the other, and answers with what the search found."""
        call = next(calls, None)
        if call is None:
            return parts.ModelResponse(parts=[parts.TextPart(str(messages[-1].parts[-1].content))])
        return parts.ModelResponse(parts=[parts.ToolCallPart(*call)])

    async def use(sdk: MaximemSynapSDK) -> str:
        agent = pydantic_ai.Agent(models.FunctionModel(model), deps_type=synap_pydantic_ai.SynapDeps)
        synap_pydantic_ai.register_synap_tools(agent)
        result = await agent.run("hello", deps=synap_pydantic_ai.SynapDeps(sdk=sdk, user_id="ann"))
        return str(result.output)

    assert FACT in with_sdk(use)
