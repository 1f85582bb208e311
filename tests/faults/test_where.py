"""A fault with values: it applies to calls that send an entry with these values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from asking import BATCH, ONE
from faults.asked import CONVERSATION

from synap_mock import ConnectionReset, ServerError

if TYPE_CHECKING:
    import httpx

    from synap_mock import SynapMock

ENTRY = {"conversation_id": CONVERSATION, "role": "user", "content": "hi", "user_id": "u1", "metadata": {"a": 1}}
OTHER = {**ENTRY, "user_id": "u2", "conversation_id": "00000000-0000-4000-8000-000000000002"}


@pytest.mark.parametrize(
    "where",
    [
        {"user_id": "u1"},
        {"user_id": "u1", "role": "user"},
        {"conversation_id": CONVERSATION.upper()},
        {"conversation_id": f"{{{CONVERSATION}}}", "metadata": {"a": 1}},
        {"customer_id": None, "user_id": "u1"},
    ],
)
@pytest.mark.parametrize("scheduled", ["in Python", "over HTTP"])
def test_it_applies_to_calls_with_a_matching_entry(
    fake: SynapMock, inside: httpx.Client, where: dict[str, Any], scheduled: str
) -> None:
    if scheduled == "in Python":
        fake.fail(ServerError(503), where=where)
    else:
        assert inside.post("/_mock/faults", json={"fault": "ServerError", "status": 503, "where": where}).is_success
    assert inside.get("/_mock/faults").json()["faults"][0]["where"] == where
    others = [
        inside.post(BATCH, json={"messages": [OTHER]}),
        inside.post(BATCH, json={"messages": []}),
        inside.post(ONE, json=OTHER),
        inside.get(f"/v1/conversations/{OTHER['conversation_id']}/messages"),
    ]
    assert [answer.status_code for answer in others] == [200] * 4
    assert inside.post(BATCH, json={"messages": [OTHER, ENTRY]}).status_code == 503
    assert inside.post(BATCH, json={"messages": [OTHER, ENTRY]}).status_code == 200


def test_it_applies_to_record_one(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(503), where={"user_id": "u1"})
    assert [inside.post(ONE, json=entry).status_code for entry in (OTHER, ENTRY)] == [200, 503]


def test_it_joins_route_and_times_in_a_script(inside: httpx.Client) -> None:
    script = [{"fault": "ServerError", "where": {"user_id": "u2"}, "route": f"POST {ONE}"}, {"fault": "Conflict"}]
    inside.post("/_mock/faults", json={"sequence": script})
    sent = [inside.post(BATCH, json={"messages": [OTHER]}), inside.post(ONE, json=OTHER)]
    assert [answer.status_code for answer in sent] == [409, 500]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"[1]", b"1", b'{"messages": 1}', b'{"messages": [1, null, {}]}', b"[" * 100_000, b"\xff"],
)
def test_a_body_without_entries_does_not_match(fake: SynapMock, inside: httpx.Client, body: bytes) -> None:
    fake.fail(ServerError(503), where={"user_id": "u1"})
    assert inside.post(BATCH, content=body).status_code == 400


def test_an_invalid_conversation_matches_itself_only(fake: SynapMock, inside: httpx.Client) -> None:
    """Two texts that are not UUIDs are not one conversation."""
    fake.fail(ServerError(503), where={"conversation_id": "one"})
    sent = [inside.post(BATCH, json={"messages": [{**ENTRY, "conversation_id": text}]}) for text in ("two", "one")]
    assert [answer.status_code for answer in sent] == [200, 503]


def test_a_predicate_is_shown_as_null(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ConnectionReset(), where=lambda _: True)
    assert inside.get("/_mock/faults").json()["faults"][0]["where"] is None


def test_it_applies_to_calls_with_a_matching_document(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(503), where={"user_id": "u1"}, times=2)
    memories = "/api/v1/memories"
    documents = [{"document": "x", "user_id": user_id} for user_id in ("u2", "u1")]
    statuses = [
        inside.post(f"{memories}/batch", json={"documents": documents[:1]}).status_code,
        inside.post(f"{memories}/batch", json={"documents": documents}).status_code,
        inside.post(f"{memories}/create", json=documents[0]).status_code,
        inside.post(f"{memories}/create", json=documents[1]).status_code,
    ]
    assert statuses == [200, 503, 200, 503]
