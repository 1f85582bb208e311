"""Erasure: what is held about a user or a conversation is gone, in this instance only, and nothing else is."""

from __future__ import annotations

import asyncio
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from asking import BATCH, ERASE, INGEST, in_process
from maximem_synap import MaximemSynapSDK
from maximem_synap.models.errors import AuthenticationError, InvalidInputError

from synap_mock import SynapMock
from synap_mock.domain.memories import deletions
from synap_mock.domain.memories.memory import Scope
from synap_mock.settings import Dialect

if TYPE_CHECKING:
    import httpx

ONE_ID: Final = "00000000-0000-4000-8000-00000000000a"
TWO_ID: Final = "00000000-0000-4000-8000-00000000000b"
dialects = pytest.mark.parametrize("dialect", get_args(Dialect))


def said(client: httpx.Client, conversation_id: str, *users: str, customer_id: str | None = None) -> None:
    entries = [
        {"conversation_id": conversation_id, "role": "user", "content": f"of {user}", "user_id": user}
        | ({"customer_id": customer_id} if customer_id else {})
        for user in users
    ]
    assert client.post(BATCH, json={"messages": entries}).json()["failed"] == 0


def stored(client: httpx.Client, **ids: str) -> str:
    """Store a document; returns its ingestion's id."""
    response = client.post("/api/v1/memories/create", json={"document": "a fact", **ids})
    ingestion_id: str = response.json()["ingestion_id"]
    return ingestion_id


def erase(client: httpx.Client, scope: str = "user", **fields: Any) -> dict[str, Any]:
    confirm = fields.get(f"{scope}_id")
    response = client.post(ERASE, content=json.dumps({"scope": scope, "confirm": confirm, **fields}))
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def users(fake: SynapMock) -> list[tuple[str | None, int]]:
    return [(message.user_id, message.position) for message in fake.messages]


def counts(messages: int = 0, conversations: int = 0, memories: int = 0, profiles: int = 0) -> dict[str, int]:
    return {"messages": messages, "conversations": conversations, "memories": memories, "profiles": profiles}


# --- a user -------------------------------------------------------------------------------------------------------


def test_a_users_messages_memories_and_profile_are_gone(fake: SynapMock, inside: httpx.Client) -> None:
    said(inside, ONE_ID, "ann", "bob", "ann")
    said(inside, TWO_ID, "ann")
    stored(inside, user_id="ann")
    kept = stored(inside, user_id="bob")
    scope = Scope(fake.keys.instance_of(fake.api_key).instance_id, user_id="ann")
    fake._state.memories.set_profile(scope, {})  # noqa: SLF001 - until a test can seed one
    answer = erase(inside, user_id="ann")
    assert (answer["counts"], answer["found"], answer["fully_removed"]) == (counts(3, 1, 1, 1), True, True)
    assert users(fake) == [("bob", 2)]
    assert [each.conversation_id for each in fake.conversations] == [ONE_ID]
    assert [memory.scope.user_id for memory in fake._state.memories.all()] == ["bob"]  # noqa: SLF001 - as above
    assert inside.get(f"/api/v1/memories/status/{kept}").status_code == 200


def test_the_status_of_an_erased_document_is_gone(inside: httpx.Client) -> None:
    ingestion_id = stored(inside, user_id="ann")
    erase(inside, user_id="ann")
    assert inside.get(f"/api/v1/memories/status/{ingestion_id}").status_code == 404


def test_a_user_of_another_customer_is_kept(fake: SynapMock, inside: httpx.Client) -> None:
    for customer_id in ("acme", "zeta"):
        said(inside, ONE_ID, "ann", customer_id=customer_id)
        stored(inside, user_id="ann", customer_id=customer_id)
    assert erase(inside, user_id="ann", customer_id="acme")["counts"] == counts(1, 0, 1)
    assert [message.customer_id for message in fake.messages] == ["zeta"]


def test_the_erased_conversation_is_read_back_as_unknown(inside: httpx.Client) -> None:
    said(inside, ONE_ID, "ann")
    erase(inside, user_id="ann")
    assert inside.get(f"/v1/conversations/{ONE_ID}/messages").status_code == 404


def test_a_page_reads_over_the_gaps(inside: httpx.Client) -> None:
    """A page that is not the last has as many turns as were asked for: a shorter one ends the SDK's paging."""
    said(inside, ONE_ID, "ann", "bob", "ann", "bob", "bob")
    erase(inside, user_id="ann")
    turns = inside.get(f"/v1/conversations/{ONE_ID}/messages?start=1&limit=2").json()["turns"]
    assert [turn["position"] for turn in turns] == [2, 4]


def test_an_erased_transcript_may_be_ingested_again(fake: SynapMock, inside: httpx.Client) -> None:
    call = {"conversation_id": "call-1", "user_id": "ann", "transcript": "User: hi"}
    inside.post(INGEST, json=call)
    erase(inside, user_id="ann")
    again = inside.post(INGEST, json={**call, "transcript": "User: other"}).json()
    assert (again["status"], [message.content for message in fake.messages]) == ("queued", ["other"])


