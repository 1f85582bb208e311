"""What happened, as data: batches, messages, requests; frozen, comparable, short to look at."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from asking import BATCH, ONE, in_process

from synap_mock import Disconnected, SynapMock

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

CID: Final = "00000000-0000-4000-8000-00000000000a"
GOOD: Final[dict[str, Any]] = {"conversation_id": CID, "role": "user", "content": "hi"}
BAD: Final = {**GOOD, "conversation_id": "my-chat"}
NOT_A_UUID: Final = "conversation_id 'my-chat' is not a UUID; send a UUID, such as str(uuid.uuid4()) makes"


def send(client: httpx.Client, *entries: dict[str, Any]) -> None:
    client.post(BATCH, content=json.dumps({"messages": entries}))  # httpx's own JSON takes no lone surrogates


def test_a_batch_tells_what_became_of_its_entries(fake: SynapMock, inside: httpx.Client) -> None:
    send(inside, GOOD, BAD, {**GOOD, "content": "there"})
    (batch,) = fake.batches
    assert (batch.total, len(batch), batch.succeeded, batch.failed) == (3, 3, 2, 1)
    assert [message.content for message in batch.messages] == ["hi", "there"]
    assert [(refusal.where, refusal.text) for refusal in batch.refusals] == [
        ("messages[1].conversation_id", NOT_A_UUID)
    ]


def test_a_batchs_messages_are_those_of_the_fake(fake: SynapMock, inside: httpx.Client) -> None:
    send(inside, GOOD, GOOD)
    inside.post(ONE, json={**GOOD, "user_id": "alice"})
    send(inside, GOOD)
    first, second = fake.batches
    assert (list(first.messages), list(second.messages)) == (fake.messages[:2], fake.messages[3:])


def test_a_batch_of_which_nothing_was_recorded_is_one(fake: SynapMock, inside: httpx.Client) -> None:
    send(inside, BAD)
    assert [(batch.total, batch.succeeded) for batch in fake.batches] == [(1, 0)]


def test_an_empty_batch_is_one(fake: SynapMock, inside: httpx.Client) -> None:
    send(inside)
    assert [len(batch) for batch in fake.batches] == [0]


def test_a_batch_whose_schema_is_broken_is_none(fake: SynapMock, inside: httpx.Client) -> None:
    send(inside, {**GOOD, "role": "system"})
    assert fake.batches == []


def test_record_one_is_no_batch(fake: SynapMock, inside: httpx.Client) -> None:
    inside.post(ONE, json={**GOOD, "user_id": "alice"})
    assert fake.batches == []


def test_of_many_refusals_a_batch_keeps_100_and_counts_all(fake: SynapMock, inside: httpx.Client) -> None:
    send(inside, *[BAD] * 150)
    (batch,) = fake.batches
    assert (len(batch.refusals), batch.failed) == (100, 150)


def test_the_reset_forgets_batches(fake: SynapMock, inside: httpx.Client) -> None:
    send(inside, GOOD)
    fake.reset()
    assert fake.batches == []


def happened(fake: SynapMock) -> list[Any]:
    return [fake.batches, fake.messages, fake.conversations, fake.requests, fake.unmodelled]


def test_what_happened_twice_alike_compares_equal() -> None:
    def snapshot() -> list[Any]:
        fake = SynapMock(seed=1, freeze="2026-11-23T09:30:00Z")
        fake.keys.create("mine", instance_id="inst_1")
        inside = in_process(fake)
        inside.headers.update({"Authorization": "Bearer mine", "X-Correlation-ID": "x"})
        send(inside, GOOD, BAD)
        inside.get("/v1/nowhere")
        return happened(fake)

    assert snapshot() == snapshot()


@pytest.mark.parametrize("kind", range(5), ids=["batch", "message", "conversation", "request", "unmodelled"])
def test_what_happened_can_not_be_changed(fake: SynapMock, inside: httpx.Client, kind: int) -> None:
    send(inside, GOOD)
    inside.get("/v1/nowhere")
    item = happened(fake)[kind][0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(item, dataclasses.fields(item)[0].name, None)


@pytest.mark.parametrize("kind", range(5), ids=["batches", "messages", "conversations", "requests", "unmodelled"])
def test_a_list_of_what_happened_is_the_callers_own(fake: SynapMock, inside: httpx.Client, kind: int) -> None:
    send(inside, GOOD)
    inside.get("/v1/nowhere")
    happened(fake)[kind].clear()
    assert len(happened(fake)[kind]) > 0


def one_message(fake: SynapMock) -> object:
    return fake.messages[0]


def one_batch(fake: SynapMock) -> object:
    return fake.batches[0]


def one_request(fake: SynapMock) -> object:
    return fake.requests[0]


SHOWN: Final[dict[str, tuple[list[dict[str, Any]], Callable[[SynapMock], object], str]]] = {
    "a message": ([GOOD], one_message, f"<message 1 of {CID}: user 'hi'>"),
    "a message with all there is": (
        [{**GOOD, "user_id": "alice", "customer_id": "acme", "session_id": "s", "metadata": {"a": 1}}],
        one_message,
        f"<message 1 of {CID}: user 'hi', user_id='alice', customer_id='acme', metadata={{'a': 1}}>",
    ),
    "a message without metadata to speak of": (
        [{**GOOD, "metadata": {}}],
        one_message,
        f"<message 1 of {CID}: user 'hi'>",
    ),
    "a long message": (
        [{**GOOD, "content": "x" * 61}],
        one_message,
        f"<message 1 of {CID}: user '{'x' * 60}'...>",
    ),
    "a message of odd characters": (
        [{**GOOD, "content": "a\n\ud800"}],
        one_message,
        rf"<message 1 of {CID}: user 'a\n\ud800'>",
    ),
    "a batch": ([GOOD, GOOD], one_batch, "<batch of 2, 2 recorded>"),
    "an empty batch": ([], one_batch, "<batch of 0, 0 recorded>"),
    "a batch with a refusal": (
        [GOOD, BAD],
        one_batch,
        f"<batch of 2, 1 recorded, <CONVERSATION-ID-UUID messages[1].conversation_id: {NOT_A_UUID}>>",
    ),
    "a batch with many": (
        [BAD] * 4,
        one_batch,
        "<batch of 4, 0 recorded"
        + "".join(f", <CONVERSATION-ID-UUID messages[{index}].conversation_id: {NOT_A_UUID}>" for index in range(3))
        + ", ...>",
    ),
    "a request": ([GOOD], one_request, f"<POST {BATCH} 200>"),
    "a request with a refusal": (
        [GOOD, BAD],
        one_request,
        f"<POST {BATCH} 200, <CONVERSATION-ID-UUID messages[1].conversation_id: {NOT_A_UUID}>>",
    ),
    "a request with many": (
        [BAD] * 4,
        one_request,
        f"<POST {BATCH} 200"
        + "".join(f", <CONVERSATION-ID-UUID messages[{index}].conversation_id: {NOT_A_UUID}>" for index in range(3))
        + ", ...>",
    ),
}


@pytest.mark.parametrize(("entries", "pick", "shown"), SHOWN.values(), ids=SHOWN)
def test_it_is_short_to_look_at(
    fake: SynapMock,
    inside: httpx.Client,
    entries: list[dict[str, Any]],
    pick: Callable[[SynapMock], object],
    shown: str,
) -> None:
    send(inside, *entries)
    assert repr(pick(fake)) == shown


def test_an_unmodelled_request_says_so(fake: SynapMock, inside: httpx.Client) -> None:
    inside.get("/v1/nowhere?a=b")
    assert repr(fake.unmodelled[0]) == (
        "<GET /v1/nowhere 404, unmodelled, <ROUTE-NOT-MODELLED: synap-mock does not model GET /v1/nowhere>>"
    )


def test_a_request_that_nobody_answered_says_so(fake: SynapMock, client: httpx.Client) -> None:
    fake.fail(Disconnected())
    with pytest.raises(Exception, match="Server disconnected"):
        send(client, GOOD)
    assert repr(fake.requests[0]) == f"<POST {BATCH} unanswered, fault Disconnected>"


def test_the_json_of_a_request_without_a_body_is_none(fake: SynapMock, inside: httpx.Client) -> None:
    inside.get("/api/v1/auth/whoami")
    assert ([request.json for request in fake.requests], fake.requests[0].text) == ([None], "")


def test_the_text_of_a_request_is_its_raw_body(fake: SynapMock, inside: httpx.Client) -> None:
    inside.post(BATCH, content=b"{Zo\xc3\xab \xff")
    assert fake.requests[0].text == "{Zoë \\xff"
    with pytest.raises(ValueError, match="can't decode byte 0xff"):
        fake.requests[0].json  # noqa: B018 - the property raises


def test_json_cut_by_the_journal_is_an_error_not_none() -> None:
    fake = SynapMock(journal_body=0)
    in_process(fake).post(BATCH, content=b"null")
    with pytest.raises(ValueError, match="Expecting value"):
        fake.requests[0].json  # noqa: B018 - as above


def test_a_requests_body_is_read_as_json(fake: SynapMock, inside: httpx.Client) -> None:
    send(inside, GOOD)
    assert fake.requests[0].json == {"messages": [GOOD]}
