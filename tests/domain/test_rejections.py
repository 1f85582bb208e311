"""Entries that a test rejects: the rest of their batch is recorded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest
from asking import BATCH, ONE, in_process

from synap_mock import SynapMock

if TYPE_CHECKING:
    import httpx

    from synap_mock.domain.faults.rejections import Where

CID: Final = "00000000-0000-4000-8000-00000000000a"
OTHER: Final = "00000000-0000-4000-8000-00000000000b"
ENTRIES: Final[list[dict[str, Any]]] = [
    {"conversation_id": CID, "role": "user", "content": "a", "user_id": "alice", "metadata": {"n": [1]}},
    {"conversation_id": OTHER, "role": "assistant", "content": "b"},
    {"conversation_id": CID, "role": "assistant", "content": "c", "customer_id": "acme", "session_id": "s"},
]
WHERE: Final[dict[str, tuple[Where, str]]] = {
    "an index": (1, "b"),
    "the first": (0, "a"),
    "an index beyond": (3, ""),
    "a conversation": (OTHER, "b"),
    "a conversation in another spelling": (f"urn:uuid:{CID.upper()}", "ac"),
    "a value": ({"role": "assistant"}, "bc"),
    "two values": ({"role": "assistant", "customer_id": "acme"}, "c"),
    "no value": ({"user_id": None, "session_id": None}, "b"),
    "a nested value": ({"metadata": {"n": [1]}}, "a"),
    "a value that none has": ({"content": "d"}, ""),
    "any entry": ({}, "abc"),
    "a predicate": (lambda entry: entry["content"] > "a", "bc"),
}


def sent(client: httpx.Client, entries: list[dict[str, Any]] = ENTRIES) -> list[str | None]:
    """The error of each row of a batch."""
    return [row.get("error") for row in client.post(BATCH, json={"messages": entries}).json()["results"]]


def recorded(fake: SynapMock) -> str:
    return "".join(message.content for message in fake.messages)


@pytest.mark.parametrize(("where", "rejected"), WHERE.values(), ids=WHERE)
def test_what_matches_is_rejected_and_the_rest_recorded(
    fake: SynapMock, inside: httpx.Client, where: Where, rejected: str
) -> None:
    fake.reject(where)
    errors = sent(inside)
    assert [error is not None for error in errors] == [content in rejected for content in "abc"]
    assert recorded(fake) == "abc".translate(dict.fromkeys(map(ord, rejected)))


def test_the_client_receives_the_reason(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject(1, error="the conversation is closed")
    assert sent(inside) == [None, "the conversation is closed", None]


def test_without_a_reason_the_test_is_named(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject(1)
    assert sent(inside)[1] == "rejected by the test"


def test_the_observed_dialect_lists_it_with_its_code() -> None:
    fake = SynapMock(dialect="observed")
    fake.reject(1, error="closed; for good")
    answer = in_process(fake).post(BATCH, json={"messages": ENTRIES}).json()
    assert answer["errors"] == [{"index": 1, "error": "closed; for good", "code": "REJECTED"}]


def test_the_journal_names_the_place(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject(1)
    sent(inside)
    (refusal,) = fake.requests[0].refusals
    assert (refusal.rule.id, refusal.rule.code, refusal.where) == ("REJECTED", "REJECTED", "messages[1]")


def test_it_strikes_one_batch_unless_told_otherwise(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject({"role": "assistant"})
    assert [sent(inside).count(None) for _ in range(2)] == [1, 3]


def test_times_are_batches(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject({"role": "assistant"}, times=2)
    assert [sent(inside).count(None) for _ in range(3)] == [1, 1, 3]


def test_without_times_it_strikes_until_the_reset(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject(0, times=None)
    counts = [sent(inside).count(None) for _ in range(3)]
    fake.reset()
    assert [*counts, sent(inside).count(None)] == [2, 2, 2, 3]


def test_a_batch_that_nothing_matches_uses_none_up(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject(2)
    short = sent(inside, ENTRIES[:2])
    assert (short, sent(inside).count(None)) == ([None, None], 2)


def test_several_strike_together_and_the_first_tells_why(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject(1, error="first")
    fake.reject({"role": "assistant"}, error="second")
    assert sent(inside) == [None, "first", "second"]


def test_what_is_refused_anyway_is_not_rejected_besides(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject(0)
    bad = {**ENTRIES[0], "conversation_id": "my-chat"}
    errors = sent(inside, [bad, ENTRIES[1]])
    assert (errors[0], sent(inside)[0]) == (
        "conversation_id 'my-chat' is not a UUID; send a UUID, such as str(uuid.uuid4()) makes",
        "rejected by the test",
    )


def test_rejected_entries_are_reported_in_batch_order() -> None:
    fake = SynapMock(dialect="observed")
    fake.reject(0)
    bad = {**ENTRIES[0], "conversation_id": "my-chat"}
    answer = in_process(fake).post(BATCH, json={"messages": [ENTRIES[0], bad]}).json()
    assert [error["index"] for error in answer["errors"]] == [0, 1]


@pytest.mark.parametrize("dialect", ["documented", "observed"])
def test_record_one_is_refused_whole(dialect: str) -> None:
    fake = SynapMock(dialect=dialect)
    fake.reject({"content": "a"}, error="closed; for good")
    answer = in_process(fake).post(ONE, json=ENTRIES[0])
    reported = {
        "documented": {"error": "closed; for good", "code": "REJECTED", "details": {}},
        "observed": {
            "error": "rejected",
            "message": "closed; for good",
            "detail": {"code": "rejected", "message": "closed; for good", "where": f"POST {ONE}", "fix": ""},
        },
    }
    assert (answer.status_code, answer.json(), fake.messages) == (400, reported[dialect], [])


def test_a_predicate_is_asked_about_every_field_as_it_was_sent(fake: SynapMock, inside: httpx.Client) -> None:
    asked: list[dict[str, Any]] = []
    fake.reject(lambda entry: bool(asked.append(entry)))  # type: ignore[func-returns-value] # always false
    spelled = {**ENTRIES[0], "conversation_id": CID.upper()}
    sent(inside, [spelled])
    assert asked == [{**spelled, "customer_id": None, "session_id": None}]


def test_a_call_whose_schema_is_broken_uses_none_up(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject(0)
    inside.post(BATCH, json={"messages": [{}]})
    assert sent(inside).count(None) == 2


WRONG: Final[dict[str, tuple[dict[str, Any], type[Exception], str]]] = {
    "a negative index": ({"where": -1}, ValueError, "where must be a whole number from 0, not -1"),
    "a bool": ({"where": True}, TypeError, "where must be a whole number from 0, not true"),
    "no UUID": ({"where": "my-chat"}, ValueError, "where must be a conversation's UUID, not 'my-chat'"),
    "no field": (
        {"where": {"rolle": "user"}},
        ValueError,
        "where names 'rolle'; an entry has conversation_id, role, content, user_id, customer_id, session_id, metadata",
    ),
    "nothing of the kind": (
        {"where": 1.5},
        TypeError,
        (
            "where must be an index, a conversation id, values that an entry must have, or a predicate on the entry, "
            "not 1.5"
        ),
    ),
    "an error that is not a text": ({"where": 0, "error": 5}, TypeError, "error must be a text, not 5"),
    "times": ({"where": 0, "times": 0}, ValueError, "times must be a whole number from 1 or no value, not 0"),
}


def cases() -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("given", "error", "sentence"), WRONG.values(), ids=WRONG)


@cases()
def test_what_can_not_be_rejected_is_refused_with_what_would_do(
    fake: SynapMock, given: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=f"^{re.escape(sentence)}$"):
        fake.reject(**given)


@cases()
def test_over_http_it_is_refused_with_the_same_sentence(
    inside: httpx.Client, given: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    answer = inside.post("/_mock/rejections", json=given)
    assert (answer.status_code, answer.json()["error"]) == (400, sentence), error
    assert sent(inside) == [None] * 3


@pytest.mark.parametrize(
    ("where", "rejected"), [(1, "b"), (1.0, "b"), (OTHER, "b"), ({"role": "assistant"}, "bc"), ({}, "abc")]
)
def test_over_http_what_matches_is_rejected(inside: httpx.Client, where: object, rejected: str) -> None:
    inside.post("/_mock/rejections", json={"where": where, "error": "no"})
    assert sent(inside) == ["no" if content in rejected else None for content in "abc"]


def test_over_http_what_is_armed_is_listed(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject(lambda _: False)  # has no JSON form
    inside.post("/_mock/rejections", json={"where": 1, "times": None})
    answer = inside.post("/_mock/rejections", json={"where": {"role": "user"}, "error": "no", "times": 2})
    second = {"where": {"role": "user"}, "error": "no", "times": 2}
    assert answer.json() == {"rejections": [second]}
    assert inside.get("/_mock/rejections").json() == {
        "rejections": [{"where": 1, "error": "rejected by the test", "times": None}, second],
        "next": None,
    }


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "where must be an index, a conversation id, values that an entry must have"),
        ({"where": 1, "index": 1}, "POST /_mock/rejections has no field 'index'; it accepts where, error, times"),
        ([], "the body must be a JSON object, not a list"),
    ],
)
def test_over_http_what_is_no_rejection_is_refused(inside: httpx.Client, body: object, sentence: str) -> None:
    answer = inside.post("/_mock/rejections", json=body)
    assert (answer.status_code, sentence in answer.json()["error"]) == (400, True)


def test_where_matches_any_spelling_of_a_conversation_id(fake: SynapMock, inside: httpx.Client) -> None:
    entry = {"conversation_id": "6F1B1D5E7D0C4C399E670B8F4C6F2A11", "role": "user", "content": "hi"}
    fake.reject({"conversation_id": "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11"})
    assert inside.post(BATCH, json={"messages": [entry]}).json()["failed"] == 1
