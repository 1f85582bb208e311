"""When a fault strikes: how often, in which order, on which calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asking import BATCH, ONE, in_process
from faults.asked import BODY, CONVERSATION

from synap_mock import Conflict, Forbidden, Request, Respond, ServerError, SynapMock, Unauthorized

if TYPE_CHECKING:
    import httpx

READ = f"/v1/conversations/{CONVERSATION}/messages"
WHOAMI = "/api/v1/auth/whoami"
TELEMETRY = "/v1/telemetry/batch"


def batches(client: httpx.Client, count: int) -> list[int]:
    """The statuses of so many batches."""
    return [client.post(BATCH, json=BODY).status_code for _ in range(count)]


def test_a_fault_strikes_once_by_default(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError())
    assert batches(inside, 2) == [500, 200]


def test_a_fault_strikes_as_often_as_scheduled(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(), times=3)
    assert batches(inside, 4) == [500, 500, 500, 200]


def test_a_fault_without_times_strikes_until_the_reset(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(), times=None)
    applied = batches(inside, 3)
    fake.reset()
    assert applied + batches(inside, 1) == [500, 500, 500, 200]


def test_faults_strike_in_the_order_in_which_they_were_armed(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(501), times=2)
    fake.fail(ServerError(502))
    assert batches(inside, 4) == [501, 501, 502, 200]


def test_a_script_strikes_call_by_call_and_none_lets_one_go_well(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail_sequence([ServerError(501), None, ServerError(502), None, None, ServerError(503)])
    assert batches(inside, 7) == [501, 200, 502, 200, 200, 503, 200]


def test_a_script_stands_behind_what_is_armed_already(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(501))
    fake.fail_sequence([None, ServerError(502)])
    assert batches(inside, 4) == [501, 200, 502, 200]


def test_a_scripts_terms_hold_for_each_of_its_faults(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail_sequence([ServerError(501), ServerError(502)], route=ONE, after_commit=True)
    entry = {**BODY["messages"][0], "user_id": "alice"}
    statuses = [inside.post(path, json=entry).status_code for path in (ONE, ONE, ONE)]
    assert (batches(inside, 1), statuses, len(fake.messages)) == ([200], [501, 502, 200], 4)


@pytest.mark.parametrize(
    ("route", "applied"),
    [
        (None, {"batch", "one", "read"}),
        ("/v1/conversations/messages/batch", {"batch"}),
        ("POST /v1/conversations/messages", {"one"}),
        ("GET /v1/conversations/messages", set()),
        (f"GET {READ}", {"read"}),
        ("/v1/conversations/{conversation_id}/messages", {"read"}),
        ("/v1/conversations/{id}/messages", set()),
        ("GET /api/v1/auth/whoami", {"whoami"}),
        ("/v1/telemetry/batch", {"telemetry"}),
        ("GET /health", {"health"}),
        ("/v1/context/fetch", {"unmodelled"}),
    ],
)
def test_a_fault_applies_to_its_route_or_to_conversations(
    fake: SynapMock, inside: httpx.Client, route: str | None, applied: set[str]
) -> None:
    inside.post(BATCH, json=BODY)  # so that there is something to read back
    fake.fail(Conflict(), times=None, route=route)
    statuses = {
        "batch": inside.post(BATCH, json=BODY).status_code,
        "one": inside.post(ONE, json={**BODY["messages"][0], "user_id": "alice"}).status_code,
        "read": inside.get(READ).status_code,
        "whoami": inside.get(WHOAMI).status_code,
        "telemetry": inside.post(TELEMETRY).status_code,
        "health": inside.get("/health").status_code,
        "unmodelled": inside.post("/v1/context/fetch").status_code,
    }
    assert {name for name, status in statuses.items() if status == 409} == applied


def test_what_an_sdk_asks_by_itself_uses_no_fault_up(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError())
    inside.get(WHOAMI)
    inside.post(TELEMETRY)
    inside.get("/health")
    assert batches(inside, 1) == [500]


@pytest.mark.parametrize("authorization", ["", "Bearer synap_of_nobody"])
def test_a_refused_key_uses_no_fault_up(fake: SynapMock, inside: httpx.Client, authorization: str) -> None:
    fake.fail(ServerError())
    refused = inside.post(BATCH, json=BODY, headers={"Authorization": authorization}).status_code
    assert [refused, *batches(inside, 2)] == [401, 500, 200]


def test_a_call_too_soon_uses_no_fault_up() -> None:
    fake = SynapMock(rate_limit=(1, 1))
    inside = in_process(fake)
    inside.get(WHOAMI)
    fake.fail(ServerError())
    too_soon = batches(inside, 1)
    fake.clock.advance(60)
    assert too_soon + batches(inside, 1) == [429, 500]


def test_a_fault_strikes_before_the_body_is_looked_at(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError())
    assert inside.post(BATCH, content=b"no JSON").status_code == 500


def test_a_rejected_batch_stays_rejected_after_the_commit(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(), after_commit=True)
    inside.post(BATCH, json={"messages": [{}]})
    (request,) = fake.requests
    assert (request.status, request.fault, len(request.refusals)) == (500, "ServerError", 3)


def test_after_the_commit_the_truth_is_kept(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(), after_commit=True)
    assert (batches(inside, 1), len(fake.messages), len(fake.batches)) == ([500], 1, 1)


def test_where_chooses_among_the_calls_of_the_route(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(), where=lambda request: request.json["messages"][0]["content"] == "b", times=None)
    entry = BODY["messages"][0]
    statuses = [inside.post(BATCH, json={"messages": [{**entry, "content": content}]}).status_code for content in "abc"]
    assert statuses == [200, 500, 200]


def test_where_is_asked_about_the_call_as_it_came() -> None:
    fake = SynapMock(journal_body=0)
    asked: list[Request] = []
    fake.fail(ServerError(), where=lambda request: not asked.append(request))  # type: ignore[func-returns-value] # always true
    in_process(fake).post(f"{BATCH}?a=b", json=BODY)
    (request,) = asked
    instance_id = fake.keys.instance_of(fake.api_key).instance_id
    assert (request.method, request.path, request.query, request.json, request.status, request.instance_id) == (
        "POST",
        BATCH,
        "a=b",
        BODY,
        None,
        instance_id,
    )


def test_where_is_not_asked_off_the_faults_route(fake: SynapMock, inside: httpx.Client) -> None:
    asked: list[Request] = []
    fake.fail(ServerError(), where=lambda request: bool(asked.append(request)), route=ONE)  # type: ignore[func-returns-value] # always false
    inside.post(BATCH, json=BODY)
    assert asked == []


def test_a_fault_that_does_not_strike_leaves_the_next_to(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(Forbidden(), where=lambda _: False)
    fake.fail(Unauthorized())
    assert batches(inside, 2) == [401, 200]


def test_one_call_is_struck_by_one_fault(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(501), route=BATCH)
    fake.fail(ServerError(502))
    assert batches(inside, 3) == [501, 502, 200]


def test_each_fake_has_its_own_faults(inside: httpx.Client) -> None:
    SynapMock().fail(ServerError())
    assert batches(inside, 1) == [200]


def test_a_scripts_successful_call_has_no_fault_in_the_journal(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail_sequence([None, ServerError()])
    batches(inside, 2)
    assert [request.fault for request in fake.requests] == [None, "ServerError"]


def test_a_requests_repr_names_the_fault(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(503))
    batches(inside, 1)
    assert repr(fake.requests[0]) == f"<POST {BATCH} 503, fault ServerError>"


def test_a_header_of_a_fault_replaces_the_fakes_own(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(Respond(200, json={}, headers={"X-Correlation-Id": "mine"}))
    answer = inside.post(BATCH, json=BODY)
    assert answer.headers.get_list("x-correlation-id") == ["mine"]
