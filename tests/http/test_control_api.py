"""The control API: inspect and control the fake from any language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from asking import BATCH, in_process

from synap_mock import SynapMock

if TYPE_CHECKING:
    import httpx

Entry = dict[str, Any]


def test_a_conversation_is_shown_with_every_field_of_its_messages(inside: httpx.Client, entry: Entry) -> None:
    (row,) = inside.post(BATCH, json={"messages": [{**entry, "metadata": {"a": 1}}]}).json()["results"]
    shown = inside.get(f"/_mock/conversations/{entry['conversation_id']}").json()
    assert shown["conversation_id"] == entry["conversation_id"]
    assert shown["messages"] == [
        {
            "message_id": row["message_id"],
            "position": 1,
            "role": "user",
            "content": entry["content"],
            "user_id": None,
            "customer_id": None,
            "session_id": None,
            "metadata": {"a": 1},
            "recorded_at": row["recorded_at"],
        }
    ]


def test_conversations_are_listed_with_their_instance(fake: SynapMock, inside: httpx.Client, entry: Entry) -> None:
    inside.post(BATCH, json={"messages": [entry, entry]})
    assert inside.get("/_mock/conversations").json() == {
        "conversations": [
            {
                "conversation_id": entry["conversation_id"],
                "instance_id": fake.keys.instance_of(fake.api_key).instance_id,
                "message_count": 2,
            }
        ],
        "next": None,
    }


@pytest.fixture
def held_twice(fake: SynapMock, inside: httpx.Client, entry: Entry) -> str:
    """The second of two instances that hold one conversation id."""
    key, instance = fake.keys.create()
    inside.post(BATCH, json={"messages": [entry]})
    inside.post(BATCH, json={"messages": [{**entry, "content": "x"}]}, headers={"Authorization": f"Bearer {key}"})
    return instance.instance_id


def test_where_two_instances_hold_one_id_the_question_is_refused(
    inside: httpx.Client, entry: Entry, held_twice: str
) -> None:
    response = inside.get(f"/_mock/conversations/{entry['conversation_id']}")
    assert response.status_code == 400
    assert held_twice in response.json()["error"]


def test_where_two_instances_hold_one_id_instance_id_chooses(
    inside: httpx.Client, entry: Entry, held_twice: str
) -> None:
    shown = inside.get(f"/_mock/conversations/{entry['conversation_id']}?instance_id={held_twice}").json()
    assert [message["content"] for message in shown["messages"]] == ["x"]


@pytest.mark.parametrize(("path", "status"), [("00000000-0000-4000-8000-00000000000a", 404), ("conv-1", 400)])
def test_an_unknown_conversation_is_not_shown(inside: httpx.Client, path: str, status: int) -> None:
    assert inside.get(f"/_mock/conversations/{path}").status_code == status


def test_the_journal_shows_the_newest_call_first(inside: httpx.Client) -> None:
    inside.get("/health")
    inside.get("/api/v1/auth/whoami")
    shown = inside.get("/_mock/requests").json()["requests"]
    assert [request["path"] for request in shown] == ["/api/v1/auth/whoami", "/health"]


def test_the_journal_shows_what_was_asked_and_answered(inside: httpx.Client, entry: Entry) -> None:
    response = inside.post(BATCH, json={"messages": [entry]})
    (request,) = inside.get("/_mock/requests").json()["requests"]
    assert (request["body"], request["answer"], request["status"]) == (
        response.request.content.decode(),
        response.text,
        200,
    )


def test_the_journal_names_the_rules_that_fired(inside: httpx.Client, entry: Entry) -> None:
    inside.post(BATCH, json={"messages": [entry, {**entry, "conversation_id": "conv-1"}]})
    (request,) = inside.get("/_mock/requests").json()["requests"]
    assert request["refusals"] == [
        {
            "rule": "CONVERSATION-ID-UUID",
            "code": "INVALID_CONVERSATION_ID",
            "where": "messages[1].conversation_id",
            "text": "conversation_id 'conv-1' is not a UUID; send a UUID, such as str(uuid.uuid4()) makes",
        }
    ]


def test_limit_shortens_the_journal(inside: httpx.Client) -> None:
    for _ in range(3):
        inside.get("/health")
    assert len(inside.get("/_mock/requests?limit=2").json()["requests"]) == 2


def test_the_journal_tells_how_many_calls_it_dropped() -> None:
    inside = in_process(SynapMock(journal_calls=2))
    for _ in range(5):
        inside.get("/health")
    assert inside.get("/_mock/requests").json()["dropped"] == 3


def test_calls_to_the_control_api_are_not_kept(fake: SynapMock, inside: httpx.Client) -> None:
    inside.get("/_mock/settings")
    assert fake.requests == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda client, key: client.get("/health", headers={"Authorization": f"Bearer {key}"}),
        lambda client, key: client.get("/health", headers={"Authorization": f"bearer  {key} "}),
        lambda client, key: client.get("/health", headers={"Authorization": key}),
        lambda client, key: client.get("/health", headers={"X-Api-Key": key}),
        lambda client, key: client.get("/health", headers={"X-Correlation-ID": key}),
        lambda client, key: client.get(f"/v1/{key}/x?api_key={key}"),
        lambda client, key: client.post(BATCH, json={"messages": [{"role": key}]}),
        lambda client, key: client.get(f"/_mock/{key}"),
        lambda client, key: client.delete(f"/_mock/keys/{key}"),
    ],
    ids=["bearer", "loose bearer", "no bearer", "x-api-key", "correlation", "url", "body", "control path", "revoked"],
)
@pytest.mark.parametrize("key", ["synap_0123456789abcdef0123456789", "any-other-key", "short-k3y!"])
def test_no_key_is_ever_shown_whole(ask: Any, key: str) -> None:
    fake = SynapMock(api_key=key)
    inside = in_process(fake)
    answer = ask(inside, key)
    shown = inside.get("/_mock/requests").text + (answer.text if "/_mock" in str(answer.url) else "")
    assert key not in shown


def test_a_key_can_be_made_named_and_revoked(inside: httpx.Client, entry: Entry) -> None:
    made = inside.post("/_mock/keys", json={"key": "mine", "instance_id": "inst_1", "tenancy": "b2b"}).json()
    assert (made["key"], made["instance_id"]) == ("mine", "inst_1")
    inside.delete("/_mock/keys/mine")
    response = inside.post(BATCH, json={"messages": [entry]}, headers={"Authorization": "Bearer mine"})
    assert response.json()["code"] == "CREDENTIAL_INVALID"


def test_a_key_with_an_instance_accepts_its_own_x_instance_id(inside: httpx.Client) -> None:
    key = inside.post("/_mock/keys", json={"instance_id": "inst_1"}).json()["key"]
    headers = {"Authorization": f"Bearer {key}", "X-Instance-ID": "inst_1"}
    assert inside.get("/api/v1/auth/whoami", headers=headers).json()["instance_id"] == "inst_1"


def test_any_other_key_takes_any_x_instance_id(inside: httpx.Client) -> None:
    assert inside.get("/api/v1/auth/whoami", headers={"X-Instance-ID": "inst_9"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"key": "a b"}, "key must"),
        ({"key": ""}, "key must"),
        ({"key": 5}, "key must"),
        ({"instance_id": ""}, "instance_id"),
        ({"instance_id": "a b"}, "instance_id"),
        ({"tenancy": "b2x"}, "tenancy"),
        ({"tenancy": 5}, "tenancy"),
        ({"kay": "x"}, "kay"),
        ([], "object"),
    ],
)
def test_a_wrong_key_is_refused_with_what_is_wrong(inside: httpx.Client, body: object, named: str) -> None:
    response = inside.post("/_mock/keys", json=body)
    assert (response.status_code, named in response.json()["error"]) == (400, True)


def test_revoking_an_unknown_key_is_404(inside: httpx.Client) -> None:
    assert inside.delete("/_mock/keys/nobodys").status_code == 404


def test_settings_are_shown_and_changed(inside: httpx.Client) -> None:
    inside.patch("/_mock/settings", json={"tenancy": "b2b", "max_batch": 5})
    shown = inside.get("/_mock/settings").json()
    assert (shown["tenancy"], shown["max_batch"], shown["dialect"]) == ("b2b", 5, "documented")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"tenancy": "x"}, "tenancy"),
        ({"dialect": None}, "dialect"),
        ({"max_batch": 0}, "max_batch"),
        ({"max_body": True}, "max_body"),
        ({"colour": "red"}, "colour"),
        ({"seed": 1}, "seed"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(inside: httpx.Client, change: object, named: str) -> None:
    response = inside.patch("/_mock/settings", json=change)
    assert (response.status_code, named in response.json()["error"]) == (400, True)


def test_of_several_settings_one_of_which_is_wrong_none_changes(inside: httpx.Client) -> None:
    before = inside.get("/_mock/settings").json()
    inside.patch("/_mock/settings", json={"tenancy": "b2b", "max_batch": 0})
    assert inside.get("/_mock/settings").json() == before


def test_reset_empties_what_was_recorded_and_the_journal(fake: SynapMock, inside: httpx.Client, entry: Entry) -> None:
    inside.post(BATCH, json={"messages": [entry]})
    inside.get("/v1/nowhere")
    inside.post("/_mock/reset")
    assert (fake.messages, fake.conversations, fake.requests, fake.unmodelled) == ([], [], [], [])


def test_reset_keeps_keys_revoked_ones_too_and_settings(fake: SynapMock, inside: httpx.Client) -> None:
    inside.patch("/_mock/settings", json={"tenancy": "b2c"})
    fake.keys.revoke(fake.api_key)
    inside.post("/_mock/reset")
    assert fake.settings.tenancy == "b2c"
    assert inside.get("/api/v1/auth/whoami").json()["code"] == "CREDENTIAL_INVALID"


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/_mock/x", 404), ("PUT", "/_mock/settings", 405)])
def test_an_unknown_control_route_is_a_documented_404(
    inside: httpx.Client, method: str, path: str, status: int
) -> None:
    response = inside.request(method, path)
    assert (response.status_code, list(response.json())) == (status, ["error", "code", "details"])


def test_a_control_body_has_a_cap(inside: httpx.Client) -> None:
    assert inside.post("/_mock/keys", content=b" " * (1024 * 1024 + 1)).status_code == 413
