"""Two dialects, literal: what the pages promise, and what SDK 0.5.10 and later are written for."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from asking import BATCH, ONE, in_process

from synap_mock import SynapMock

CID = "00000000-0000-4000-8000-000000000001"
GOOD = {"conversation_id": CID, "role": "user", "content": "hi"}
NO_UUID = {**GOOD, "conversation_id": "pipecat-1"}
NO_UUID_TEXT = "conversation_id 'pipecat-1' is not a UUID; send a UUID, such as str(uuid.uuid4()) makes"


def answered(dialect: str, messages: list[Any], **settings: Any) -> dict[str, Any]:
    """The answer to a batch, its ids and times made plain."""
    fake = SynapMock(dialect=dialect, seed=1, **settings)
    response = in_process(fake).post(BATCH, json={"messages": messages})
    answer: dict[str, Any] = response.json()
    for number, row in enumerate(row for row in answer.get("results", []) if "message_id" in row):
        assert row["message_id"] == fake.messages[number].message_id
        row.update(message_id=number, recorded_at="now")
    return {"status": response.status_code, **answer}


def test_documented_partial_failure_has_one_row_per_message() -> None:
    assert answered("documented", [NO_UUID, GOOD, NO_UUID, GOOD]) == {
        "status": 200,
        "total": 4,
        "succeeded": 2,
        "failed": 2,
        "results": [
            {"error": NO_UUID_TEXT},
            {"message_id": 0, "recorded_at": "now"},
            {"error": NO_UUID_TEXT},
            {"message_id": 1, "recorded_at": "now"},
        ],
    }


def test_observed_partial_failure_has_rows_and_indexed_errors() -> None:
    assert answered("observed", [NO_UUID, GOOD, NO_UUID, GOOD]) == {
        "status": 200,
        "total": 4,
        "succeeded": 2,
        "failed": 2,
        "results": [
            {"message_id": 0, "recorded_at": "now", "conversation_message_count": 1},
            {"message_id": 1, "recorded_at": "now", "conversation_message_count": 2},
        ],
        "errors": [
            {"index": 0, "error": NO_UUID_TEXT, "code": "INVALID_CONVERSATION_ID"},
            {"index": 2, "error": NO_UUID_TEXT, "code": "INVALID_CONVERSATION_ID"},
        ],
    }


def test_an_all_success_batch_differs_only_by_the_message_count() -> None:
    documented, observed = answered("documented", [GOOD, GOOD]), answered("observed", [GOOD, GOOD])
    counts = [row.pop("conversation_message_count") for row in observed["results"]]
    assert (observed, counts) == (documented, [1, 2])


def test_observed_counts_each_conversation_for_itself() -> None:
    other = {**GOOD, "conversation_id": str(uuid.uuid4())}
    rows = answered("observed", [GOOD, other, GOOD])["results"]
    assert [row["conversation_message_count"] for row in rows] == [1, 1, 2]


def test_documented_a_schema_violation_names_each_entry_and_field() -> None:
    assert answered("documented", [GOOD, {"role": "tool", "content": None}]) == {
        "status": 400,
        "error": "messages[1].conversation_id must be given; it is required; and 2 more, in details",
        "code": "INVALID_INPUT",
        "details": {
            "messages[1].conversation_id": "must be given; it is required",
            "messages[1].role": 'must be "user" or "assistant", not \'tool\'',
            "messages[1].content": "must be a string, not null",
        },
    }


def test_observed_a_schema_violation_is_fastapis_422() -> None:
    assert answered("observed", [GOOD, {"role": "tool", "content": None}]) == {
        "status": 422,
        "detail": [
            {"type": "missing", "loc": ["body", "messages", 1, "conversation_id"], "msg": "Field required"},
            {
                "type": "literal_error",
                "loc": ["body", "messages", 1, "role"],
                "msg": "Input should be 'user' or 'assistant'",
            },
            {"type": "string_type", "loc": ["body", "messages", 1, "content"], "msg": "Input should be a valid string"},
        ],
    }


@pytest.mark.parametrize(("dialect", "key"), [("documented", "details"), ("observed", "detail")])
def test_at_most_100_violations_are_listed(dialect: str, key: str) -> None:
    assert len(answered(dialect, [{}] * 1000)[key]) == 100


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "detail"),
    [
        ("GET", "/api/v1/auth/whoami", {"Authorization": ""}, 401, "Missing or invalid authentication credentials"),
        ("GET", f"/v1/conversations/{CID}/messages", {}, 403, "Conversation not found or access denied"),
        ("GET", "/v1/nowhere", {}, 404, "Not Found"),
        ("POST", BATCH, {}, 413, "the body must have at most 10 bytes, not 11"),
        ("GET", "/v1/conversations/x/messages", {}, 400, "conversation_id must be a UUID, not 'x'"),
    ],
)
def test_observed_errors_have_a_detail(
    method: str, path: str, headers: dict[str, str], status: int, detail: str
) -> None:
    inside = in_process(SynapMock(dialect="observed", max_body=10))
    response = inside.request(method, path, headers=headers, content=b" " * 11 if method == "POST" else None)
    assert response.status_code == status
    assert list(response.json()) == ["detail"]
    assert response.json()["detail"].startswith(detail)


def test_observed_customer_id_on_b2c_fails_as_in_production() -> None:
    inside = in_process(SynapMock(dialect="observed", tenancy="b2c"))
    response = inside.post(ONE, json={**GOOD, "user_id": "u", "customer_id": "c"})
    message = "customer_id is not accepted on a B2C instance."
    assert (response.status_code, response.json()) == (
        400,
        {
            "error": "customer_id_not_accepted_on_b2c",
            "message": message,
            "detail": {
                "code": "customer_id_not_accepted_on_b2c",
                "message": message,
                "where": f"POST {ONE}",
                "fix": "Send user_id only and omit customer_id entirely.",
            },
        },
    )


def test_observed_recording_one_tells_the_message_count() -> None:
    inside = in_process(SynapMock(dialect="observed"))
    inside.post(ONE, json={**GOOD, "user_id": "u"})
    assert inside.post(ONE, json={**GOOD, "user_id": "u"}).json()["conversation_message_count"] == 2


@pytest.mark.parametrize("dialect", ["documented", "observed"])
def test_a_batch_over_max_batch_gets_400_that_names_the_limit(entry: dict[str, Any], dialect: str) -> None:
    response = in_process(SynapMock(max_batch=1, dialect=dialect)).post(BATCH, json={"messages": [entry, entry]})
    assert (response.status_code, "at most 1 messages, not 2" in response.text) == (400, True)
