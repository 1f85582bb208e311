"""A transcript: its turns are recorded, its text is a memory, and pushing it again changes nothing."""

from __future__ import annotations

import asyncio
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from asking import INGEST, in_process
from maximem_synap import MaximemSynapSDK
from maximem_synap.models.conversations import TranscriptTurn
from maximem_synap.models.errors import InvalidInputError, TranscriptConflictError

from synap_mock import SynapMock
from synap_mock.domain.memories.ingest import HAD_TURNS, NO_TIME, split
from synap_mock.settings import Dialect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx

CALL: Final = {"conversation_id": "call-1", "user_id": "ann", "transcript": "User: hi\nAgent: hello"}
HELD: Final = str(uuid.uuid5(uuid.NAMESPACE_URL, "call-1"))
dialects = pytest.mark.parametrize("dialect", get_args(Dialect))


def ingest(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    response = client.post(INGEST, content=json.dumps({**CALL, **fields}))
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def with_sdk(call: Callable[[MaximemSynapSDK], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        sdk = MaximemSynapSDK()
        await sdk.initialize()
        try:
            return await call(sdk)
        finally:
            await sdk.shutdown()

    return asyncio.run(run())


# --- what is recorded ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("User: hi\nAgent: hello", [("user", "hi"), ("assistant", "hello")]),
        ("HUMAN: hi\nhuman : ho\nuser:there", [("user", "hi"), ("user", "ho\nuser:there")]),
        ("Dr. Smith-O'Neil: hi", [("assistant", "hi")]),
        ("hi\nAgent:\nhello\n  there", [("user", "hi"), ("assistant", "hello\n  there")]),
        ("Agent: see https://x.example at 10:30", [("assistant", "see https://x.example at 10:30")]),
        ("User: hi\n\n10:30 or http://x", [("user", "hi\n\n10:30 or http://x")]),
        ("User:\r\nAgent: a", [("user", ""), ("assistant", "a")]),
        (" \n ", []),
    ],
)
def test_a_text_is_split_at_its_labels(text: str, turns: list[tuple[str, str]]) -> None:
    assert [(turn["role"], turn["content"]) for turn in split(text)] == turns


def test_turns_are_recorded_with_user_and_customer(fake: SynapMock, inside: httpx.Client) -> None:
    ingest(inside, customer_id="acme")
    assert fake.transcript(HELD) == [("user", "hi"), ("assistant", "hello")]
    assert {(message.user_id, message.customer_id) for message in fake.messages} == {("ann", "acme")}


def test_turns_are_no_batch_of_the_clients(fake: SynapMock, inside: httpx.Client) -> None:
    ingest(inside)
    assert fake.batches == []


def test_a_uuid_stays_the_conversations_id(inside: httpx.Client, conversation_id: str) -> None:
    answer = ingest(inside, conversation_id=conversation_id.upper())
    assert (answer["conversation_id"], answer["external_conversation_id"]) == (conversation_id, conversation_id.upper())


def test_speaker_and_time_of_a_turn_are_in_its_metadata(fake: SynapMock, inside: httpx.Client) -> None:
    turn = {"role": "user", "content": "hi", "metadata": {"a": 1}}
    spoken = {**turn, "speaker": "Ann", "timestamp": "2026-11-23T08:00:00"}
    ingest(inside, transcript=[turn, spoken])
    assert [message.metadata for message in fake.messages] == [
        {"a": 1},
        {"a": 1, "speaker": "Ann", "timestamp": "2026-11-23T08:00:00"},
    ]


def test_the_text_is_one_memory_of_the_user(fake: SynapMock, inside: httpx.Client) -> None:
    turns = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]
    ingestion_id = ingest(inside, transcript=turns)["ingestion_id"]
    status = inside.get(f"/api/v1/memories/status/{ingestion_id}").json()
    memory = inside.get(f"/api/v1/memories/{status['memory_ids'][0]}").json()
    assert (status["memories_created"], memory["content"]) == (1, "user: hi\nassistant: hello")
    (held,) = fake._state.memories.all()  # noqa: SLF001 - its scope
    assert (held.scope.user_id, held.origin) == ("ann", "ingest")


