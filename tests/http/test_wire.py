"""The six routes, as section 1 of the contract has them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from asking import BATCH, ONE, in_process

from synap_mock import SynapMock

if TYPE_CHECKING:
    import httpx

Entry = dict[str, Any]


def test_a_batch_is_answered_with_the_four_documented_fields(inside: httpx.Client, entry: Entry) -> None:
    answer = inside.post(BATCH, json={"messages": [entry]}).json()
    assert list(answer) == ["total", "succeeded", "failed", "results"]


def test_a_successful_row_has_only_a_message_id_and_a_time(inside: httpx.Client, entry: Entry) -> None:
    (row,) = inside.post(BATCH, json={"messages": [entry]}).json()["results"]
    assert list(row) == ["message_id", "recorded_at"]


def test_recorded_at_is_the_time_now_with_a_zone(inside: httpx.Client, entry: Entry) -> None:
    (row,) = inside.post(BATCH, json={"messages": [entry]}).json()["results"]
    at = datetime.fromisoformat(row["recorded_at"])
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)


def test_an_empty_batch_counts_nothing(inside: httpx.Client) -> None:
    answer = inside.post(BATCH, json={"messages": []})
    assert (answer.status_code, answer.json()) == (200, {"total": 0, "succeeded": 0, "failed": 0, "results": []})


def test_an_empty_batch_leaves_no_conversation_behind(fake: SynapMock, inside: httpx.Client) -> None:
    inside.post(BATCH, json={"messages": []})
    assert fake.conversations == []


def test_the_same_entry_twice_is_two_messages(fake: SynapMock, inside: httpx.Client, entry: Entry) -> None:
    inside.post(BATCH, json={"messages": [entry, entry]})
    assert len({message.message_id for message in fake.messages}) == 2


def test_unknown_keys_are_ignored(fake: SynapMock, inside: httpx.Client, entry: Entry) -> None:
    inside.post(BATCH, json={"messages": [{**entry, "scope": {"a": [1]}}], "fail_fast": True})
    assert fake.transcript(entry["conversation_id"]) == [("user", entry["content"])]


def test_null_means_absent_in_an_optional_field(fake: SynapMock, inside: httpx.Client, entry: Entry) -> None:
    optional = dict.fromkeys(("user_id", "customer_id", "session_id", "metadata"))
    inside.post(BATCH, json={"messages": [{**entry, **optional}]})
    assert len(fake.messages) == 1


@pytest.mark.parametrize("content", ["", " \t\n", "\x00\x1f", "é vs e\u0301", "🧵" * 5000, "</script><b>"])
def test_content_is_kept_code_point_for_code_point(inside: httpx.Client, entry: Entry, content: str) -> None:
    inside.post(BATCH, json={"messages": [{**entry, "content": content}]})
    read = inside.get(f"/v1/conversations/{entry['conversation_id']}/messages").json()
    assert read["turns"][0]["content"] == content


@pytest.mark.parametrize("value", [1, 1.0, True, None, -0.0, 2**80, "1", [1, [True, 1.0]], {"": {}}], ids=repr)
def test_metadata_keeps_its_values_and_their_types(
    fake: SynapMock, inside: httpx.Client, entry: Entry, value: Any
) -> None:
    inside.post(BATCH, json={"messages": [{**entry, "metadata": {"a": value}}]})
    assert repr(fake.messages[0].metadata) == repr({"a": value})


def test_recording_one_answers_with_the_documented_fields(inside: httpx.Client, entry: Entry) -> None:
    answer = inside.post(ONE, json={**entry, "user_id": "u", "session_id": "s"}).json()
    assert list(answer) == ["message_id", "conversation_id", "session_id", "recorded_at"]


def test_recording_one_without_a_session_gets_one_made(fake: SynapMock, inside: httpx.Client, entry: Entry) -> None:
    made = inside.post(ONE, json={**entry, "user_id": "u"}).json()["session_id"]
    assert made
    assert fake.messages[0].session_id == made


def test_reading_back_counts_positions_from_1(inside: httpx.Client, entry: Entry) -> None:
    inside.post(BATCH, json={"messages": [{**entry, "content": str(n)} for n in range(3)]})
    turns = inside.get(f"/v1/conversations/{entry['conversation_id']}/messages").json()["turns"]
    assert [(turn["position"], turn["content"]) for turn in turns] == [(1, "0"), (2, "1"), (3, "2")]


def test_a_turn_read_back_has_the_fields_that_the_sdk_reads(inside: httpx.Client, entry: Entry) -> None:
    (row,) = inside.post(BATCH, json={"messages": [entry]}).json()["results"]
    (turn,) = inside.get(f"/v1/conversations/{entry['conversation_id']}/messages").json()["turns"]
    assert turn == {
        "role": "user",
        "content": entry["content"],
        "message_id": row["message_id"],
        "position": 1,
        "timestamp": row["recorded_at"],
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", list(range(1, 501))),
        ("?start=1&limit=2", [1, 2]),
        ("?start=699&limit=500", [699, 700]),
        ("?start=250&limit=3", [250, 251, 252]),
        ("?start=701", []),
        ("?start=999999999999999999&limit=999999999999999999", []),
    ],
)
def test_reading_back_pages(inside: httpx.Client, entry: Entry, query: str, expected: list[int]) -> None:
    for size in (100, 1, 500, 99):  # pages begin and end inside batches
        inside.post(BATCH, json={"messages": [entry] * size})
    turns = inside.get(f"/v1/conversations/{entry['conversation_id']}/messages{query}").json()["turns"]
    assert [turn["position"] for turn in turns] == expected


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "", "x", "\u00b2", "\u0661", "+1", " 1", "1e3", "9" * 5000])
@pytest.mark.parametrize("name", ["start", "limit"])
def test_reading_back_refuses_what_is_no_whole_number_from_1(
    inside: httpx.Client, entry: Entry, name: str, value: str
) -> None:
    inside.post(BATCH, json={"messages": [entry]})
    path = f"/v1/conversations/{entry['conversation_id']}/messages"
    assert inside.get(path, params={name: value}).status_code == 400


def test_whoami_names_client_and_instance(inside: httpx.Client) -> None:
    answer = inside.get("/api/v1/auth/whoami").json()
    assert list(answer) == ["client_id", "instance_id"]
    assert re.fullmatch("cli_[0-9a-f]{16} inst_[0-9a-f]{16}", " ".join(answer.values()))


@pytest.mark.parametrize(("tenancy", "isolation"), [("b2b", "strict"), ("b2c", "equals_customer")])
def test_whoami_tells_the_tenancy_where_it_is_set(tenancy: str, isolation: str) -> None:
    answer = in_process(SynapMock(tenancy=tenancy)).get("/api/v1/auth/whoami").json()
    assert answer["user_context_isolation"] == isolation


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[1]"])
def test_telemetry_is_answered_200_whatever_its_body(inside: httpx.Client, body: bytes) -> None:
    assert inside.post("/v1/telemetry/batch", content=body).status_code == 200


def test_health_needs_no_key(inside: httpx.Client) -> None:
    assert inside.get("/health", headers={"Authorization": ""}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/nothing"),
        ("POST", "/v1/memories/create"),
        ("GET", BATCH),
        ("PUT", ONE),
        ("DELETE", "/v1/conversations/1/messages"),
        ("OPTIONS", BATCH),
        ("HEAD", BATCH),
        ("POST", BATCH + "/"),
        ("POST", BATCH.replace("messages", "/messages")),
        ("GET", "/v1/conversations/00000000-0000-4000-8000-000000000001/messages/"),
        ("GET", "/"),
    ],
)
def test_another_path_or_method_is_404_and_kept_as_unmodelled(fake: SynapMock, method: str, path: str) -> None:
    response = in_process(fake).request(method, path, headers={"Authorization": ""})
    assert (response.status_code, [(call.method, call.path) for call in fake.unmodelled]) == (404, [(method, path)])


def test_what_is_not_modelled_is_named(inside: httpx.Client) -> None:
    answer = inside.get("/v1/credits/balance").json()
    assert answer == {
        "error": "synap-mock does not model GET /v1/credits/balance",
        "code": "NOT_MODELLED",
        "details": {},
    }


@pytest.mark.parametrize("given", ["syn_abc123_1_ffffff", "a b", "~" * 200])
def test_a_correlation_id_is_echoed(inside: httpx.Client, given: str) -> None:
    assert inside.get("/health", headers={"X-Correlation-ID": given}).headers["X-Correlation-Id"] == given


@pytest.mark.parametrize("given", [b"", b"~" * 201, b"caf\xe9", b"a\tb"])
def test_another_correlation_id_is_replaced(inside: httpx.Client, given: bytes) -> None:
    answered = inside.get("/health", headers={b"X-Correlation-ID": given}).headers["X-Correlation-Id"]
    assert re.fullmatch("mock_[0-9A-Za-z]{12}_1", answered)


def test_every_answer_is_json(inside: httpx.Client) -> None:
    kinds = {inside.get(path).headers["Content-Type"] for path in ("/health", "/v1/nowhere", "/api/v1/auth/whoami")}
    assert kinds == {"application/json"}


@pytest.mark.parametrize("body", [b"{", b" " * 11, b'{"messages": [{}]}'], ids=["no json", "over the cap", "no schema"])
def test_the_key_is_checked_before_the_body_is_looked_at(body: bytes) -> None:
    inside = in_process(SynapMock(max_body=10))
    assert inside.post(BATCH, content=body, headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_every_call_without_a_correlation_id_gets_its_own(inside: httpx.Client) -> None:
    assert len({inside.get("/health").headers["X-Correlation-Id"] for _ in range(5)}) == 5


def test_every_session_that_is_made_is_another(inside: httpx.Client, entry: Entry) -> None:
    made = {inside.post(ONE, json={**entry, "user_id": "u"}).json()["session_id"] for _ in range(5)}
    assert len(made) == 5


def test_whoami_tells_an_instances_own_tenancy(fake: SynapMock, inside: httpx.Client) -> None:
    key, _ = fake.keys.create(tenancy="b2c")
    answer = inside.get("/api/v1/auth/whoami", headers={"Authorization": f"Bearer {key}"}).json()
    assert answer["user_context_isolation"] == "equals_customer"
