"""The context routes: what a fetch returns, from which scopes, and in which order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from asking import BATCH, in_process

from synap_mock import SynapMock
from synap_mock.settings import Dialect

if TYPE_CHECKING:
    import httpx

CID: Final = "00000000-0000-4000-8000-00000000000a"
OTHER: Final = "00000000-0000-4000-8000-00000000000b"
dialects = pytest.mark.parametrize("dialect", get_args(Dialect))
KINDS: Final = {
    "fact": "facts",
    "preference": "preferences",
    "episode": "episodes",
    "emotion": "emotions",
    "temporal_event": "temporal_events",
}
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


def fetched(client: httpx.Client, scope: str, **fields: Any) -> dict[str, Any]:
    response = client.post(f"/v1/context/{scope}/fetch", json=fields)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def texts(client: httpx.Client, scope: str, **fields: Any) -> list[str]:
    """The texts of what a fetch returns, the best first."""
    items = fetched(client, scope, **fields, response_shape="ranked")["context"]["items"]
    return [item["content"] for item in items]


def say(client: httpx.Client, *contents: str, conversation_id: str = CID, **ids: str) -> None:
    entry = {"conversation_id": conversation_id, "role": "user", **ids}
    answer = client.post(BATCH, json={"messages": [{**entry, "content": content} for content in contents]}).json()
    assert answer["failed"] == 0, answer


def remember_each_scope(fake: SynapMock) -> None:
    fake.remember("of the client")
    fake.remember("of the customer", customer_id="acme")
    fake.remember("of the user", customer_id="acme", user_id="ann")
    fake.remember("of the conversation", customer_id="acme", user_id="ann", conversation_id=CID)
    fake.remember("of another customer", customer_id="other")
    fake.remember("of another user", customer_id="acme", user_id="bob")
    fake.remember("of another conversation", customer_id="acme", user_id="ann", conversation_id=OTHER)


# --- which memories -----------------------------------------------------------------------------------------------


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


# --- in which form ------------------------------------------------------------------------------------------------


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


# --- in which order -----------------------------------------------------------------------------------------------


def test_without_a_query_the_newest_come_first(fake: SynapMock, inside: httpx.Client) -> None:
    for number in range(3):
        fake.remember(f"number {number}", user_id="ann")
    for query in (None, [], [" "], "", "  "):
        assert texts(inside, "user", user_id="ann", search_query=query) == ["number 2", "number 1", "number 0"]


def test_a_query_ranks_by_shared_words_and_hides_nothing(fake: SynapMock, inside: httpx.Client) -> None:
    for text in ("Green TEA, please.", "coffee", "tea", "Green tea in a green cup"):
        fake.remember(text, user_id="ann")
    found = texts(inside, "user", user_id="ann", search_query=["green tea cup"])
    assert found == ["Green tea in a green cup", "Green TEA, please.", "tea", "coffee"]


def test_the_setting_match_leaves_out_what_shares_no_word() -> None:
    fake = SynapMock(retrieval="match")
    client = in_process(fake)
    for text in ("tea", "coffee"):
        fake.remember(text, user_id="ann")
    assert texts(client, "user", user_id="ann", search_query=["a cup of tea"]) == ["tea"]
    assert texts(client, "user", user_id="ann", search_query=["water"]) == []
    assert texts(client, "user", user_id="ann") == ["coffee", "tea"]


def test_several_queries_say_which_found_an_item(fake: SynapMock, inside: httpx.Client) -> None:
    fake.remember("tea and coffee")
    fake.remember("water")
    items = fetched(inside, "client", search_query=["hot coffee", " ", "tea", "tea"])["context"]["facts"]
    assert [item["matched_queries"] for item in items] == [["hot coffee", "tea"], []]


def test_a_query_may_be_a_text(fake: SynapMock, inside: httpx.Client) -> None:
    fake.remember("tea")
    fake.remember("coffee")
    assert texts(inside, "client", search_query="tea") == ["tea", "coffee"]


@pytest.mark.parametrize("most", [1, 2, 50])
def test_max_results_counts_all_kinds_together(fake: SynapMock, inside: httpx.Client, most: int) -> None:
    for kind in ("fact", "preference", "episode"):
        fake.remember(kind, kind=kind)
    assert texts(inside, "client", max_results=most) == ["episode", "preference", "fact"][:most]


def test_a_whole_number_may_have_a_point(fake: SynapMock, inside: httpx.Client) -> None:
    """JSON Schema's integers include 2.0, and FastAPI accepts it."""
    for number in range(3):
        fake.remember(str(number))
    assert len(texts(inside, "client", max_results=2.0)) == 2


def test_ten_results_are_the_default(fake: SynapMock, inside: httpx.Client) -> None:
    for number in range(12):
        fake.remember(str(number))
    assert len(texts(inside, "client")) == 10


