"""The context routes: what a fetch returns, from which scopes, in which form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from asking import in_process
from fetching import CID, KINDS, OTHER, dialects, fetched, say, texts

from synap_mock import SynapMock

if TYPE_CHECKING:
    import httpx

EVERY_ITEM: Final = {
    "confidence": 1.0,
    "source": "user",
    "scope": "user",
    "entities": [],
    "relevance_score": 0.0,
    "extracted_at": "2026-11-23T12:00:00.000000Z",
    "metadata": {"rank_score": 0.0},
    "event_date": None,
    "said_at": None,
    "event_end": None,
    "event_precision": None,
    "valid_until": None,
    "temporal_category": None,
    "temporal_confidence": 0.0,
    "source_evidence": None,
    "matched_queries": [],
}
OF_KIND: Final[dict[str, dict[str, Any]]] = {
    "fact": {},
    "preference": {"category": "", "strength": 1.0},
    "episode": {
        "summary": "a text",
        "occurred_at": "2026-11-23T12:00:00.000000Z",
        "significance": 1.0,
        "participants": [],
    },
    "emotion": {
        "emotion_type": "unspecified",
        "context": "a text",
        "intensity": 1.0,
        "detected_at": "2026-11-23T12:00:00.000000Z",
    },
    "temporal_event": {"temporal_category": "temporal_fact", "temporal_confidence": 1.0},
}


def remember_each_scope(fake: SynapMock) -> None:
    fake.remember("of the client")
    fake.remember("of the customer", customer_id="acme")
    fake.remember("of the user", customer_id="acme", user_id="ann")
    fake.remember("of the conversation", customer_id="acme", user_id="ann", conversation_id=CID)
    fake.remember("of another customer", customer_id="other")
    fake.remember("of another user", customer_id="acme", user_id="bob")
    fake.remember("of another conversation", customer_id="acme", user_id="ann", conversation_id=OTHER)


@dialects
@pytest.mark.parametrize("tenancy", [None, "b2b"])
@pytest.mark.parametrize(
    ("scope", "ids", "found"),
    [
        ("client", {}, ["client"]),
        ("customer", {"customer_id": "acme"}, ["customer", "client"]),
        ("user", {"customer_id": "acme", "user_id": "ann"}, ["user", "customer", "client"]),
        (
            "conversation",
            {"customer_id": "acme", "user_id": "ann", "conversation_id": CID},
            ["conversation", "user", "customer", "client"],
        ),
    ],
)
def test_a_fetch_returns_its_scope_and_the_wider_ones(
    dialect: str, tenancy: str | None, scope: str, ids: dict[str, str], found: list[str]
) -> None:
    fake = SynapMock(dialect=dialect, tenancy=tenancy)
    remember_each_scope(fake)
    assert texts(in_process(fake), scope, **ids) == [f"of the {name}" for name in found]


@dialects
def test_on_b2c_a_user_has_no_customer(dialect: str) -> None:
    fake = SynapMock(dialect=dialect, tenancy="b2c")
    fake.remember("of the client")
    fake.remember("of Ann", user_id="ann")
    fake.remember("of Bob", user_id="bob")
    assert texts(in_process(fake), "user", user_id="ann") == ["of Ann", "of the client"]


@dialects
def test_another_instance_sees_nothing(dialect: str) -> None:
    fake = SynapMock(dialect=dialect)
    remember_each_scope(fake)
    owner = in_process(fake)
    say(owner, "hi", user_id="ann", customer_id="acme")
    owner.post("/v1/conversations/compact", json={"conversation_id": CID})
    fake.profile("ann", {"overview": "Ann"}, customer_id="acme")
    other, _ = fake.keys.create()
    stranger = in_process(fake)
    stranger.headers["Authorization"] = f"Bearer {other}"
    ids = {"user_id": "ann", "customer_id": "acme", "conversation_id": CID}
    empty: dict[str, list[Any]] = {name: [] for name in KINDS.values()}
    for scope in ("user", "customer", "client", "conversation"):
        assert fetched(stranger, scope, **ids) | {"ttl_seconds": 0} == {"context": empty, "ttl_seconds": 0}
    summary = fetched(stranger, "user", **ids, context_mode="conversation-summary", last_n_conversations=20)
    assert (summary["conversations"], summary["profile"]) == ([], None)
    missing = 404 if dialect == "documented" else 403
    for path in ("context-for-prompt", "compaction/status", "compacted"):
        assert stranger.get(f"/v1/conversations/{CID}/{path}").status_code == missing
    assert stranger.post("/v1/conversations/compact", json={"conversation_id": CID}).status_code == missing
    assert stranger.get("/v1/users/ann/profile?customer_id=acme").status_code == 404


def test_a_stored_document_is_found(inside: httpx.Client) -> None:
    inside.post("/api/v1/memories/create", json={"document": "Ann likes tea.", "user_id": "ann"})
    (fact,) = fetched(inside, "user", user_id="ann", search_query=["tea"])["context"]["facts"]
    assert (fact["content"], fact["matched_queries"]) == ("Ann likes tea.", ["tea"])


def test_a_document_is_found_once_it_is_processed() -> None:
    fake = SynapMock(processing_seconds=60)
    client = in_process(fake)
    client.post("/api/v1/memories/create", json={"document": "Ann likes tea.", "user_id": "ann"})
    before = texts(client, "user", user_id="ann")
    fake.clock.advance(60)
    assert (before, texts(client, "user", user_id="ann")) == ([], ["Ann likes tea."])


def test_ids_come_from_the_newest_message_with_a_user(fake: SynapMock, inside: httpx.Client) -> None:
    remember_each_scope(fake)
    say(inside, "hi", user_id="bob", customer_id="other")
    say(inside, "hi", user_id="ann", customer_id="acme")
    say(inside, "without a user")
    found = ["of the conversation", "of the user", "of the customer", "of the client"]
    assert texts(inside, "conversation", conversation_id=CID) == found


@dialects
def test_on_b2b_a_recorded_customer_need_not_be_sent(dialect: str) -> None:
    fake = SynapMock(dialect=dialect, tenancy="b2b")
    client = in_process(fake)
    request = {"conversation_id": CID, "user_id": "ann"}
    assert client.post("/v1/context/conversation/fetch", json=request).status_code == 400
    say(client, "hi", user_id="ann", customer_id="acme")
    assert client.post("/v1/context/conversation/fetch", json=request).status_code == 200


def test_on_b2c_the_recorded_customer_is_not_sent_back() -> None:
    fake = SynapMock(tenancy="b2c", dialect="observed")
    client = in_process(fake)
    say(client, "hi", user_id="ann")
    fake.remember("of Ann", user_id="ann")
    assert texts(client, "conversation", conversation_id=CID) == ["of Ann"]


@pytest.mark.parametrize(
    ("scope", "ids"),
    [
        ("user", {"user_id": ""}),
        ("user", {"user_id": "nobody"}),
        ("customer", {"customer_id": ""}),
        ("conversation", {"conversation_id": ""}),
        ("conversation", {"conversation_id": OTHER}),
    ],
)
@dialects
def test_unknown_and_empty_ids_are_an_empty_context(dialect: str, scope: str, ids: dict[str, str]) -> None:
    fake = SynapMock(dialect=dialect)
    fake.remember("of Ann", user_id="ann")
    assert fetched(in_process(fake), scope, **ids)["context"] == {name: [] for name in KINDS.values()}


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_has_every_field_of_its_kind(kind: Any) -> None:
    fake = SynapMock(freeze="2026-11-23T12:00:00Z")
    memory = fake.remember("a text", kind=kind, user_id="ann")
    context = fetched(in_process(fake), "user", user_id="ann")["context"]
    assert context.pop(KINDS[kind]) == [{"id": memory.memory_id, "content": "a text"} | EVERY_ITEM | OF_KIND[kind]]
    assert list(context.values()) == [[], [], [], []]


def test_a_ranked_response_has_all_kinds_in_one_list(fake: SynapMock, inside: httpx.Client) -> None:
    fake.remember("tea and biscuits", kind="preference")
    fake.remember("black tea", kind="fact")
    items = fetched(inside, "client", search_query=["black tea"], response_shape="ranked")["context"]["items"]
    found = [(item["rank"], item["category"], item["metadata"]["rank_score"]) for item in items]
    assert found == [(1, "facts", 1.0), (2, "preferences", 0.5)]


def test_the_client_context_may_be_cached_for_longer(inside: httpx.Client) -> None:
    assert (fetched(inside, "client")["ttl_seconds"], fetched(inside, "user", user_id="u")["ttl_seconds"]) == (
        1800,
        300,
    )
