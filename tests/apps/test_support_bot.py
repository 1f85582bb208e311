"""The first tests of an ordinary support bot pass with nothing but the fixture."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from apps.support_bot import support_bot
from starlette.testclient import TestClient

from synap_mock import ServerError, SynapMock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANN, BOB = "ann", "bob"


@pytest.fixture
def conversation_id() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK keeps files at home."""
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def bot(home: None, synap_mock: SynapMock) -> Iterator[TestClient]:  # noqa: ARG001 - both before the app starts
    with TestClient(support_bot()) as client:
        yield client


def asked(bot: TestClient, conversation_id: str, text: str, user_id: str = ANN) -> str:
    chat = {"conversation_id": conversation_id, "user_id": user_id, "text": text}
    answer: str = bot.post("/chat", json=chat).raise_for_status().json()["answer"]
    return answer


def remembered(bot: TestClient, text: str, user_id: str = ANN) -> dict[str, Any]:
    found: dict[str, Any] = bot.post("/facts", json={"user_id": user_id, "text": text}).raise_for_status().json()
    return found


def test_a_chat_records_question_and_answer(bot: TestClient, synap_mock: SynapMock, conversation_id: str) -> None:
    answer = asked(bot, conversation_id, "hello")
    assert synap_mock.transcript(conversation_id) == [("user", "hello"), ("assistant", answer)]


def test_the_second_prompt_has_the_first_turn(bot: TestClient, conversation_id: str) -> None:
    asked(bot, conversation_id, "my order is 17")
    assert "user: my order is 17" in asked(bot, conversation_id, "where is it?")


@pytest.mark.usefixtures("home")
def test_a_restarted_bot_has_the_earlier_turns(synap_mock: SynapMock, conversation_id: str) -> None:
    with TestClient(support_bot()) as first:
        asked(first, conversation_id, "my order is 17")
    with TestClient(support_bot()) as second:
        assert "user: my order is 17" in asked(second, conversation_id, "where is it?")
    assert len(synap_mock.messages) == 4


def test_a_stored_fact_reaches_the_prompt(bot: TestClient, conversation_id: str) -> None:
    remembered(bot, "Ann's order number is 17")
    assert "Ann's order number is 17" in asked(bot, conversation_id, "where is my order?")


def test_a_seeded_preference_reaches_the_prompt(bot: TestClient, synap_mock: SynapMock, conversation_id: str) -> None:
    synap_mock.remember("Ann prefers short answers", user_id=ANN, kind="preference")
    assert "Ann prefers short answers" in asked(bot, conversation_id, "hello")


def test_another_users_fact_stays_out_of_the_prompt(bot: TestClient, conversation_id: str) -> None:
    remembered(bot, "Bob's order number is 18", BOB)
    assert "18" not in asked(bot, conversation_id, "what is my order number?")


def test_a_fact_is_read_and_deleted(bot: TestClient) -> None:
    (memory_id,) = remembered(bot, "Ann likes tea")["memory_ids"]
    before = bot.get(f"/facts/{memory_id}")
    bot.delete(f"/facts/{memory_id}").raise_for_status()
    assert (before.json(), bot.get(f"/facts/{memory_id}").status_code) == ({"text": "Ann likes tea"}, 404)


def test_a_bot_without_memory_still_answers(bot: TestClient, synap_mock: SynapMock, conversation_id: str) -> None:
    synap_mock.fail(ServerError(), times=3, route="POST /v1/context/user/fetch")
    assert asked(bot, conversation_id, "hello") == "I know: hello"


def test_a_profile_is_empty_until_it_is_seeded(bot: TestClient, synap_mock: SynapMock) -> None:
    before = bot.get(f"/users/{ANN}/profile").json()
    synap_mock.profile(ANN, {"tier": "gold"})
    assert (before, bot.get(f"/users/{ANN}/profile").json()) == ({}, {"tier": "gold"})


def test_an_erased_user_is_gone(bot: TestClient, synap_mock: SynapMock, conversation_id: str) -> None:
    asked(bot, conversation_id, "hello")
    remembered(bot, "Ann likes tea")
    assert bot.delete(f"/users/{ANN}").json() == {"removed": True}
    assert (synap_mock.messages, synap_mock.memories) == ([], [])


def test_an_imported_call_can_be_read_back(bot: TestClient, synap_mock: SynapMock) -> None:
    call = {"call_id": "call-17", "user_id": ANN, "transcript": "User: hello\nAgent: good morning"}
    first, second = (bot.post("/calls", json=call).raise_for_status().json() for _ in range(2))
    assert (first["turns"], first["status"], second["status"]) == (2, "queued", "duplicate")
    assert synap_mock.transcript(first["conversation_id"]) == [("user", "hello"), ("assistant", "good morning")]


def test_a_long_chat_is_compacted(bot: TestClient, conversation_id: str) -> None:
    asked(bot, conversation_id, "my order is 17")
    compacted = bot.post(f"/conversations/{conversation_id}/compact").raise_for_status().json()
    assert (compacted["status"], "2 messages" in compacted["summary"]) == ("completed", True)
