"""Seeding memories and profiles, in Python and under /_mock; and what the lists show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args
from uuid import UUID

import pytest
from asking import in_process

from synap_mock import Memory, Scope, SynapMock
from synap_mock.domain.memories.memory import Kind

if TYPE_CHECKING:
    import httpx

    from synap_mock.settings import Dialect, Tenancy

CID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
SEED = "/_mock/memories"


def scope_of(fake: SynapMock, **ids: str) -> Scope:
    return Scope(fake.keys.instance_of(fake.api_key).instance_id, **ids)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_seeded_memory_has_all_that_was_given(kind: Kind) -> None:
    fake = SynapMock(freeze="2026-11-23T09:30:00Z")
    given = fake.remember("Ann", kind=kind, user_id="ann", customer_id="acme", conversation_id=UUID(CID))
    assert fake.memories == [given]
    assert given == Memory(
        text="Ann",
        kind=kind,
        scope=scope_of(fake, user_id="ann", customer_id="acme", conversation_id=CID),
        memory_id=given.memory_id,
        created_at="2026-11-23T09:30:00.000000Z",
        status="completed",
        origin="remember",
        updated_at=None,
        document_id=None,
    )


@pytest.mark.parametrize(
    ("ids", "level"),
    [
        ({}, "client"),
        ({"customer_id": "acme"}, "customer"),
        ({"user_id": "ann"}, "user"),
        ({"user_id": "ann", "conversation_id": CID.upper()}, "conversation"),
    ],
)
def test_the_narrowest_id_is_the_level(fake: SynapMock, ids: dict[str, Any], level: str) -> None:
    assert fake.remember("x", **ids).scope.level == level


def test_another_instance_is_chosen_by_its_id(fake: SynapMock, inside: httpx.Client) -> None:
    other, instance = fake.keys.create()
    memory = fake.remember("x", instance_id=instance.instance_id)
    path = f"/api/v1/memories/{memory.memory_id}"
    owner = {"Authorization": f"Bearer {other}"}
    assert [inside.get(path).status_code, inside.get(path, headers=owner).status_code] == [404, 200]


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"text": None}, TypeError, "text must be a string, not null"),
    (
        {"kind": "facts"},
        ValueError,
        "'fact' or 'preference' or 'episode' or 'emotion' or 'temporal_event', not 'facts'",
    ),
    ({"kind": ["fact"]}, TypeError, "kind must be"),
    ({"user_id": 5}, TypeError, "user_id must be a string, not 5"),
    ({"user_id": ""}, ValueError, "user_id must not be empty"),
    ({"customer_id": ""}, ValueError, "customer_id must not be empty"),
    ({"conversation_id": "conv-1"}, ValueError, "conversation_id must be a UUID, not 'conv-1'"),
    ({"instance_id": "inst_x"}, ValueError, "instance_id must be that of a key"),
    ({"instance_id": 5}, TypeError, "instance_id must be a string"),
]


@pytest.mark.parametrize(("fields", "error", "text"), WRONG)
def test_a_wrong_memory_is_rejected(fake: SynapMock, fields: dict[str, Any], error: type[Exception], text: str) -> None:
    given = {"text": "x"} | fields
    with pytest.raises(error, match=text):
        fake.remember(given.pop("text"), **given)
    assert fake.memories == []


@pytest.mark.parametrize(("fields", "_", "text"), WRONG)
def test_a_wrong_memory_is_400_under_mock(
    fake: SynapMock, inside: httpx.Client, fields: dict[str, Any], _: type[Exception], text: str
) -> None:
    response = inside.post(SEED, json={"text": "x"} | fields)
    assert (response.status_code, fake.memories) == (400, [])
    assert text in response.json()["error"]


@pytest.mark.parametrize(
    ("tenancy", "dialect", "ids", "text"),
    [
        ("b2b", "documented", {"user_id": "ann"}, "customer_id is required on a B2B instance"),
        ("b2c", "observed", {"user_id": "ann", "customer_id": "acme"}, "customer_id is not accepted on a B2C instance"),
    ],
)
def test_ids_fit_the_tenancy(tenancy: Tenancy, dialect: Dialect, ids: dict[str, Any], text: str) -> None:
    fake = SynapMock(tenancy=tenancy, dialect=dialect)
    with pytest.raises(ValueError, match=text):
        fake.remember("x", **ids)
    with pytest.raises(ValueError, match=text):
        fake.profile(profile={}, **ids)


def test_a_key_in_a_wrong_value_is_masked(fake: SynapMock) -> None:
    with pytest.raises(ValueError, match=r"not 'synap_\.\.\.") as caught:
        fake.remember("x", conversation_id=fake.api_key)
    assert fake.api_key not in str(caught.value)


def test_under_mock_a_memory_is_seeded_listed_and_cleared(fake: SynapMock, inside: httpx.Client) -> None:
    given = {"text": "x \ud800", "kind": "emotion", "user_id": "ann", "customer_id": None}
    shown = inside.post(SEED, content=json.dumps(given)).json()
    (memory,) = fake.memories
    assert shown == {
        "memory_id": memory.memory_id,
        "text": "x \ud800",
        "kind": "emotion",
        "status": "completed",
        "origin": "remember",
        "instance_id": memory.scope.instance_id,
        "customer_id": None,
        "user_id": "ann",
        "conversation_id": None,
        "document_id": None,
        "created_at": memory.created_at,
        "updated_at": None,
    }
    assert inside.get(SEED).json() == {"memories": [shown], "next": None}
    fake.profile("ann", {"overview": "x"})
    assert inside.delete(SEED).json() == {"memories": [], "next": None}
    assert (fake.memories, len(inside.get("/_mock/profiles").json()["profiles"])) == ([], 1)


def test_under_mock_a_profile_is_seeded_listed_and_cleared(fake: SynapMock, inside: httpx.Client) -> None:
    instance_id = fake.keys.instance_of(fake.api_key).instance_id
    inside.post("/_mock/profiles", json={"user_id": "ann", "profile": {"a": 1}})
    fake.profile("ann", {"a": [2, "\ud800"]})
    shown = {
        "user_id": "ann",
        "customer_id": None,
        "instance_id": instance_id,
        "profile": {"attributes": {"a": {"value": [2, "\ud800"]}}},
    }
    assert inside.get("/_mock/profiles").json() == {"profiles": [shown], "next": None}
    assert inside.delete("/_mock/profiles").json() == {"profiles": [], "next": None}
    assert inside.get("/_mock/profiles").json() == {"profiles": [], "next": None}


@pytest.mark.parametrize(
    ("user_id", "profile", "error"),
    [
        (None, {}, TypeError),
        ("", {}, ValueError),
        ("ann", [], TypeError),
        ("ann", {"a": float("nan")}, ValueError),
        ("ann", {"a": {1}}, ValueError),
    ],
)
def test_a_wrong_profile_is_rejected(fake: SynapMock, user_id: Any, profile: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"user_id|profile"):
        fake.profile(user_id, profile)


def test_a_seeded_profile_is_a_copy(fake: SynapMock, inside: httpx.Client) -> None:
    profile = {"a": [1]}
    fake.profile("ann", profile)
    profile["a"].append(2)
    assert inside.get("/_mock/profiles").json()["profiles"][0]["profile"] == {"attributes": {"a": {"value": [1]}}}


def test_reset_forgets_memories_and_profiles(fake: SynapMock, inside: httpx.Client) -> None:
    fake.remember("x")
    fake.profile("ann", {})
    ingestion_id = inside.post("/api/v1/memories/create", json={"document": "y"}).json()["ingestion_id"]
    fake.reset()
    assert (fake.memories, inside.get("/_mock/profiles").json()["profiles"]) == ([], [])
    assert inside.get(f"/api/v1/memories/status/{ingestion_id}").status_code == 404


def test_with_a_seed_ids_repeat() -> None:
    ids = [[fake.remember("x").memory_id for _ in range(2)] for fake in (SynapMock(seed=1), SynapMock(seed=1))]
    assert ids[0] == ids[1]
    assert ids[0][0] != ids[0][1]


@pytest.mark.parametrize(
    ("ids", "shown"),
    [
        ({}, "<fact 'x'>"),
        ({"user_id": "ann", "customer_id": "acme"}, "<fact 'x', user_id='ann', customer_id='acme'>"),
        ({"conversation_id": CID}, f"<fact 'x', conversation_id='{CID}'>"),
    ],
)
def test_a_memory_shows_its_scope(fake: SynapMock, ids: dict[str, Any], shown: str) -> None:
    assert repr(fake.remember("x", **ids)) == shown


def test_a_memory_shows_that_it_is_being_processed() -> None:
    fake = SynapMock(processing_seconds=1)
    in_process(fake).post("/api/v1/memories/create", json={"document": "x" * 61})
    assert repr(fake.memories) == f"[<fact '{'x' * 60}'..., processing>]"