def test_turns_that_were_there_are_kept_and_none_is_added(fake: SynapMock, inside: httpx.Client) -> None:
    entry = {"conversation_id": HELD, "role": "user", "content": "live", "user_id": "ann"}
    inside.post("/v1/conversations/messages", json=entry)
    answer = ingest(inside)
    assert (answer["turns_recorded"], answer["warnings"]) == (0, [NO_TIME, HAD_TURNS])
    assert fake.transcript(HELD) == [("user", "live")]


@pytest.mark.parametrize(
    "fields",
    [
        {"started_at": "2026-11-23T08:00:00Z"},
        {"transcript": [{"role": "user", "content": "hi", "timestamp": "2026-11-23T08:00:00Z"}]},
    ],
)
def test_a_time_of_the_event_leaves_no_warning(inside: httpx.Client, fields: dict[str, Any]) -> None:
    assert ingest(inside, **fields)["warnings"] == []


def test_on_b2c_the_customer_is_resolved_from_the_user() -> None:
    fake = SynapMock(tenancy="b2c")
    ingest(in_process(fake))
    assert {message.customer_id for message in fake.messages} == {"ann"}


# --- once ---------------------------------------------------------------------------------------------------------


def test_the_same_transcript_again_is_a_duplicate(fake: SynapMock, inside: httpx.Client) -> None:
    first, second = ingest(inside), ingest(inside, user_id="bob")
    assert (first["status"], second["status"], second["turns_recorded"]) == ("queued", "duplicate", 0)
    assert second["ingestion_id"] == first["ingestion_id"]
    assert len(fake.messages) == 2


def test_a_key_that_is_null_makes_no_other_transcript(inside: httpx.Client) -> None:
    turn = {"role": "user", "content": "hi"}
    ingest(inside, transcript=[turn])
    assert ingest(inside, transcript=[{**turn, "speaker": None, "metadata": None}])["status"] == "duplicate"


@dialects
def test_another_transcript_is_a_conflict_and_records_nothing(dialect: str) -> None:
    fake = SynapMock(dialect=dialect)
    inside = in_process(fake)
    ingest(inside)
    response = inside.post(INGEST, json={**CALL, "transcript": "User: other"})
    assert (response.status_code, response.json()["detail"]["code"]) == (409, "transcript_conflict")
    assert (len(fake.messages), [request.status for request in fake.requests]) == (2, [200, 409])


@dialects
def test_each_instance_has_its_own_transcripts(dialect: str) -> None:
    fake = SynapMock(dialect=dialect)
    other, instance = fake.keys.create()
    inside = in_process(fake)
    ingest(inside)
    inside.headers["Authorization"] = f"Bearer {other}"
    assert ingest(inside, transcript="User: other")["status"] == "queued"
    assert fake.transcript(HELD, instance_id=instance.instance_id) == [("user", "other")]


def test_of_concurrent_pushes_one_is_queued() -> None:
    fake = SynapMock()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: ingest(in_process(fake)), range(8)))
    assert sorted(answer["status"] for answer in answers) == ["duplicate"] * 7 + ["queued"]
    assert (len({answer["ingestion_id"] for answer in answers}), len(fake.messages)) == (1, 2)


def test_the_reset_forgets_transcripts(fake: SynapMock, inside: httpx.Client) -> None:
    ingest(inside)
    fake.reset()
    assert ingest(inside, transcript="User: other")["status"] == "queued"


@pytest.mark.parametrize(("seconds", "status"), [(0.0, "already_compacted"), (60.0, "in_progress")])
def test_a_duplicate_says_whether_the_conversation_is_compacted(seconds: float, status: str) -> None:
    inside = in_process(SynapMock(compaction_seconds=seconds))
    assert ingest(inside)["summary_status"] == "skipped"
    inside.post("/v1/conversations/compact", json={"conversation_id": HELD})
    assert ingest(inside)["summary_status"] == status


