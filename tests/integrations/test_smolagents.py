"""maximem-synap-smolagents: step callbacks that swallow what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from integrations.other_calls import other_calls
from integrations.started import started_without_a_loop

if TYPE_CHECKING:
    from synap_mock import SynapMock

synap_smolagents = pytest.importorskip("synap_smolagents", reason="make integrations installs it")
common = pytest.importorskip("synap_integrations_common", reason="make integrations installs it")
smolagents = pytest.importorskip("smolagents", reason="make integrations installs it")

QUESTION, ANSWER = "What's on my calendar today?", "You have two meetings."


class Canned(smolagents.Model):  # type: ignore[misc, name-defined] # only make integrations installs its types
    """A model that always answers the same."""

    def generate(self, *_: Any, **__: Any) -> Any:
        said = f'Thought: I know it.\n<code>\nfinal_answer("{ANSWER}")\n</code>'
        return smolagents.ChatMessage(role="assistant", content=said)


def answered(conversation_id: str) -> str:
    """What the agent answers, with callbacks that record to that conversation."""
    with started_without_a_loop(common.run_async) as sdk:
        callbacks = synap_smolagents.synap_step_callbacks(sdk, "alice", conversation_id)
        agent = smolagents.CodeAgent(tools=[], model=Canned(), step_callbacks=callbacks, verbosity_level=0)
        return str(agent.run(QUESTION))


def test_the_callbacks_record_the_question_and_the_answer(synap_mock: SynapMock, conversation_id: str) -> None:
    answered(conversation_id)
    assert synap_mock.transcript(conversation_id) == [("user", QUESTION), ("assistant", ANSWER)]


def test_the_callbacks_ask_for_nothing_else(synap_mock: SynapMock, conversation_id: str) -> None:
    answered(conversation_id)
    assert other_calls(synap_mock) == set()


def test_a_session_id_as_conversation_id_loses_every_turn(synap_mock: SynapMock) -> None:
    assert answered("session-1") == ANSWER  # no caller is notified
    assert synap_mock.messages == []