@pytest.mark.parametrize(
    ("types", "found"),
    [
        (["all"], list(reversed(KINDS))),
        ([], list(reversed(KINDS))),
        (None, list(reversed(KINDS))),
        (["facts"], ["fact"]),
        (["preference", "temporal_events"], ["temporal_event", "preference"]),
        (["facts", "all"], list(reversed(KINDS))),
    ],
)
def test_types_choose_kinds(fake: SynapMock, inside: httpx.Client, types: object, found: list[str]) -> None:
    for kind in KINDS:
        fake.remember(kind, kind=kind)  # type: ignore[arg-type] # they are kinds
    assert texts(inside, "client", types=types) == found


def test_a_share_per_query_makes_room_for_the_others(fake: SynapMock, inside: httpx.Client) -> None:
    for text in ("coffee", "tea 1", "tea 2", "tea 3"):
        fake.remember(text)
    queries = {"search_query": ["tea", "coffee"], "max_results": 2}
    assert texts(inside, "client", **queries) == ["tea 3", "tea 2"]
    assert texts(inside, "client", **queries, max_results_per_query=1) == ["tea 3", "coffee"]


# --- conversations ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["conversation", "user", "customer", "client"])
def test_recent_turns_come_in_order(inside: httpx.Client, scope: str) -> None:
    say(inside, *(str(number) for number in range(25)))
    context = fetched(inside, scope, conversation_id=CID, user_id="u", customer_id="c")["conversation_context"]
    assert [turn["content"] for turn in context.pop("recent_turns")] == [str(number) for number in range(5, 25)]
    assert context == {
        "conversation_id": CID,
        "summary": None,
        "current_state": {},
        "key_extractions": {},
        "compaction_id": None,
        "compacted_at": None,
    }


@pytest.mark.parametrize("scope", ["conversation", "user", "customer", "client"])
def test_turns_can_be_left_out(inside: httpx.Client, scope: str) -> None:
    say(inside, "hi")
    ids = {"conversation_id": CID, "user_id": "u", "customer_id": "c"}
    assert "conversation_context" not in fetched(inside, scope, **ids, include_conversation_context=False)


def test_an_id_that_is_not_a_uuid_names_no_conversation(inside: httpx.Client) -> None:
    assert "conversation_context" not in fetched(inside, "user", user_id="u", conversation_id="my-chat")


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("structured", "## Recent Turns (2)\n\n**user**: hi\n\n**user**: tea"),
        ("narrative", "Recent exchanges:\nuser: hi\nuser: tea"),
        ("bullet_points", "- user: hi\n- user: tea"),
    ],
)
def test_a_prompt_has_every_message_in_its_style(inside: httpx.Client, style: str, text: str) -> None:
    say(inside, "hi", "tea")
    found = inside.get(f"/v1/conversations/{CID.upper()}/context-for-prompt?style={style}").json()
    assert (found["formatted_context"], found["total_message_count"]) == (text, 2)


@dialects
def test_the_prompt_of_an_unknown_conversation_is_an_error(dialect: str) -> None:
    response = in_process(SynapMock(dialect=dialect)).get(f"/v1/conversations/{CID}/context-for-prompt")
    assert response.status_code == (404 if dialect == "documented" else 403)


def test_the_start_of_a_call_lists_the_users_newest_conversations(fake: SynapMock, inside: httpx.Client) -> None:
    fake.clock.freeze("2026-11-23T12:00:00Z")
    say(inside, "old", conversation_id=OTHER, user_id="ann")
    say(inside, "of Bob", conversation_id=CID[:-1] + "c", user_id="bob")
    fake.clock.advance(60)
    say(inside, "hi", user_id="ann")
    say(inside, "without a user")
    fake.profile("ann", {"overview": "Ann"})
    request = {"user_id": "ann", "context_mode": "conversation-summary"}
    found = fetched(inside, "user", **request)
    assert found["profile"] == {"overview": "Ann"}
    assert found["conversations"] == [
        {
            "conversation_id": CID,
            "external_conversation_id": CID,
            "conversation_type": None,
            "started_at": "2026-11-23T12:01:00.000000Z",
            "ended_at": None,
            "last_message_at": "2026-11-23T12:01:00.000000Z",
            "message_count": 2,
            "summary_status": "pending",
            "summary": None,
            "classification": None,
            "analysis": None,
            "compaction_version": None,
            "compacted_at": None,
        }
    ]
    for most, ids in ((0, []), (1, [CID]), (20, [CID, OTHER])):
        several = fetched(inside, "user", **request, last_n_conversations=most, include_profile=False)
        assert ([each["conversation_id"] for each in several["conversations"]], "profile" in several) == (ids, False)


def test_a_compacted_conversation_has_a_summary(inside: httpx.Client) -> None:
    say(inside, "hi", user_id="ann")
    inside.post("/v1/conversations/compact", json={"conversation_id": CID})
    (found,) = fetched(inside, "user", user_id="ann", context_mode="conversation-summary")["conversations"]
    assert (found["summary_status"], found["compaction_version"]) == ("available", 1)
    assert found["summary"]["narrative_summary"].startswith("1 message, from ")


