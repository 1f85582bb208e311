"""What the context routes return of conversations and profiles, and what they reject."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from asking import in_process
from fetching import CID, OTHER, dialects, fetched, say

from synap_mock import SynapMock

if TYPE_CHECKING:
    import httpx


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
