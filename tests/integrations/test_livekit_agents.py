"""maximem-synap-livekit-agents: listeners of a session that swallow what goes wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from integrations.other_calls import other_calls
from integrations.started import started

if TYPE_CHECKING:
    from synap_mock import SynapMock

synap_livekit_agents = pytest.importorskip("synap_livekit_agents", reason="make integrations installs it")
livekit = pytest.importorskip("livekit.agents", reason="make integrations installs it")

QUESTION, ANSWER = "What's on my calendar today?", "You have two meetings."


class Words(livekit.llm.LLMStream):  # type: ignore[misc, name-defined] # only make integrations installs its types
    """The answer, as a stream of one chunk."""

    async def _run(self) -> None:
        delta = livekit.llm.ChoiceDelta(role="assistant", content=ANSWER)
        self._event_ch.send_nowait(livekit.llm.ChatChunk(id="1", delta=delta))


class Canned(livekit.llm.LLM):  # type: ignore[misc, name-defined] # only make integrations installs its types
    """A model that always answers the same."""

    def chat(self, *, chat_ctx: Any, tools: Any = None, conn_options: Any = None, **_: Any) -> Words:
        return Words(
            self, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options or livekit.APIConnectOptions()
        )


def called(conversation_id: str | None) -> str:
    """The conversation id that the session's listeners record to, after a call of two turns."""

    async def run() -> str:
        async with started() as sdk, livekit.AgentSession(llm=Canned()) as session:
            used = synap_livekit_agents.attach_synap_recording(
                session, sdk, user_id="alice", conversation_id=conversation_id
            )
            await session.start(livekit.Agent(instructions="Be brief."))
            result = await session.run(user_input=QUESTION)
            result.expect.next_event().is_message(role="assistant")
            await session.drain()
            return str(used)

    return asyncio.run(run())


def test_the_listeners_record_the_question_and_the_answer(synap_mock: SynapMock, conversation_id: str) -> None:
    called(conversation_id)
    assert synap_mock.transcript(conversation_id) == [("user", QUESTION), ("assistant", ANSWER)]


def test_the_listeners_read_the_compacted_conversation_too(synap_mock: SynapMock, conversation_id: str) -> None:
    called(conversation_id)
    assert other_calls(synap_mock) == {f"GET /v1/conversations/{conversation_id}/context-for-prompt"}


def test_a_room_name_as_conversation_id_loses_every_turn(synap_mock: SynapMock) -> None:
    assert called("room-7") == "room-7"  # no caller is notified
    assert synap_mock.messages == []