# --- what is rejected ---------------------------------------------------------------------------------------------

TURN: Final = {"role": "user", "content": "hi"}


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"user_id": ""}, "user_id"),
        ({"conversation_id": ""}, "conversation_id"),
        ({"transcript": []}, "transcript"),
        ({"transcript": ""}, "transcript"),
        ({"transcript": [TURN, "hi"]}, "transcript[1]"),
        ({"transcript": [TURN, {**TURN, "role": "system"}]}, "transcript[1].role"),
        ({"transcript": [{**TURN, "timestamp": "soon"}]}, "transcript[0].timestamp"),
        ({"conversation_type": "x" * 65}, "conversation_type"),
        ({"analysis": {"a": "x" * 65_536}}, "analysis"),
        ({"metadata": {"a": "x" * 65_536}}, "metadata"),
    ],
)
@dialects
def test_a_wrong_field_is_named_and_nothing_recorded(dialect: str, fields: dict[str, Any], where: str) -> None:
    fake = SynapMock(dialect=dialect)
    response = in_process(fake).post(INGEST, json={**CALL, **fields})
    assert response.status_code == {"documented": 400, "observed": 422}[dialect]
    assert [refusal.where for refusal in fake.requests[0].refusals] == [where]
    assert (fake.messages, fake._state.memories.all()) == ([], [])  # noqa: SLF001 - nothing half done


def test_fields_of_exactly_the_limit_are_accepted(inside: httpx.Client) -> None:
    full = {"a": "x" * (65_536 - len('{"a":""}'))}
    assert ingest(inside, conversation_type="x" * 64, analysis=full, metadata=full)["status"] == "queued"


def test_b2b_needs_a_customer() -> None:
    fake = SynapMock(tenancy="b2b")
    response = in_process(fake).post(INGEST, json=CALL)
    assert (response.status_code, response.json()["code"], fake.messages) == (400, "CUSTOMER_ID_REQUIRED", [])


def test_a_lone_surrogate_survives(fake: SynapMock, inside: httpx.Client) -> None:
    answer = ingest(inside, conversation_id="\ud800", transcript="User: \udfff")
    assert answer["external_conversation_id"] == "\ud800"
    assert fake.transcript(answer["conversation_id"]) == [("user", "\udfff")]


# --- the official SDK ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("synap_mock")
def test_the_sdk_follows_its_processing() -> None:
    async def call(sdk: MaximemSynapSDK) -> Any:
        at = datetime(2026, 11, 23, 8, tzinfo=UTC)
        turn = TranscriptTurn.model_validate({"role": "user", "content": "hi", "timestamp": at, "speaker": "Ann"})
        ingested = await sdk.conversation.ingest_transcript("call-1", "ann", [turn])
        done = await sdk.memories.wait_for_completion(ingested.ingestion_id)
        return ingested, done

    ingested, done = with_sdk(call)
    assert (ingested.conversation_id, ingested.external_conversation_id) == (HELD, "call-1")
    assert (ingested.status, ingested.turns_recorded, ingested.warnings) == ("queued", 1, [])
    assert (done.status.value, done.memories_created) == ("completed", 1)


@dialects
@pytest.mark.synap
def test_the_sdk_raises_its_own_conflict_error(synap_mock: SynapMock, dialect: str) -> None:
    synap_mock._state.change_settings({"dialect": dialect})  # noqa: SLF001 - a marker can't be parametrized

    async def call(sdk: MaximemSynapSDK) -> None:
        await sdk.conversation.ingest_transcript("call-1", "ann", "User: hi")
        with pytest.raises(TranscriptConflictError, match="different transcript"):
            await sdk.conversation.ingest_transcript("call-1", "ann", "User: other")
        with pytest.raises(InvalidInputError):
            await sdk.conversation.ingest_transcript("call-2", "ann", " ")

    with_sdk(call)
