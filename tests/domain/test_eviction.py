"""``max_messages``, ``max_conversations`` and ``max_age``: the oldest go first, and what stays is as it was."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

import pytest
from asking import BATCH, ERASE, INGEST, in_process
from hypothesis import given, settings
from hypothesis import strategies as st

from synap_mock import SynapMock
from synap_mock.domain.storage import numbered, timeline

if TYPE_CHECKING:
    from collections.abc import Sequence

CIDS: Final = [str(uuid.UUID(int=number)) for number in range(1, 7)]


def batch(fake: SynapMock, *numbers: int, key: str | None = None) -> dict[str, Any]:
    """Record a batch with a message in each of these conversations; return the response."""
    messages = [{"conversation_id": CIDS[number], "role": "user", "content": f"c{number}"} for number in numbers]
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    response = in_process(fake).post(BATCH, json={"messages": messages}, headers=headers)
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def contents(fake: SynapMock) -> str:
    return " ".join(message.content for message in fake.messages)


def evicted(fake: SynapMock) -> Any:
    return in_process(fake).get("/_mock/stats").json()["evicted"]


@pytest.mark.parametrize(
    ("most", "left"), [(6, "c0 c1 c2 c0 c1 c0"), (5, "c2 c0 c1 c0"), (4, "c2 c0 c1 c0"), (2, "c0"), (1, "c0")]
)
def test_whole_batches_go_until_the_others_fit(most: int, left: str) -> None:
    fake = SynapMock(max_messages=most)
    for numbers in ((0, 1), (2, 0, 1), (0,)):
        batch(fake, *numbers)
    assert contents(fake) == left


def test_a_batch_larger_than_the_bound_is_recorded_whole() -> None:
    fake = SynapMock(max_messages=2, max_conversations=1)
    batch(fake, 0)
    assert batch(fake, 1, 2, 3)["succeeded"] == 3
    assert contents(fake) == "c1 c2 c3"


def test_the_conversation_that_rested_longest_goes_whole() -> None:
    fake = SynapMock(max_conversations=2)
    for numbers in ((0, 1), (0,), (2, 2), (0,)):
        batch(fake, *numbers)
    assert contents(fake) == "c0 c0 c2 c2 c0"
    assert evicted(fake) == {"conversations": {"max_conversations": 1}, "messages": {"max_conversations": 1}}


def test_what_is_older_than_the_age_is_evicted() -> None:
    fake = SynapMock(max_age="2h")
    batch(fake, 0)
    fake.clock.advance(3600)
    batch(fake, 1)
    fake.clock.advance(3601)
    in_process(fake).get("/health")
    assert contents(fake) == "c1"
    assert evicted(fake) == {"conversations": {"max_age": 1}, "messages": {"max_age": 1}}


def test_what_stays_keeps_its_ids_and_positions() -> None:
    fake, unbounded = SynapMock(max_messages=3, seed=1), SynapMock(seed=1)
    for numbers in ((0, 1), (0,), (1,), (0,)):
        batch(fake, *numbers)
        batch(unbounded, *numbers)
    shown = [(message.message_id, message.position) for message in fake.messages]
    assert shown == [(message.message_id, message.position) for message in unbounded.messages[2:]]


def test_an_evicted_conversation_begins_again() -> None:
    """Its compactions and its transcript are gone with it: the same transcript is not a duplicate."""
    fake = SynapMock(max_conversations=1)
    client = in_process(fake)
    transcript = {"conversation_id": CIDS[0], "user_id": "ann", "transcript": "user: hi"}
    for _ in range(2):
        response = client.post(INGEST, json=transcript).json()
        assert (response["status"], response["turns_recorded"]) == ("queued", 1)
        client.post("/v1/conversations/compact", json={"conversation_id": CIDS[0]})
        batch(fake, 1)
    assert fake.transcript(CIDS[0]) == []
    assert client.get(f"/v1/conversations/{CIDS[0]}/compaction/status").status_code == 404


def test_the_ledger_does_not_count_evicted_messages_as_lost() -> None:
    fake = SynapMock(max_messages=1)
    for number in range(5):
        batch(fake, number)
    assert (fake.ledger.recorded, fake.ledger.lost) == (5, ())


def test_the_oldest_memories_documents_and_profiles_go() -> None:
    fake = SynapMock(max_memories=2)
    client = in_process(fake)
    created = [client.post("/api/v1/memories/create", json={"document": text, "user_id": "u"}).json() for text in "abc"]
    for user in "xyz":
        client.post("/_mock/profiles", json={"user_id": user, "profile": {}})
    client.get("/health")
    assert [memory.text for memory in fake.memories] == ["b", "c"]
    assert [each["user_id"] for each in client.get("/_mock/profiles").json()["profiles"]] == ["y", "z"]
    found = [client.get(f"/api/v1/memories/status/{each['ingestion_id']}").status_code for each in created]
    assert found == [404, 200, 200]
    assert evicted(fake) == {kind: {"max_memories": 1} for kind in ("documents", "memories", "profiles")}


def test_each_world_has_the_bound_of_its_own() -> None:
    fake = SynapMock(max_messages=1)
    world = fake.world("w1")
    for key in (None, world.api_key):
        batch(fake, 0, key=key)
        batch(fake, 1, key=key)
    assert [each.content for each in (*fake.messages, *world.messages)] == ["c1", "c1"]


def test_an_eviction_is_logged_without_contents(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "synap_mock")
    fake = SynapMock(max_messages=1)
    batch(fake, 0, 1)
    batch(fake, 2)
    assert [record.getMessage() for record in caplog.records] == [
        "evicted 2 messages, 2 conversations of world default: max_messages"
    ]


@pytest.mark.parametrize("value", ["7", "90m", "1.5d", 30, 0.5])
def test_an_age_is_a_number_with_a_unit(value: object) -> None:
    SynapMock(max_age=value)


@pytest.mark.parametrize("value", ["7 d", "-1d", "d", "1y", "", 0, -1, float("nan"), "99999999999w"])
def test_another_age_is_rejected(value: object) -> None:
    with pytest.raises(ValueError, match="max_age must be"):
        SynapMock(max_age=value)


CALLS: Final = st.one_of(
    st.lists(st.integers(0, 2), min_size=1, max_size=3),
    st.lists(st.integers(0, 2), min_size=1, max_size=3),
    st.sampled_from([("conversation", 0), ("conversation", 1), ("user", 0)]),
)


def play(fake: SynapMock, calls: Sequence[Any], key: str) -> None:
    client = in_process(fake)
    for number, call in enumerate(calls):
        headers = {"Authorization": f"Bearer {key}"} if number % 3 == 2 else {}
        if isinstance(call, list):
            messages = [
                {"conversation_id": CIDS[each], "role": "user", "content": str(number), "user_id": f"u{each % 2}"}
                for each in call
            ]
            client.post(BATCH, json={"messages": messages}, headers=headers)
        else:
            scope, each = call
            target = {"conversation_id": CIDS[each]} if scope == "conversation" else {}
            confirm = CIDS[each] if scope == "conversation" else f"u{each}"
            client.post(
                ERASE, json={"scope": scope, "user_id": f"u{each}", "confirm": confirm, **target}, headers=headers
            )


@given(st.lists(CALLS, min_size=5, max_size=20), st.integers(2, 6), st.none() | st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_what_stays_reads_the_same_in_every_view(calls: list[Any], most: int, conversations: int | None) -> None:
    """After every eviction and erasure, the indexes agree with the messages, and an export brings them back."""
    fake = SynapMock(max_messages=most, max_conversations=conversations)
    key, _ = fake.keys.create("other", instance_id="inst_other")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbered, "_GAPS", 1)
        patch.setattr(timeline, "_EVICTED", 1)
        play(fake, calls, key)
    messages = fake.messages
    store = fake._state.store  # noqa: SLF001 - what no list shows
    assert store.message_count == len(messages)
    of: dict[tuple[str, str], list[Any]] = {}
    for message in messages:
        of.setdefault((message.instance_id, message.conversation_id), []).append(message)
    shown = fake.conversations
    assert {(each.instance_id, each.conversation_id): each.message_count for each in shown} == {
        key: len(found) for key, found in of.items()
    }
    assert store.conversation_count == len(shown)
    for (instance_id, conversation_id), found in of.items():
        assert store.transcript(instance_id, conversation_id) == found
        assert store.latest(instance_id, conversation_id, limit=2) == found[-2:]
    assert [each for batch in fake.batches for each in batch.messages] == messages
    again = SynapMock()
    client = in_process(again)
    lines = in_process(fake).get("/_mock/export").content
    assert client.post("/_mock/import", content=lines).json() == {"messages": len(messages)}
    assert client.get("/_mock/export").content == lines
    assert again.messages == messages
