"""maximem-synap-openai-agents: run hooks that swallow what goes wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from integrations.other_calls import other_calls
from integrations.started import started

if TYPE_CHECKING:
    from synap_mock import SynapMock

synap_openai_agents = pytest.importorskip("synap_openai_agents", reason="make integrations installs it")
agents = pytest.importorskip("agents", reason="make integrations installs it")
testing = pytest.importorskip("agents.testing", reason="make integrations installs it")

QUESTION, ANSWER = "What's on my calendar today?", "You have two meetings."


def answered(conversation_id: str | None) -> str:
    """What the agent answers, in a run whose hooks record to that conversation."""

    async def run() -> str:
        async with started() as sdk:
            hooks = synap_openai_agents.SynapRunHooks(sdk, user_id="alice", conversation_id=conversation_id)
            agent = agents.Agent(name="calendar", model=testing.ScriptedModel([[testing.assistant_message(ANSWER)]]))
            result = await agents.Runner.run(agent, QUESTION, **hooks.run_kwargs(tracing_disabled=True))
            return str(result.final_output)

    return asyncio.run(run())


def test_the_run_hooks_record_the_question_and_the_answer(synap_mock: SynapMock, conversation_id: str) -> None:
    answered(conversation_id)
    assert synap_mock.transcript(conversation_id) == [("user", QUESTION), ("assistant", ANSWER)]


def test_the_run_hooks_read_the_compacted_conversation_too(synap_mock: SynapMock, conversation_id: str) -> None:
    answered(conversation_id)
    assert other_calls(synap_mock) == {f"GET /v1/conversations/{conversation_id}/context-for-prompt"}


def test_a_session_id_as_conversation_id_loses_every_turn(synap_mock: SynapMock) -> None:
    assert answered("session-1") == ANSWER  # no caller is notified
    assert synap_mock.messages == []


def test_no_conversation_id_loses_every_turn(synap_mock: SynapMock) -> None:
    assert answered(None) == ANSWER  # no caller is notified
    assert synap_mock.messages == []


@pytest.mark.usefixtures("synap_mock")
def test_a_turn_without_a_conversation_id_is_not_even_logged(caplog: pytest.LogCaptureFixture) -> None:
    answered(None)
    assert [record.message for record in caplog.records if record.name.startswith("synap_")] == []
