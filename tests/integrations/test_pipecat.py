"""maximem-synap-pipecat: a frame processor that reports failures in an error frame."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from integrations.other_calls import other_calls
from integrations.started import started

if TYPE_CHECKING:
    from synap_mock import SynapMock

synap_pipecat = pytest.importorskip("synap_pipecat", reason="make integrations installs it")
frames = pytest.importorskip("pipecat.frames.frames", reason="make integrations installs it")
utils = pytest.importorskip("pipecat.tests.utils", reason="make integrations installs it")

QUESTION, ANSWER = "What's on my calendar today?", "You have two meetings."


def heard(conversation_id: str) -> list[str]:
    """The errors that went up the pipeline, of a recorder that heard both turns."""

    async def run() -> list[str]:
        async with started() as sdk:
            recorder = synap_pipecat.SynapRecorder(sdk, user_id="alice", conversation_id=conversation_id)
            asked = frames.TranscriptionFrame(QUESTION, user_id="alice", timestamp="2026-01-01T00:00:00Z")
            spoken = [frames.LLMTextFrame("You have "), frames.LLMTextFrame("two meetings.")]
            sent = [asked, frames.LLMFullResponseStartFrame(), *spoken, frames.LLMFullResponseEndFrame()]
            _, up = await utils.run_test(recorder, frames_to_send=sent)
            return [frame.error for frame in up if isinstance(frame, frames.ErrorFrame)]

    return asyncio.run(run())


def test_the_recorder_records_the_question_and_the_answer(synap_mock: SynapMock, conversation_id: str) -> None:
    assert heard(conversation_id) == []
    assert synap_mock.transcript(conversation_id) == [("user", QUESTION), ("assistant", ANSWER)]


def test_the_recorder_asks_for_nothing_else(synap_mock: SynapMock, conversation_id: str) -> None:
    heard(conversation_id)
    assert other_calls(synap_mock) == set()


def test_a_room_name_as_conversation_id_loses_every_turn(synap_mock: SynapMock) -> None:
    heard("room-7")
    assert synap_mock.messages == []


@pytest.mark.usefixtures("synap_mock")
def test_of_lost_turns_an_error_frame_tells() -> None:
    assert heard("room-7") == ["pipecat.record_turn: turn write failed"]