def test_to_erase_again_finds_nothing_and_is_no_error(inside: httpx.Client) -> None:
    said(inside, ONE_ID, "ann")
    erase(inside, user_id="ann")
    answer = erase(inside, user_id="ann")
    assert (answer["found"], answer["status"], answer["counts"]) == (False, "complete", counts())


# --- a conversation -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [ONE_ID, ONE_ID.upper(), ONE_ID.replace("-", "")])
def test_a_conversation_is_gone_and_memories_are_kept(fake: SynapMock, inside: httpx.Client, given: str) -> None:
    said(inside, ONE_ID, "ann", "bob")
    said(inside, TWO_ID, "ann")
    stored(inside, user_id="ann")
    answer = erase(inside, "conversation", conversation_id=given, user_id="ann")
    assert (answer["counts"], answer["memories_kept"]) == (counts(2, 1), True)
    assert [message.conversation_id for message in fake.messages] == [TWO_ID]
    assert len(fake._state.memories.all()) == 1  # noqa: SLF001 - as above


def test_a_transcripts_own_id_names_its_conversation(fake: SynapMock, inside: httpx.Client) -> None:
    inside.post(INGEST, json={"conversation_id": "call-1", "user_id": "ann", "transcript": "User: hi"})
    assert erase(inside, "conversation", conversation_id="call-1", user_id="ann")["counts"] == counts(1, 1)
    assert fake.messages == []


@dialects
def test_a_conversation_of_another_customer_is_a_conflict(dialect: str) -> None:
    fake = SynapMock(dialect=dialect, tenancy="b2b")
    inside = in_process(fake)
    said(inside, ONE_ID, "ann", customer_id="acme")
    body = {"scope": "conversation", "conversation_id": ONE_ID, "user_id": "ann", "confirm": ONE_ID}
    response = inside.post(ERASE, json={**body, "customer_id": "zeta"})
    assert (response.status_code, len(fake.messages)) == (409, 1)


@pytest.mark.parametrize("scope", ["user", "conversation"])
def test_the_compactions_of_an_erased_conversation_are_gone(inside: httpx.Client, scope: str) -> None:
    said(inside, ONE_ID, "ann")
    assert inside.post("/v1/conversations/compact", json={"conversation_id": ONE_ID}).status_code == 200
    erase(inside, scope, conversation_id=ONE_ID, user_id="ann")
    said(inside, ONE_ID, "ann")
    assert inside.get(f"/v1/conversations/{ONE_ID}/compaction/status").json()["status"] == "none"


def test_what_is_recent_is_right_with_gaps(inside: httpx.Client) -> None:
    said(inside, ONE_ID, "ann", "ann", "bob")
    inside.post("/v1/conversations/compact", json={"conversation_id": ONE_ID})
    said(inside, ONE_ID, "bob", "ann")
    erase(inside, user_id="ann")
    recent = inside.get(f"/v1/conversations/{ONE_ID}/context-for-prompt").json()["recent_messages"]
    turns = inside.get(f"/v1/conversations/{ONE_ID}/messages").json()["turns"]
    assert ([turn["position"] for turn in turns], len(recent)) == ([3, 4], 1)


# --- access ------------------------------------------------------------------------------------------------------


@dialects
@pytest.mark.parametrize("scope", ["user", "conversation"])
def test_another_instance_keeps_what_it_has(dialect: str, scope: str) -> None:
    fake = SynapMock(dialect=dialect)
    key, _ = fake.keys.create()
    inside, other = in_process(fake), in_process(fake)
    other.headers["Authorization"] = f"Bearer {key}"
    for client in (inside, other):
        said(client, ONE_ID, "ann")
        stored(client, user_id="ann")
    deletion_id = erase(inside, scope, conversation_id=ONE_ID, user_id="ann")["deletion_id"]
    left = {memory.scope.instance_id for memory in fake._state.memories.all()}  # noqa: SLF001 - as above
    assert (len(fake.messages), fake.keys.instance_of(key).instance_id in left) == (1, True)
    assert other.get(f"{ERASE}/{deletion_id}").status_code == 404


@dialects
@pytest.mark.parametrize("scope", ["user", "conversation"])
def test_a_dry_run_counts_and_changes_nothing(dialect: str, scope: str) -> None:
    fake = SynapMock(dialect=dialect)
    inside = in_process(fake)
    said(inside, ONE_ID, "ann", "ann")
    stored(inside, user_id="ann")
    before = (fake.messages, fake.conversations, fake._state.memories.all())  # noqa: SLF001 - as above
    preview = erase(inside, scope, conversation_id=ONE_ID, user_id="ann", dry_run=True, confirm=None)
    assert (preview["status"], preview["deletion_id"], preview["fully_removed"]) == ("dry_run", None, False)
    assert (fake.messages, fake.conversations, fake._state.memories.all()) == before  # noqa: SLF001 - as above
    assert erase(inside, scope, conversation_id=ONE_ID, user_id="ann")["counts"] == preview["counts"]


