"""Worlds: a key selects one, for the Synap API and for the control API, and they share nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from asking import BATCH, in_process

from synap_mock import ServerError, SynapMock

if TYPE_CHECKING:
    import httpx

Entry = dict[str, Any]
UNKNOWN = {"Authorization": "Bearer synap_0000000000000000000000000000"}


def bearing(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def w1(inside: httpx.Client) -> dict[str, str]:
    """The header that selects world w1."""
    return bearing(inside.post("/_mock/keys", json={"world": "w1"}).json()["key"])


def contents(inside: httpx.Client, headers: dict[str, str], entry: Entry) -> list[str]:
    shown = inside.get(f"/_mock/conversations/{entry['conversation_id']}", headers=headers).json()
    return [message["content"] for message in shown.get("messages", [])]


def test_a_world_has_its_own_messages(inside: httpx.Client, entry: Entry, w1: dict[str, str]) -> None:
    inside.post(BATCH, json={"messages": [{**entry, "content": "default"}]})
    inside.post(BATCH, json={"messages": [{**entry, "content": "w1"}]}, headers=w1)
    assert contents(inside, {}, entry) == ["default"]
    assert contents(inside, w1, entry) == ["w1"]


def test_keys_of_one_world_share_it(inside: httpx.Client, entry: Entry, w1: dict[str, str]) -> None:
    issued = inside.post("/_mock/keys", json={"world": "w1"}).json()
    assert issued["world"] == "w1"
    inside.post(BATCH, json={"messages": [entry]}, headers=bearing(issued["key"]))
    assert len(contents(inside, w1, entry)) == 1


def test_a_key_made_in_a_world_without_a_name_is_of_it(inside: httpx.Client, w1: dict[str, str]) -> None:
    assert inside.post("/_mock/keys", headers=w1).json()["world"] == "w1"
    assert inside.post("/_mock/keys").json()["world"] == "default"


def test_a_fault_of_one_world_does_not_apply_in_another(inside: httpx.Client, entry: Entry, w1: dict[str, str]) -> None:
    inside.post("/_mock/faults", json={"fault": "ServerError"}, headers=w1)
    assert inside.post(BATCH, json={"messages": [entry]}).status_code == 200
    assert inside.post(BATCH, json={"messages": [entry]}, headers=w1).status_code == 500


def test_a_world_has_its_own_clock_settings_and_journal(inside: httpx.Client, entry: Entry, w1: dict[str, str]) -> None:
    inside.post("/_mock/clock", json={"freeze": "2030-01-01T00:00:00Z"}, headers=w1)
    inside.patch("/_mock/settings", json={"max_batch": 1}, headers=w1)
    answers = [inside.post(BATCH, json={"messages": [entry, entry]}, headers=each) for each in ({}, w1)]
    assert [answer.status_code for answer in answers] == [200, 400]
    at = [inside.get("/_mock/requests", headers=each).json()["requests"] for each in ({}, w1)]
    assert [len(requests) for requests in at] == [1, 1]
    assert at[1][0]["at"] == "2030-01-01T00:00:00.000000Z" != at[0][0]["at"]


def test_a_reset_leaves_other_worlds_alone(inside: httpx.Client, entry: Entry, w1: dict[str, str]) -> None:
    for headers in ({}, w1):
        inside.post(BATCH, json={"messages": [entry]}, headers=headers)
    inside.post("/_mock/reset", headers=w1)
    assert (len(contents(inside, {}, entry)), len(contents(inside, w1, entry))) == (1, 0)


def test_all_resets_every_world(inside: httpx.Client, entry: Entry, w1: dict[str, str]) -> None:
    for headers in ({}, w1):
        inside.post(BATCH, json={"messages": [entry]}, headers=headers)
    assert inside.post("/_mock/reset?all=1").status_code == 200
    assert (len(contents(inside, {}, entry)), len(contents(inside, w1, entry))) == (0, 0)


@pytest.mark.parametrize("given", ["0", "true", ""])
def test_all_must_be_1(inside: httpx.Client, given: str) -> None:
    assert inside.post(f"/_mock/reset?all={given}").status_code == 400


def test_a_query_parameter_names_the_world(inside: httpx.Client, entry: Entry, w1: dict[str, str]) -> None:
    inside.post(BATCH, json={"messages": [entry]}, headers=w1)
    key = w1["Authorization"].removeprefix("Bearer ")
    shown = inside.get("/_mock/conversations", params={"key": key}).json()["conversations"]
    assert [each["message_count"] for each in shown] == [1]


def test_its_name_selects_a_world_too(inside: httpx.Client, entry: Entry, w1: dict[str, str]) -> None:
    inside.post(BATCH, json={"messages": [entry]}, headers=w1)
    counts = {
        name: len(inside.get(f"/_mock/requests?world={name}", headers=w1).json()["requests"])
        for name in ("w1", "default")
    }
    assert counts == {"w1": 1, "default": 0}


def test_an_unknown_name_or_a_key_of_another_world_is_rejected(inside: httpx.Client, w1: dict[str, str]) -> None:
    answers = [
        inside.post("/_mock/reset?world=none"),
        inside.post(f"/_mock/reset?world=default&key={w1['Authorization'][7:]}"),
    ]
    assert [(each.status_code, each.json()["error"]) for each in answers] == [
        (404, "there is no world 'none'; GET /_mock/worlds lists them, POST /_mock/keys makes one"),
        (404, f"world 'default' does not have the key synap_...{w1['Authorization'][-4:]}"),
    ]


def test_a_worlds_keys_are_listed_and_masked(inside: httpx.Client, w1: dict[str, str]) -> None:
    key = w1["Authorization"][7:]
    inside.post(
        "/_mock/keys", json={"key": "second_key_of_w1", "world": "w1", "instance_id": "team-a", "tenancy": "b2b"}
    )
    inside.delete("/_mock/keys/second_key_of_w1")
    listed = inside.get("/_mock/keys?world=w1")
    assert key not in listed.text
    first, second = listed.json()["keys"]
    assert (first["key"], first["bound"], first["revoked"]) == (f"{key[:6]}...{key[-4:]}", False, False)
    named = {name: value for name, value in second.items() if name not in {"key", "client_id"}}
    assert named == {"instance_id": "team-a", "tenancy": "b2b", "bound": True, "revoked": True}


def test_the_control_api_rejects_an_unknown_key(inside: httpx.Client) -> None:
    for answer in (inside.post("/_mock/reset", headers=UNKNOWN), inside.post("/_mock/reset?key=nobodys")):
        assert answer.status_code == 404
        assert "no world has the key" in answer.json()["error"]


def test_the_control_api_rejects_what_is_not_a_bearer(fake: SynapMock, inside: httpx.Client, entry: Entry) -> None:
    inside.post(BATCH, json={"messages": [entry]})
    assert inside.post("/_mock/reset", headers={"Authorization": fake.api_key}).status_code == 400
    assert len(fake.messages) == 1


def test_the_synap_api_rejects_an_unknown_key(inside: httpx.Client, entry: Entry, w1: dict[str, str]) -> None:
    assert inside.post(BATCH, json={"messages": [entry]}, headers=UNKNOWN).status_code == 401
    assert w1


def test_a_new_world_has_the_settings_of_the_start() -> None:
    fake = SynapMock(dialect="observed")
    inside = in_process(fake)
    inside.patch("/_mock/settings", json={"dialect": "documented"})
    key = inside.post("/_mock/keys", json={"world": "w1", "settings": {"seed": 3}}).json()["key"]
    settings = inside.get("/_mock/settings", headers=bearing(key)).json()
    assert (settings["dialect"], settings["seed"]) == ("observed", 3)


@pytest.mark.parametrize(
    "body",
    [
        {"world": ""},
        {"world": "a b"},
        {"world": 7},
        {"world": "w2", "settings": {"dialect": "old"}},
        {"world": "w2", "settings": {"none": 1}},
        {"world": "w2", "settings": []},
        {"world": "w2", "key": "a b"},
        {"world": "w2", "tenancy": "b2x"},
        {"world": "w2", "instance_id": ""},
        {"world": "w1", "settings": {"seed": 3}},
    ],
)
def test_an_invalid_world_is_rejected_and_not_made(inside: httpx.Client, w1: dict[str, str], body: Entry) -> None:
    assert inside.post("/_mock/keys", json=body).status_code == 400
    assert [world["world"] for world in inside.get("/_mock/worlds").json()["worlds"]] == ["default", "w1"]
    assert w1


def test_no_two_worlds_have_the_same_key(fake: SynapMock, inside: httpx.Client) -> None:
    inside.post("/_mock/keys", json={"world": "w1", "key": "same_key_1"})
    bodies = [{"key": "same_key_1"}, {"world": "w1", "key": "same_key_1"}, {"world": "w2", "key": "same_key_1"}]
    bodies += [{"world": "w2", "key": fake.api_key}]
    assert [inside.post("/_mock/keys", json=body).status_code for body in bodies] == [400] * 4


def test_worlds_are_listed_in_pages(inside: httpx.Client, w1: dict[str, str]) -> None:
    first = inside.get("/_mock/worlds?limit=1").json()
    second = inside.get("/_mock/worlds", params={"limit": 1, "after": first["next"]}).json()
    assert [page["worlds"][0]["world"] for page in (first, second)] == ["default", "w1"]
    assert second["next"] is None
    assert w1


def test_a_deleted_world_is_gone_with_its_keys(inside: httpx.Client, entry: Entry, w1: dict[str, str]) -> None:
    assert inside.delete("/_mock/worlds/w1").json() == {"world": "w1", "deleted": True}
    assert inside.post(BATCH, json={"messages": [entry]}, headers=w1).status_code == 401
    assert inside.get("/_mock/settings", headers=w1).status_code == 404
    assert [inside.delete(f"/_mock/worlds/{name}").status_code for name in ("w1", "default")] == [404, 409]


def test_a_revoked_key_still_names_its_world(inside: httpx.Client, w1: dict[str, str]) -> None:
    inside.delete(f"/_mock/keys/{w1['Authorization'][7:]}")
    assert inside.get("/api/v1/auth/whoami", headers=w1).json()["code"] == "CREDENTIAL_INVALID"
    assert len(inside.get("/_mock/requests", headers=w1).json()["requests"]) == 1


def test_a_forgotten_key_may_be_issued_again(inside: httpx.Client) -> None:
    inside.post("/_mock/keys", json={"key": "short_lived"})
    assert inside.delete("/_mock/keys/short_lived?forget=1").status_code == 200
    assert inside.get("/api/v1/auth/whoami", headers=bearing("short_lived")).json()["code"] == "UNAUTHORIZED"
    assert inside.post("/_mock/keys", json={"key": "short_lived", "world": "w1"}).status_code == 200


def test_the_first_key_of_a_world_is_not_forgotten(fake: SynapMock, inside: httpx.Client, w1: dict[str, str]) -> None:
    keys = (fake.api_key, w1["Authorization"][7:])
    assert [inside.delete(f"/_mock/keys/{key}?forget=1").status_code for key in keys] == [409, 409]


def test_python_has_other_worlds(fake: SynapMock, inside: httpx.Client, entry: Entry) -> None:
    world = fake.world("w1")
    world.fail(ServerError(503))
    headers = bearing(world.api_key)
    assert [inside.post(BATCH, json={"messages": [entry]}, headers=headers).status_code for _ in "ab"] == [503, 200]
    assert [len(fake.messages), len(fake.world("w1").messages)] == [0, 1]
    assert (fake.name, world.name) == ("default", "w1")


class TestWithATokenAWorldsKey:
    """What the key of a world may do where the control API has a token."""

    @pytest.fixture
    def inside(self) -> httpx.Client:
        fake = SynapMock(control_token="secret-token", api_key="default_key")
        for name in ("w1", "w2"):
            fake.world(name).keys.create(f"key_of_{name}")
        client = in_process(fake)
        client.headers["Authorization"] = "Bearer key_of_w1"
        return client

    def test_controls_its_own_world(self, inside: httpx.Client) -> None:
        assert inside.patch("/_mock/settings", json={"max_batch": 1}).json()["max_batch"] == 1
        assert [world["world"] for world in inside.get("/_mock/worlds").json()["worlds"]] == ["w1"]
        assert inside.post("/_mock/keys", json={"world": "w1"}).json()["world"] == "w1"

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("POST", "/_mock/reset?key=key_of_w2", {}),
            ("POST", "/_mock/reset?key=default_key", {}),
            ("POST", "/_mock/reset?all=1", {}),
            ("GET", "/_mock/requests?all=1", {}),
            ("GET", "/_mock/messages?all=1", {}),
            ("POST", "/_mock/reset?world=w2", {}),
            ("GET", "/_mock/keys?world=none", {}),
            ("POST", "/_mock/keys", {"world": "w2"}),
            ("POST", "/_mock/keys", {"world": "w3"}),
            ("DELETE", "/_mock/keys/key_of_w2", {}),
            ("DELETE", "/_mock/worlds/w2", {}),
            ("DELETE", "/_mock/worlds/w3", {}),
        ],
    )
    def test_controls_no_other_world(self, inside: httpx.Client, method: str, path: str, body: Entry) -> None:
        assert inside.request(method, path, json=body).status_code == 403

    @pytest.mark.parametrize("key", ["default_key", "unknown_key"])
    def test_is_the_only_one_that_controls(self, inside: httpx.Client, key: str) -> None:
        assert inside.post("/_mock/reset", headers=bearing(key)).status_code == 401

    def test_controls_nothing_once_it_is_revoked(self, inside: httpx.Client) -> None:
        assert inside.delete("/_mock/keys/key_of_w1").status_code == 200
        assert inside.post("/_mock/reset").status_code == 401

    def test_is_not_needed_beside_the_token(self, inside: httpx.Client) -> None:
        inside.headers["Authorization"] = "Bearer secret-token"
        assert inside.post("/_mock/reset?key=key_of_w2").status_code == 200
        assert inside.post("/_mock/reset?all=1").status_code == 200
        assert inside.post("/_mock/reset").status_code == 200
