"""maximem-synap-agno: hooks that record under Agno's session id, and swallow what goes wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from integrations.other_calls import other_calls
from integrations.started import started, started_without_a_loop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from synap_mock import SynapMock

synap_agno = pytest.importorskip("synap_agno", reason="make integrations installs it")
agent = pytest.importorskip("agno.agent", reason="make integrations installs it")
common = pytest.importorskip("synap_integrations_common", reason="make integrations installs it")
base = pytest.importorskip("agno.models.base", reason="make integrations installs it")
response = pytest.importorskip("agno.models.response", reason="make integrations installs it")

QUESTION, ANSWER = "What's on my calendar today?", "You have two meetings."


class Canned(base.Model):  # type: ignore[misc, name-defined] # only make integrations installs its types
    """A model that always answers the same."""

    def invoke(self, *_: Any, **__: Any) -> Any:
        return response.ModelResponse(role="assistant", content=ANSWER)

    async def ainvoke(self, *_: Any, **__: Any) -> Any:
        return self.invoke()

    def invoke_stream(self, *_: Any, **__: Any) -> Iterator[Any]:
        yield self.invoke()

    async def ainvoke_stream(self, *_: Any, **__: Any) -> AsyncIterator[Any]:
        yield self.invoke()

    def _parse_provider_response(self, response: Any, **_: Any) -> Any:
        return response

    def _parse_provider_response_delta(self, response: Any) -> Any:
        return response


def answered(session_id: str | None) -> tuple[str, str]:
    """The session id that an awaited run had, and what the agent answered."""

    async def run() -> tuple[str, str]:
        async with started() as sdk:
            hooks = synap_agno.create_synap_async_hooks(sdk)
            made = agent.Agent(model=Canned(id="canned"), telemetry=False, **hooks)
            result = await made.arun(QUESTION, user_id="alice", session_id=session_id)
            return str(result.session_id), str(result.content)

    return asyncio.run(run())


def answered_without_a_loop(session_id: str) -> str:
    """What the agent answers, run as the integration's page has it."""
    with started_without_a_loop(common.run_async) as sdk:
        made = agent.Agent(model=Canned(id="canned"), telemetry=False, **synap_agno.create_synap_hooks(sdk))
        return str(made.run(QUESTION, user_id="alice", session_id=session_id).content)


def test_hooks_of_an_awaited_run_record_both_turns(synap_mock: SynapMock, conversation_id: str) -> None:
    answered(conversation_id)
    assert synap_mock.transcript(conversation_id) == [("user", QUESTION), ("assistant", ANSWER)]


def test_the_hooks_read_the_compacted_conversation_too(synap_mock: SynapMock, conversation_id: str) -> None:
    answered(conversation_id)
    assert other_calls(synap_mock) == {f"GET /v1/conversations/{conversation_id}/context-for-prompt"}


def test_the_hooks_of_a_run_record_the_question_and_the_answer(synap_mock: SynapMock, conversation_id: str) -> None:
    answered_without_a_loop(conversation_id)
    assert synap_mock.transcript(conversation_id) == [("user", QUESTION), ("assistant", ANSWER)]


def test_a_session_id_that_is_not_a_uuid_loses_every_turn(synap_mock: SynapMock) -> None:
    assert answered("session-1") == ("session-1", ANSWER)  # no caller is notified
    assert synap_mock.messages == []


def test_a_session_id_that_is_no_uuid_loses_every_turn_of_a_run(synap_mock: SynapMock) -> None:
    assert answered_without_a_loop("session-1") == ANSWER  # no caller is notified
    assert synap_mock.messages == []


def test_a_session_id_that_agno_makes_is_a_uuid_and_records(synap_mock: SynapMock) -> None:
    session_id, _ = answered(None)
    assert synap_mock.transcript(session_id) == [("user", QUESTION), ("assistant", ANSWER)]