@pytest.mark.parametrize("tenancy", [None, "b2b"])
@dialects
def test_a_whole_customer_needs_another_key(dialect: str, tenancy: str | None) -> None:
    fake = SynapMock(dialect=dialect, tenancy=tenancy)
    inside = in_process(fake)
    said(inside, ONE_ID, "ann", customer_id="acme")
    response = inside.post(ERASE, json={"scope": "customer", "customer_id": "acme", "dry_run": True})
    assert (response.status_code, len(fake.messages)) == (403, 1)
    if dialect == "documented":
        assert response.json()["details"] == {"required_permission": "management:*"}


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"scope": "user", "user_id": None}, ["user_id"]),
        ({"scope": "conversation"}, ["conversation_id", "user_id"]),
        ({"scope": "customer"}, ["customer_id"]),
        ({"scope": "client"}, ["scope"]),
        ({"scope": "user", "user_id": "ann", "confirm": None}, ["confirm"]),
        ({"scope": "user", "user_id": "ann", "confirm": "ANN"}, ["confirm"]),
    ],
)
def test_what_is_missing_is_named(
    fake: SynapMock, inside: httpx.Client, fields: dict[str, Any], where: list[str]
) -> None:
    said(inside, ONE_ID, "ann")
    response = inside.post(ERASE, json=fields)
    assert (response.status_code, list(response.json()["details"]), len(fake.messages)) == (400, where, 1)


def test_b2b_needs_a_customer_for_a_user() -> None:
    fake = SynapMock(tenancy="b2b")
    response = in_process(fake).post(ERASE, json={"scope": "user", "user_id": "ann", "confirm": "ann"})
    assert (response.status_code, response.json()["code"]) == (400, "CUSTOMER_ID_REQUIRED")


def test_a_body_for_another_instance_is_forbidden(fake: SynapMock, inside: httpx.Client) -> None:
    key, _ = fake.keys.create(instance_id="inst_0123456789abcdef")
    inside.headers["Authorization"] = f"Bearer {key}"
    body = {"scope": "user", "user_id": "ann", "confirm": "ann", "instance_id": "inst_fedcba9876543210"}
    assert inside.post(ERASE, json=body).status_code == 403


@pytest.mark.parametrize("scope", ["user", "conversation"])
def test_what_others_record_meanwhile_is_kept(fake: SynapMock, scope: str) -> None:
    """Erasures and batches at the same time: each message of the other user, or conversation, is there once."""
    other = {"user": ONE_ID, "conversation": TWO_ID}[scope]

    def work(number: int) -> None:
        client = in_process(fake)
        if number % 4 == 0:
            erase(client, scope, conversation_id=ONE_ID, user_id="ann")
        else:
            said(client, ONE_ID, "ann")
            said(client, other, "bob")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(80)))
    erase(in_process(fake), scope, conversation_id=ONE_ID, user_id="ann")
    assert {message.user_id for message in fake.messages} == {"bob"}
    assert [message.conversation_id for message in fake.messages] == [other] * 60
    assert len({message.message_id for message in fake.messages}) == 60
    positions = [message.position for message in fake.messages]
    assert positions == sorted(set(positions))


def test_the_newest_records_are_kept(inside: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletions, "KEPT", 2)
    ids = [erase(inside, user_id="ann")["deletion_id"] for _ in range(3)]
    assert [inside.get(f"{ERASE}/{each}").status_code for each in ids] == [404, 200, 200]


def test_the_official_sdk_erases_and_reads_the_record(synap_mock: SynapMock) -> None:
    conversation_id = str(uuid.uuid4())

    async def run() -> Any:
        sdk = MaximemSynapSDK()
        await sdk.initialize()
        await sdk.conversation.record_message(conversation_id, "user", "hi", "ann")
        preview = await sdk.data.delete(scope="user", user_id="ann", dry_run=True)
        done = await sdk.data.delete(scope="user", user_id="ann", confirm="ann")
        assert done.deletion_id is not None
        record = await sdk.data.status(done.deletion_id)
        with pytest.raises(AuthenticationError, match=r"management:\*"):
            await sdk.data.delete(scope="customer", customer_id="acme", confirm="acme")
        with pytest.raises(InvalidInputError):
            await sdk.data.delete(scope="conversation", conversation_id=conversation_id, confirm=conversation_id)
        await sdk.shutdown()
        return preview, done, record

    preview, done, record = asyncio.run(run())
    assert (preview.dry_run, preview.found, preview.counts["messages"]) == (True, True, 1)
    assert (done.status, done.fully_removed, done.continue_) == ("complete", True, False)
    assert done.local_cleared == ["context_cache", "anticipation_cache"]
    assert (record.deletion_id, record.counts) == (done.deletion_id, done.counts)
    assert synap_mock.messages == []
