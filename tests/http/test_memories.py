"""The memory routes: documents are stored and processed; memories are read, updated, deleted and forgotten."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from asking import in_process

from synap_mock import SynapMock
from synap_mock.settings import Dialect

if TYPE_CHECKING:
    import httpx

MEMORIES: Final = "/api/v1/memories"
UNKNOWN: Final = "00000000-0000-4000-8000-000000000000"

in_both_dialects = pytest.mark.parametrize("dialect", get_args(Dialect))


def stored(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    response = client.post(f"{MEMORIES}/create", json={"document": "Ann likes tea.", **fields})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def memory_ids(client: httpx.Client, ingestion_id: str) -> list[str]:
    found: list[str] = client.get(f"{MEMORIES}/status/{ingestion_id}").json()["memory_ids"]
    return found


def texts(fake: SynapMock) -> list[str]:
    return [memory.text for memory in fake.memories]


def test_a_document_becomes_one_memory_with_its_text(inside: httpx.Client) -> None:
    (memory_id,) = memory_ids(inside, stored(inside)["ingestion_id"])
    memory = inside.get(f"{MEMORIES}/{memory_id}").json()
    assert (memory["content"], memory["memory_type"]) == ("Ann likes tea.", "fact")


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("lone \ud800, \u2603", "lone \ud800, \u2603"),
        ("", ""),
        ({"a": ["\u2603", None]}, '{"a": ["\u2603", null]}'),
    ],
)
def test_the_text_is_verbatim(fake: SynapMock, inside: httpx.Client, document: object, text: str) -> None:
    inside.post(f"{MEMORIES}/create", content=json.dumps({"document": document}))
    assert texts(fake) == [text]
    assert inside.get(f"{MEMORIES}/{fake.memories[0].memory_id}").json()["content"] == text


def test_a_document_may_be_nested_as_deep_as_json_goes(fake: SynapMock, inside: httpx.Client) -> None:
    statuses = set()
    for depth in (100, 500, 900, 950, 980, 1_000, 10_000, 100_000):
        nested = f'{{"document": {{"a": {"[" * depth}{"]" * depth}}}}}'
        statuses.add(inside.post(f"{MEMORIES}/create", content=nested).status_code)
    assert statuses == {200, 400}
    assert texts(fake)[0] == f'{{"a": {"[" * 100}{"]" * 100}}}'


@in_both_dialects
def test_another_instance_has_neither_memory_nor_ingestion(dialect: Dialect) -> None:
    fake = SynapMock(dialect=dialect)
    other, _ = fake.keys.create()
    owner = in_process(fake)
    ingestion_id = stored(owner, user_id="ann")["ingestion_id"]
    (memory_id,) = memory_ids(owner, ingestion_id)
    stranger = {"Authorization": f"Bearer {other}"}
    calls = [("GET", f"status/{ingestion_id}"), ("GET", memory_id), ("PATCH", memory_id), ("DELETE", memory_id)]
    statuses = [
        owner.request(method, f"{MEMORIES}/{path}", json={"document": "x"}, headers=stranger).status_code
        for method, path in calls
    ]
    forgotten = owner.post(
        f"{MEMORIES}/forget", json={"description": "tea", "user_id": "ann", "mode": "direct"}, headers=stranger
    )
    assert (statuses, forgotten.json()["status"]) == ([404] * 4, "nothing_matches")
    assert texts(fake) == ["Ann likes tea."]


@in_both_dialects
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("memory_id", [UNKNOWN, "x", "%00", "%ff", "a%20b", "status", "{0}"])
def test_an_unknown_memory_is_404(dialect: Dialect, method: str, memory_id: str) -> None:
    client = in_process(SynapMock(dialect=dialect))
    response = client.request(method, f"{MEMORIES}/{memory_id}", json={"document": "x"})
    wrong = response.json()
    assert response.status_code == 404
    if dialect == "documented":
        assert (wrong["code"], wrong["details"]) == ("MEMORY_NOT_FOUND", {})
    else:
        assert wrong["detail"].startswith("there is no memory ")


def test_an_id_may_have_any_spelling_of_a_uuid(fake: SynapMock, inside: httpx.Client) -> None:
    memory_id = fake.remember("x").memory_id.upper().replace("-", "")
    assert inside.get(f"{MEMORIES}/{memory_id}").json()["memory_id"] == fake.memories[0].memory_id


@in_both_dialects
def test_a_wrong_document_rejects_the_whole_batch(dialect: Dialect) -> None:
    fake = SynapMock(dialect=dialect)
    documents = [{"document": "x"}, {"document": 5}, {}, "y"]
    response = in_process(fake).post(f"{MEMORIES}/batch", json={"documents": documents})
    wrong = response.json()
    if dialect == "documented":
        assert (response.status_code, wrong["code"]) == (400, "INVALID_INPUT")
        assert list(wrong["details"]) == ["documents[1].document", "documents[2].document", "documents[3]"]
    else:
        assert response.status_code == 422
        assert [each["loc"] for each in wrong["detail"]] == [
            ["body", "documents", 1, "document"],
            ["body", "documents", 2, "document"],
            ["body", "documents", 3],
        ]
    assert fake.memories == []


def test_a_batch_has_at_most_100_documents(fake: SynapMock, inside: httpx.Client) -> None:
    statuses = {
        count: inside.post(f"{MEMORIES}/batch", json={"documents": [{"document": "x"}] * count})
        for count in (0, 100, 101)
    }
    assert [response.status_code for response in statuses.values()] == [200, 200, 400]
    assert statuses[101].json()["error"] == "documents must be a list of at most 100 items, not of 101"
    assert len(fake.memories) == 100


def test_a_batch_of_100_times_one_violation_names_100(inside: httpx.Client) -> None:
    wrong = inside.post(f"{MEMORIES}/batch", json={"documents": [{"document": 1, "user_id": 1}] * 100}).json()
    assert len(wrong["details"]) == 100


@in_both_dialects
def test_the_journal_has_why_a_document_was_rejected(dialect: Dialect) -> None:
    fake = SynapMock(dialect=dialect, tenancy="b2b")
    documents = [{"document": "x"}, {"document": "y", "user_id": "ann"}]
    in_process(fake).post(f"{MEMORIES}/batch", json={"documents": documents})
    (refusal,) = fake.requests[0].refusals
    assert (refusal.rule.id, refusal.where) == ("SCOPE-CUSTOMER-REQUIRED", "documents[1].customer_id")


def test_a_repeated_document_id_is_a_new_version(fake: SynapMock, inside: httpx.Client) -> None:
    first = memory_ids(inside, stored(inside, document_id="d", user_id="ann")["ingestion_id"])
    before = fake.memories[0]
    fake.clock.advance(60)
    second = memory_ids(inside, stored(inside, document_id="d", user_id="ann", document="coffee")["ingestion_id"])
    (after,) = fake.memories
    assert (first, after.text, after.created_at) == (second, "coffee", before.created_at)
    assert after.updated_at is not None
    assert after.updated_at > after.created_at


def test_a_document_id_belongs_to_its_scope(fake: SynapMock, inside: httpx.Client) -> None:
    for user_id in ("ann", "bob", None):
        stored(inside, document_id="d", user_id=user_id)
    assert len({memory.memory_id for memory in fake.memories}) == 3


def test_a_new_version_that_fails_changes_nothing(fake: SynapMock, inside: httpx.Client) -> None:
    stored(inside, document_id="d")
    before = fake.memories
    inside.patch("/_mock/settings", json={"processing": "failed"})
    status = inside.get(f"{MEMORIES}/status/{stored(inside, document_id='d', document='y')['ingestion_id']}").json()
    assert (status["status"], status["memory_ids"], fake.memories) == ("failed", [], before)


def test_a_deleted_document_is_stored_anew(fake: SynapMock, inside: httpx.Client) -> None:
    (memory_id,) = memory_ids(inside, stored(inside, document_id="d")["ingestion_id"])
    assert inside.delete(f"{MEMORIES}/{memory_id}").status_code == 200
    stored(inside, document_id="d")
    (memory,) = fake.memories
    assert (memory.memory_id != memory_id, memory.updated_at) == (True, None)


def test_a_memory_is_found_once_it_is_processed(fake: SynapMock, inside: httpx.Client) -> None:
    fake.clock.freeze()
    inside.patch("/_mock/settings", json={"processing_seconds": 1.5})
    ingestion_id = stored(inside, user_id="ann")["ingestion_id"]
    path = f"{MEMORIES}/{fake.memories[0].memory_id}"
    forgetting = {"description": "tea", "user_id": "ann", "mode": "direct"}
    for seconds in (0, 1, 0.499):
        fake.clock.advance(seconds)
        assert (fake.memories[0].status, memory_ids(inside, ingestion_id)) == ("processing", [])
        assert [inside.get(path).status_code, inside.delete(path).status_code] == [404, 404]
        assert inside.post(f"{MEMORIES}/forget", json=forgetting).json()["status"] == "nothing_matches"
    fake.clock.advance(0.001)
    assert (fake.memories[0].status, len(memory_ids(inside, ingestion_id))) == ("completed", 1)
    assert inside.get(path).status_code == 200


def test_deleting_again_is_404(fake: SynapMock, inside: httpx.Client) -> None:
    path = f"{MEMORIES}/{fake.remember('x').memory_id}"
    assert [inside.delete(path).status_code, inside.delete(path).status_code] == [200, 404]


def test_an_update_without_a_document_changes_nothing(fake: SynapMock, inside: httpx.Client) -> None:
    before = fake.remember("x")
    response = inside.patch(f"{MEMORIES}/{before.memory_id}", json={"merge_strategy": "replace"})
    assert (response.status_code, list(response.json()["details"])) == (400, ["document"])
    assert fake.memories == [before]


@pytest.mark.parametrize("length", [2, 501])
def test_a_description_has_3_to_500_characters(inside: httpx.Client, length: int) -> None:
    wrong = inside.post(f"{MEMORIES}/forget", json={"description": "x" * length, "user_id": "ann"}).json()
    assert wrong["error"] == f"description must be a string of 3 to 500 characters, not of {length}"


@pytest.mark.parametrize("user_id", [{}, {"user_id": None}, {"user_id": ""}])
@in_both_dialects
def test_forgetting_takes_exactly_one_user(dialect: Dialect, user_id: dict[str, Any]) -> None:
    fake = SynapMock(dialect=dialect)
    fake.remember("tea")
    response = in_process(fake).post(f"{MEMORIES}/forget", json={"description": "tea", "mode": "direct", **user_id})
    assert (response.status_code, len(fake.memories)) == (400, 1)
    assert "exactly one user" in response.text


def test_on_b2c_a_customer_id_alone_is_the_user() -> None:
    """A narrower scope than the client's: nothing is shown to other users."""
    fake = SynapMock(tenancy="b2c")
    stored(in_process(fake), customer_id="ann")
    assert [memory.scope.user_id for memory in fake.memories] == ["ann"]
