"""maximem-synap-haystack: a pipeline's writer that raises when every turn fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from integrations.other_calls import other_calls
from integrations.started import started_without_a_loop

if TYPE_CHECKING:
    from synap_mock import SynapMock

synap_haystack = pytest.importorskip("synap_haystack", reason="make integrations installs it")
common = pytest.importorskip("synap_integrations_common", reason="make integrations installs it")
haystack = pytest.importorskip("haystack", reason="make integrations installs it")

QUESTION, ANSWER = "What's on my calendar today?", "You have two meetings."


def written(conversation_id: str) -> None:
    """Both turns, given to the writer in a pipeline."""
    said = [
        haystack.dataclasses.ChatMessage.from_user(QUESTION),
        haystack.dataclasses.ChatMessage.from_assistant(ANSWER),
    ]
    with started_without_a_loop(common.run_async) as sdk:
        writer = synap_haystack.SynapMemoryWriter(sdk, conversation_id=conversation_id, user_id="alice")
        pipeline = haystack.Pipeline()
        pipeline.add_component("writer", writer)
        pipeline.run({"writer": {"messages": said}})


def test_the_writer_records_the_question_and_the_answer(synap_mock: SynapMock, conversation_id: str) -> None:
    written(conversation_id)
    assert synap_mock.transcript(conversation_id) == [("user", QUESTION), ("assistant", ANSWER)]


def test_the_writer_asks_for_nothing_else(synap_mock: SynapMock, conversation_id: str) -> None:
    written(conversation_id)
    assert other_calls(synap_mock) == set()


def test_a_session_id_as_conversation_id_makes_the_pipeline_raise(synap_mock: SynapMock) -> None:
    with pytest.raises(haystack.core.errors.PipelineRuntimeError, match="all 2 record_message attempts failed"):
        written("session-1")
    assert synap_mock.messages == []
