"""The outcome of an entry, by what was sent, answered and recorded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
from asking import BATCH, ONE

from synap_mock import (
    ConnectionRefused,
    Disconnected,
    Latency,
    MalformedBody,
    RateLimited,
    Respond,
    ServerError,
    SynapMock,
    TruncatedBody,
    WrongShape,
)

if TYPE_CHECKING:
    from synap_mock.domain.faults.fault import Fault

CID: Final = "00000000-0000-4000-8000-00000000000a"
FAULTS: Final[list[Fault]] = [
    ServerError(503),
    RateLimited(retry_after=1),
    Disconnected(),
    TruncatedBody(),
    MalformedBody(),
    WrongShape({}),
    Latency(3600),
    Respond(202, json={"results": []}),
    Respond(200, content="no JSON"),
]
NAMES: Final = [repr(fault) for fault in FAULTS]


def entry(content: str, **fields: Any) -> dict[str, Any]:
    return {"conversation_id": CID, "role": "user", "content": content} | fields


def send(client: httpx.Client, *contents: str, **fields: Any) -> int | None:
    """Send a batch; its status, None: no answer."""
    try:
        return client.post(BATCH, json={"messages": [entry(content, **fields) for content in contents]}).status_code
    except httpx.TransportError:
        return None


def outcomes(fake: SynapMock) -> dict[str, str]:
    """The contents in each list of the ledger that has any, and how many entries were recorded."""
    ledger = fake.ledger
    lists = {name: getattr(ledger, name) for name in ("lost", "duplicated", "recovered", "unknown")}
    found = {name: "".join(item.entry.content for item in items) for name, items in lists.items() if items}
    return {"recorded": str(ledger.recorded), **found}


def test_success_is_only_counted(fake: SynapMock, inside: httpx.Client) -> None:
    send(inside, "a", "b", "a")
    send(inside, "a")
    assert outcomes(fake) == {"recorded": "4"}


def test_rejected_row_that_is_not_sent_again_is_lost(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject(1)
    send(inside, "a", "b", "c")
    (item,) = fake.ledger.lost
    assert outcomes(fake) == {"recorded": "2", "lost": "b"}
    assert (item.outcome, item.sends, item.cause) == (
        "rejected",
        1,
        "not recorded: 200, the entry rejected: rejected by the test",
    )


def test_rejected_row_that_is_sent_again_is_recovered(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject(1)
    send(inside, "a", "b", "c")
    send(inside, "b")
    assert outcomes(fake) == {"recorded": "2", "recovered": "b"}


def test_whole_batch_sent_again_can_not_be_decided(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject(1)
    send(inside, "a", "b", "c")
    send(inside, "a", "b", "c")
    assert outcomes(fake) == {"recorded": "2", "recovered": "b", "unknown": "ac"}


def test_equal_message_with_a_recovered_row_is_a_new_one(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject(1)
    send(inside, "a", "b")
    send(inside, "b", "a")
    assert outcomes(fake) == {"recorded": "2", "recovered": "b"}


@pytest.mark.parametrize("fault", FAULTS, ids=NAMES)
def test_fault_before_the_commit_loses(fake: SynapMock, inside: httpx.Client, fault: Fault) -> None:
    fake.fail(fault)
    send(inside, "a", "a")
    assert outcomes(fake) == {"recorded": "0", "lost": "aa"}


@pytest.mark.parametrize("fault", [*FAULTS, ConnectionRefused()], ids=[*NAMES, "ConnectionRefused"])
def test_fault_before_the_commit_and_a_retry_recover(fake: SynapMock, inside: httpx.Client, fault: Fault) -> None:
    fake.fail(fault)
    send(inside, "a", "a")
    send(inside, "a", "a")
    assert outcomes(fake) == {"recorded": "0", "recovered": "aa"}


@pytest.mark.parametrize("fault", FAULTS, ids=NAMES)
def test_fault_after_the_commit_and_a_retry_duplicate(fake: SynapMock, inside: httpx.Client, fault: Fault) -> None:
    fake.fail(fault, after_commit=True)
    send(inside, "a", "b")
    send(inside, "a")
    send(inside, "b")
    assert outcomes(fake) == {"recorded": "0", "duplicated": "ab"}


@pytest.mark.parametrize("fault", FAULTS, ids=NAMES)
def test_fault_after_the_commit_alone_loses_nothing(fake: SynapMock, inside: httpx.Client, fault: Fault) -> None:
    fake.fail(fault, after_commit=True)
    send(inside, "a", "b")
    assert outcomes(fake) == {"recorded": "2"}


def test_late_answer_that_the_client_waits_for_is_a_success(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(Latency(0.5), after_commit=True)
    send(inside, "a")
    send(inside, "a")
    assert outcomes(fake) == {"recorded": "2"}


def test_equal_messages_after_a_recovery_are_new_ones(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(500))
    send(inside, "a")
    send(inside, "a")
    send(inside, "a")
    assert outcomes(fake) == {"recorded": "1", "recovered": "a"}


@pytest.mark.parametrize("rejected", [0, 1])
def test_equal_entries_are_interchangeable(fake: SynapMock, inside: httpx.Client, rejected: int) -> None:
    """One of two was recorded and its answer lost, the other was rejected: one more send makes up for the other."""
    fake.reject(rejected)
    fake.fail(ServerError(503), after_commit=True)
    send(inside, "a", "a")
    send(inside, "a")
    assert outcomes(fake) == {"recorded": "1", "recovered": "a"}


def test_entries_that_differ_in_any_field_are_different(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(503), after_commit=True)
    send(inside, "a", metadata={"n": 1})
    send(inside, "a", metadata={"n": True})
    assert outcomes(fake) == {"recorded": "2"}


def test_absent_fields_and_other_spellings_are_equal(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(503), after_commit=True)
    send(inside, "a", conversation_id=CID.upper(), user_id=None, metadata={})
    send(inside, "a")
    assert outcomes(fake) == {"recorded": "0", "duplicated": "a"}


def test_single_messages_and_batches_are_compared(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(503), after_commit=True)
    inside.post(ONE, json=entry("a", user_id="u"))
    send(inside, "a", user_id="u")
    assert outcomes(fake) == {"recorded": "0", "duplicated": "a"}


def test_rejected_call_loses_every_entry(fake: SynapMock, inside: httpx.Client) -> None:
    inside.post(BATCH, json={"messages": [entry("a"), entry("b", role="system"), {"content": "c"}, {}]})
    assert outcomes(fake) == {"recorded": "0", "lost": "abc"}
    assert "400: messages[1].role must be" in fake.ledger.lost[0].cause


def test_invalid_key_loses_and_another_key_recovers(fake: SynapMock, inside: httpx.Client) -> None:
    body = {"messages": [entry("a")]}
    inside.post(BATCH, json=body, headers={"Authorization": "Bearer synap_other_key_0000000000"})
    assert outcomes(fake) == {"recorded": "0", "lost": "a"}
    inside.post(BATCH, json=body)
    assert outcomes(fake) == {"recorded": "0", "recovered": "a"}


def test_other_instances_are_kept_apart(fake: SynapMock, inside: httpx.Client) -> None:
    other, _ = fake.keys.create()
    fake.fail(ServerError(500))
    send(inside, "a")
    inside.post(BATCH, json={"messages": [entry("a")]}, headers={"Authorization": f"Bearer {other}"})
    assert outcomes(fake) == {"recorded": "1", "lost": "a"}


def test_corrected_field_can_not_be_decided(fake: SynapMock, inside: httpx.Client) -> None:
    inside.post(BATCH, json={"messages": [entry("a", conversation_id="conv_1")]})
    send(inside, "a")
    assert outcomes(fake) == {"recorded": "1", "unknown": "a"}


def test_200_of_a_test_can_not_be_decided(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(Respond(200, json={"total": 1}), after_commit=True)
    send(inside, "a")
    send(inside, "a")
    assert outcomes(fake) == {"recorded": "1", "unknown": "a"}


def test_success_that_a_test_answers_itself_can_not_be_decided(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("POST", BATCH, json={"total": 1}, override=True)
    send(inside, "a")
    assert outcomes(fake) == {"recorded": "0", "unknown": "a"}


def test_error_that_a_test_answers_itself_loses(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("POST", BATCH, status=500, override=True, times=1)
    send(inside, "a")
    assert outcomes(fake) == {"recorded": "0", "lost": "a"}


def test_unreadable_body_can_not_be_decided(fake: SynapMock, inside: httpx.Client) -> None:
    for _ in range(2):
        inside.post(BATCH, content=b"\xff{")
    (item,) = fake.ledger.unknown
    assert (item.sends, item.cause.partition(";")[0]) == (2, "the body can't be read, so its entries are not known")


def test_item_lists_answers_and_requests(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail_sequence([ServerError(500), Disconnected(), None])
    for number in range(3):
        inside.headers["X-Correlation-ID"] = f"r{number}"
        send(inside, "a")
    (item,) = fake.ledger.recovered
    assert item.answers == ("500 (fault ServerError)", "no complete answer (fault Disconnected)", "200")
    assert item.request_ids == ("r0", "r1", "r2")


def test_reset_clears(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(500))
    send(inside, "a")
    fake.reset()
    assert outcomes(fake) == {"recorded": "0"}


def test_control_api_lists_the_same(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(500))
    inside.headers["X-Correlation-ID"] = "r"
    send(inside, "a", "synap_other_key_0000000000")
    ledger = inside.get("/_mock/ledger").json()
    assert [item["entry"]["content"] for item in ledger["lost"]] == ["a", "synap_...0000"]
    assert ledger["lost"][0] == {
        "entry": {"conversation_id": CID, "role": "user", "content": "a"},
        "sends": 1,
        "cause": "not recorded: 500 (fault ServerError)",
        "request_ids": ["r"],
    }
    assert {name: value for name, value in ledger.items() if name != "lost"} == json.loads(
        '{"recorded": 0, "duplicated": [], "recovered": [], "unknown": [], "dropped": {}}'
    )