@pytest.mark.parametrize(
    ("tenancy", "asked", "found"),
    [
        (None, {"customer_id": "acme"}, ["acme"]),
        (None, {}, ["acme", "other"]),
        ("b2b", {"customer_id": "acme"}, ["acme"]),
        ("b2c", {}, ["b2c"]),
    ],
)
def test_a_users_conversations_are_those_with_the_customer(
    tenancy: str | None, asked: dict[str, str], found: list[str]
) -> None:
    client = in_process(SynapMock(tenancy=tenancy))
    for number, customer in enumerate(["b2c"] if tenancy == "b2c" else ["other", "acme"]):
        ids = {"user_id": "ann"} | ({} if customer == "b2c" else {"customer_id": customer})
        say(client, customer, conversation_id=f"{CID[:-1]}{number}", **ids)
    request = {"user_id": "ann", "context_mode": "conversation-summary", "last_n_conversations": 20}
    got = [each["conversation_id"] for each in fetched(client, "user", **request, **asked)["conversations"]]
    names = [client.get(f"/v1/conversations/{each}/messages").json()["turns"][0]["content"] for each in got]
    assert names == found


# --- profiles -----------------------------------------------------------------------------------------------------


@dialects
def test_a_profile_is_returned_as_seeded(dialect: str) -> None:
    fake = SynapMock(dialect=dialect, tenancy="b2b")
    client = in_process(fake)
    document = {"attributes": {"plan": {"value": "pro"}}, "overview": "Ann", "x": [1]}
    fake.profile("a n+n", document, customer_id="acme")
    assert client.get("/v1/users/a%20n+n/profile?customer_id=acme").json() == {"profile": document}
    assert client.get("/v1/users/a%20n+n/profile?customer_id=other").status_code == 404
    assert client.get("/v1/users/a%20n+n/profile").status_code == 400
    assert fake.unmodelled == []


# --- what is rejected ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_results", 0),
        ("max_results", 51),
        ("max_results", True),
        ("max_results", 10.5),
        ("max_results", 10**300),
        ("max_results_per_query", 0),
        ("search_query", {}),
        ("search_query", ["a", None]),
        ("types", "all"),
        ("types", ["memories"]),
        ("types", [["all"]]),
        ("types", [{}]),
        ("mode", "slow"),
        ("precision_level", "low"),
        ("response_shape", "flat"),
        ("query_date", 5),
        ("include_conversation_context", "yes"),
        ("scope", []),
        ("conversation_id", 5),
    ],
)
@pytest.mark.parametrize("scope", ["conversation", "user", "customer", "client"])
@dialects
def test_a_field_of_the_wrong_kind_is_rejected(dialect: str, scope: str, field: str, value: object) -> None:
    client = in_process(SynapMock(dialect=dialect))
    ids = {"conversation_id": CID, "user_id": "u", "customer_id": "c"}
    response = client.post(f"/v1/context/{scope}/fetch", json={**ids, field: value})
    assert response.status_code == (400 if dialect == "documented" else 422)
    assert field in response.text


@pytest.mark.parametrize("scope", ["conversation", "user", "customer"])
def test_the_id_of_the_scope_is_required(inside: httpx.Client, scope: str) -> None:
    for body in ({}, {f"{scope}_id": None}, {f"{scope}_id": 5}):
        response = inside.post(f"/v1/context/{scope}/fetch", json=body)
        assert (response.status_code, list(response.json()["details"])) == (400, [f"{scope}_id"])


@pytest.mark.parametrize("scope", ["conversation", "customer", "client"])
def test_only_a_users_context_has_a_summary(scope: str) -> None:
    body = {"conversation_id": CID, "customer_id": "c", "context_mode": "conversation-summary"}
    response = in_process(SynapMock(dialect="observed")).post(f"/v1/context/{scope}/fetch", json=body)
    assert response.status_code == 422


@dialects
def test_on_b2c_a_customers_context_is_an_error(dialect: str) -> None:
    client = in_process(SynapMock(dialect=dialect, tenancy="b2c"))
    response = client.post("/v1/context/customer/fetch", json={"customer_id": "acme"})
    assert response.status_code == 400
    assert "customer_id is not accepted on a B2C instance" in response.text


@pytest.mark.parametrize("text", ["\ud800", "\x00", "a" * 100_000, "İ", "ß SS"])
def test_any_text_is_ranked_and_returned(fake: SynapMock, inside: httpx.Client, text: str) -> None:
    body = json.dumps({"document": text, "user_id": "\ud800"})
    assert inside.post("/api/v1/memories/create", content=body).status_code == 200
    fake.remember("another")
    found = inside.post("/v1/context/user/fetch", content=json.dumps({"user_id": "\ud800", "search_query": [text]}))
    assert found.json()["context"]["facts"][0]["content"] == text
