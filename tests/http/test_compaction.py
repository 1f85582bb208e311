"""The compaction routes: a compaction covers what was recorded, takes the time that it is given, and hides nothing."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from asking import BATCH, ERASE, in_process

from synap_mock import SynapMock
from synap_mock.settings import Dialect

if TYPE_CHECKING:
    import httpx

CID: Final = "00000000-0000-4000-8000-00000000000a"
NOON: Final = "2026-11-23T12:00:00.000000Z"
LATER: Final = "2026-11-23T12:01:00.000000Z"
SUMMARY: Final = f"2 messages, from {NOON} to {LATER}"
BLOCK: Final = f"## Conversation so far (compacted)\n\n{SUMMARY}"
dialects = pytest.mark.parametrize("dialect", get_args(Dialect))


def recorded(**settings: Any) -> tuple[SynapMock, httpx.Client]:
    """A fake with a conversation of two messages, the second a minute later, when the clock stands."""
    fake = SynapMock(freeze="2026-11-23T12:00:00Z", **settings)
    client = in_process(fake)
    say(client, "a" * 400)
    fake.clock.advance(60)
    say(client, "b" * 40)
    return fake, client


def say(client: httpx.Client, content: str) -> None:
    client.post(BATCH, json={"messages": [{"conversation_id": CID, "role": "user", "content": content}]})


def compact(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    response = client.post("/v1/conversations/compact", json={"conversation_id": CID, **fields})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def read(client: httpx.Client, what: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/v1/conversations/{CID}/{what}").json()
    return found


@dialects
def test_a_compaction_is_completed_at_once(dialect: str) -> None:
    _, client = recorded(dialect=dialect)
    begun = compact(client, conversation_id=f"urn:uuid:{CID.upper()}", strategy=None, target_tokens=None, force=False)
    assert uuid.UUID(begun["compaction_id"]).version == 4
    assert begun == {
        "compaction_id": begun["compaction_id"],
        "conversation_id": CID,
        "status": "in_progress",
        "trigger_type": "manual_api",
        "initiated_at": LATER,
        "estimated_completion_seconds": 0,
        "previous_context": None,
        "previous_context_age_seconds": None,
        "previous_compaction_id": None,
    }
    assert read(client, "compaction/status") == {
        "conversation_id": CID,
        "status": "completed",
        "compaction_id": begun["compaction_id"],
        "completed_at": LATER,
        "compression_ratio": 0.1636,
        "validation_score": 1.0,
        "estimated_completion_seconds": None,
        "error_message": None,
        "latest_version": 1,
        "latest_created_at": LATER,
    }


@pytest.mark.parametrize(
    ("form", "text"),
    [("", BLOCK), ("?format=structured", BLOCK), ("?format=injection", BLOCK), ("?format=narrative", SUMMARY)],
)
def test_the_compacted_context_states_what_it_covers(form: str, text: str) -> None:
    _, client = recorded()
    begun = compact(client, strategy="balanced")
    assert read(client, f"compacted{form}") == {
        "formatted_context": text,
        "original_token_count": 110,
        "compacted_token_count": 18,
        "compression_ratio": 0.1636,
        "strategy_used": "balanced",
        "compaction_id": begun["compaction_id"],
        "validation_score": 1.0,
        "validation_passed": True,
        "facts": [],
        "decisions": [],
        "preferences": [],
        "current_state": {},
        "quality_warning": False,
        "ttl_seconds": 300,
    }


def test_it_takes_the_time_of_the_setting_on_the_clock() -> None:
    fake, client = recorded(compaction_seconds=90.5)
    assert compact(client)["estimated_completion_seconds"] == 91
    fake.clock.advance(90)
    running = read(client, "compaction/status")
    assert (running["status"], running["estimated_completion_seconds"]) == ("in_progress", 1)
    assert [running[name] for name in ("completed_at", "compression_ratio", "latest_version")] == [None, None, None]
    assert client.get(f"/v1/conversations/{CID}/compacted").status_code == 404
    assert read(client, "context-for-prompt")["compaction_id"] is None
    fake.clock.advance(0.5)
    assert read(client, "compaction/status")["status"] == "completed"
    assert read(client, "compacted")["formatted_context"] == BLOCK


@dialects
def test_a_second_one_while_one_runs_is_409(dialect: str) -> None:
    fake, client = recorded(compaction_seconds=60, dialect=dialect)
    first = compact(client)["compaction_id"]
    second = client.post("/v1/conversations/compact", json={"conversation_id": CID, "force": True})
    assert (second.status_code, first in second.text) == (409, True)
    fake.clock.advance(60)
    assert compact(client)["previous_compaction_id"] == first


def test_of_many_at_once_one_begins() -> None:
    fake, _ = recorded(compaction_seconds=60)

    def begin(_: int) -> int:
        return in_process(fake).post("/v1/conversations/compact", json={"conversation_id": CID}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(begin, range(16))) == [200] + [409] * 15


def test_the_next_one_returns_the_previous_one() -> None:
    fake, client = recorded()
    first = compact(client, strategy="high")
    before = read(client, "compacted")
    fake.clock.advance(30)
    say(client, "third")
    second = compact(client)
    assert (second["previous_context"], second["previous_context_age_seconds"]) == (before, 30)
    assert second["previous_compaction_id"] == first["compaction_id"]
    assert read(client, "compacted")["formatted_context"].endswith(
        "3 messages, from " + NOON + " to 2026-11-23T12:01:30.000000Z"
    )
    assert [read(client, f"compacted?version={version}").get("strategy_used") for version in (1, 2, 3)] == [
        "high",
        "adaptive",
        None,
    ]
    assert read(client, "compaction/status")["latest_version"] == 2


def test_while_the_next_one_runs_the_previous_one_counts() -> None:
    fake, client = recorded()
    first = compact(client)["compaction_id"]
    client.patch("/_mock/settings", json={"compaction_seconds": 60})
    second = compact(client)["compaction_id"]
    status = read(client, "compaction/status")
    assert (status["status"], status["compaction_id"], status["latest_version"]) == ("in_progress", second, 1)
    assert read(client, "compacted")["compaction_id"] == first
    fake.clock.advance(60)
    assert read(client, "compacted")["compaction_id"] == second


def test_the_prompt_has_the_compaction_and_what_came_after() -> None:
    fake, client = recorded()
    begun = compact(client)["compaction_id"]
    fake.clock.advance(10)
    covered = read(client, "context-for-prompt")
    assert (covered["formatted_context"], covered["is_stale"], covered["recent_messages"]) == (BLOCK, False, [])
    say(client, "third")
    (message,) = fake.messages[2:]
    assert read(client, "context-for-prompt") == {
        "formatted_context": f"{BLOCK}\n\n## Recent Turns (1)\n\n**user**: third",
        "available": True,
        "is_stale": True,
        "compression_ratio": 0.1636,
        "validation_score": 1.0,
        "compaction_age_seconds": 10,
        "quality_warning": False,
        "recent_messages": [
            {
                "role": "user",
                "content": "third",
                "timestamp": message.recorded_at,
                "message_id": message.message_id,
            }
        ],
        "recent_message_count": 1,
        "compacted_message_count": 2,
        "total_message_count": 3,
        "context_block": BLOCK,
        "compaction_id": begun,
    }


def test_a_fetch_has_the_compaction_and_what_came_after() -> None:
    _, client = recorded()
    begun = compact(client)["compaction_id"]
    say(client, "third")
    response = client.post("/v1/context/conversation/fetch", json={"conversation_id": CID})
    context = response.json()["conversation_context"]
    assert [turn["content"] for turn in context["recent_turns"]] == ["third"]
    assert (context["summary"], context["compaction_id"], context["compacted_at"]) == (BLOCK, begun, LATER)


def test_every_message_can_still_be_read_back() -> None:
    fake, client = recorded()
    compact(client)
    assert len(read(client, "messages")["turns"]) == len(fake.messages) == 2


def test_a_reset_and_an_erasure_forget_compactions() -> None:
    fake, client = recorded()
    for forget in (
        fake.reset,
        lambda: client.post(
            ERASE, json={"scope": "conversation", "conversation_id": CID, "user_id": "ann", "confirm": CID}
        ),
    ):
        compact(client)
        forget()
        say(client, "again")
        assert read(client, "compaction/status")["status"] == "none"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("conversation_id", None),
        ("conversation_id", "my-chat"),
        ("strategy", "drastic"),
        ("target_tokens", 0),
        ("target_tokens", "1"),
        ("force", 1),
    ],
)
def test_a_wrong_field_begins_nothing(field: str, value: object) -> None:
    _, client = recorded()
    response = client.post("/v1/conversations/compact", json={"conversation_id": CID, field: value})
    assert (response.status_code, list(response.json()["details"])) == (400, [field])
    assert read(client, "compaction/status")["status"] == "none"


@dialects
@pytest.mark.parametrize("path", ["compacted", "compaction/status"])
def test_an_unknown_conversation_has_no_compaction(dialect: str, path: str) -> None:
    client = in_process(SynapMock(dialect=dialect))
    missing = 404 if dialect == "documented" else 403
    assert client.get(f"/v1/conversations/{CID}/{path}").status_code == missing
    assert client.post("/v1/conversations/compact", json={"conversation_id": CID}).status_code == missing
    assert client.get(f"/v1/conversations/my-chat/{path}").status_code == 400
