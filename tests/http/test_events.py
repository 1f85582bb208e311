"""A batch of events: each is accepted, a duplicate or rejected; messages are recorded once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from asking import EVENTS, ONE, in_process

from synap_mock import SynapMock
from synap_mock.domain.conversations import event_ids
from synap_mock.settings import Dialect

if TYPE_CHECKING:
    import httpx

CID: Final = "00000000-0000-4000-8000-00000000000a"
EVENT: Final = {
    "event_id": "evt_1",
    "event_type": "user_message",
    "role": "user",
    "content": "hi",
    "conversation_id": CID,
    "user_id": "ann",
    "metadata": {},
}
dialects = pytest.mark.parametrize("dialect", get_args(Dialect))


def send(client: httpx.Client, *events: object) -> dict[str, Any]:
    response = client.post(EVENTS, content=json.dumps({"events": events}))
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def statuses(client: httpx.Client, *events: object) -> list[str]:
    return [result["status"] for result in send(client, *events)["results"]]


def without(absent: str) -> dict[str, Any]:
    return {name: value for name, value in EVENT.items() if name != absent}


def test_each_event_has_its_result_in_order(inside: httpx.Client) -> None:
    assert send(inside, EVENT, EVENT, without("user_id")) == {
        "accepted": 1,
        "duplicate": 1,
        "rejected": 1,
        "results": [
            {"event_id": "evt_1", "status": "accepted", "reason": None},
            {"event_id": "evt_1", "status": "duplicate", "reason": None},
            {"event_id": "evt_1", "status": "rejected", "reason": "user_id must be given; it is required"},
        ],
    }


def test_no_events_are_no_results(inside: httpx.Client) -> None:
    assert send(inside) == {"accepted": 0, "duplicate": 0, "rejected": 0, "results": []}


def test_messages_are_recorded_in_order_and_others_are_not(fake: SynapMock, inside: httpx.Client) -> None:
    reply = {**without("role"), "event_id": "evt_3", "event_type": "assistant_message", "content": "hello"}
    send(inside, EVENT, {**EVENT, "event_id": "evt_2", "event_type": "tool_call"}, reply)
    assert fake.transcript(CID) == [("user", "hi"), ("assistant", "hello")]
    assert (fake.messages[0].user_id, fake.messages[0].metadata) == ("ann", {})


def test_a_message_event_is_recorded_once(fake: SynapMock, inside: httpx.Client) -> None:
    send(inside, EVENT, EVENT)
    send(inside, EVENT)
    assert len(fake.messages) == 1


def test_an_event_registers_its_conversation() -> None:
    fake = SynapMock(registration="required")
    assert statuses(in_process(fake), EVENT) == ["accepted"]


def test_events_are_none_of_the_batches(fake: SynapMock, inside: httpx.Client) -> None:
    send(inside, EVENT, without("user_id"))
    send(inside, without("user_id"))
    inside.post(ONE, json={**EVENT, "conversation_id": "my-chat"})
    assert fake.batches == []


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (without("event_id"), "event_id must be given; it is required"),
        ({**EVENT, "event_id": ""}, "event_id must be a string of at least 1 characters, not of 0"),
        (without("event_type"), "event_type must be given; it is required"),
        (without("conversation_id"), "conversation_id must be given; it is required"),
        (without("content"), "content must be given; a message requires it"),
        ({**EVENT, "content": 5}, "content must be a string, not 5"),
        ({**EVENT, "role": "system"}, 'role must be "user" or "assistant", not \'system\''),
        ({**EVENT, "metadata": []}, "metadata must be an object, not a list"),
        (
            {**EVENT, "conversation_id": "c-1"},
            "conversation_id 'c-1' is not a UUID; send a UUID, such as str(uuid.uuid4()) makes",
        ),
        ("hi", "must be a JSON object, not 'hi'"),
        (None, "must be a JSON object, not null"),
    ],
)
@dialects
def test_a_wrong_event_is_rejected_by_itself(dialect: str, event: object, reason: str) -> None:
    fake = SynapMock(dialect=dialect)
    inside = in_process(fake)
    answer = send(inside, {**EVENT, "event_id": "good"}, event)
    assert (answer["accepted"], answer["results"][1]["reason"], len(fake.messages)) == (1, reason, 1)
    assert [refusal.path[:2] for refusal in fake.requests[0].refusals] == [("events", 1)]


def test_a_rejected_event_may_be_corrected_under_its_id(inside: httpx.Client) -> None:
    assert statuses(inside, without("user_id"), EVENT) == ["rejected", "accepted"]


@pytest.mark.parametrize("event_type", ["user_message", "tool_call"])
def test_on_b2b_an_event_without_customer_is_rejected(event_type: str) -> None:
    inside = in_process(SynapMock(tenancy="b2b"))
    answer = send(inside, {**EVENT, "event_type": event_type}, {**EVENT, "event_id": "2", "customer_id": "acme"})
    assert (answer["accepted"], answer["rejected"]) == (1, 1)
    assert answer["results"][0]["reason"].startswith("customer_id is required on a B2B instance")


def test_a_test_may_reject_events(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject({"content": "hi"}, error="no")
    answer = send(inside, {**EVENT, "event_id": "2", "event_type": "tool_call"}, EVENT)
    assert answer["results"][1] == {"event_id": "evt_1", "status": "rejected", "reason": "no"}
    assert statuses(inside, EVENT) == ["accepted"]


@dialects
def test_each_instance_has_its_own_event_ids(dialect: str) -> None:
    fake = SynapMock(dialect=dialect)
    key, _ = fake.keys.create()
    inside = in_process(fake)
    send(inside, EVENT)
    inside.headers["Authorization"] = f"Bearer {key}"
    assert statuses(inside, EVENT) == ["accepted"]


def test_the_newest_ids_are_remembered(inside: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_ids, "KEPT", 2)
    events = [{**EVENT, "event_id": str(number)} for number in range(3)]
    send(inside, *events)
    assert statuses(inside, *reversed(events)) == ["duplicate", "duplicate", "accepted"]


def test_the_reset_forgets_event_ids(fake: SynapMock, inside: httpx.Client) -> None:
    send(inside, EVENT)
    fake.reset()
    assert statuses(inside, EVENT) == ["accepted"]


def test_of_concurrent_sends_one_is_accepted() -> None:
    fake = SynapMock()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: statuses(in_process(fake), EVENT), range(8)))
    assert sorted(answers) == [["accepted"], *[["duplicate"]] * 7]
    assert len(fake.messages) == 1


def test_a_key_in_a_reason_is_masked(fake: SynapMock, inside: httpx.Client) -> None:
    (result,) = send(inside, {**EVENT, "conversation_id": fake.api_key})["results"]
    assert fake.api_key not in result["reason"]


def test_ids_with_lone_surrogates_are_distinct(inside: httpx.Client) -> None:
    first, second = {**EVENT, "event_id": "\ud800"}, {**EVENT, "event_id": "\udfff"}
    assert statuses(inside, first, second, first) == ["accepted", "accepted", "duplicate"]


@pytest.mark.parametrize("body", [{}, {"events": {}}, {"events": None}])
@dialects
def test_without_a_list_of_events_the_call_is_rejected(dialect: str, body: object) -> None:
    response = in_process(SynapMock(dialect=dialect)).post(EVENTS, json=body)
    assert response.status_code == {"documented": 400, "observed": 422}[dialect]
