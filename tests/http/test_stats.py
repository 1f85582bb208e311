"""``GET /_mock/stats`` counts what a world has, and what made room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asking import BATCH, in_process

from synap_mock import ServerError, SynapMock

if TYPE_CHECKING:
    import httpx


def test_stats_count_every_list(fake: SynapMock, inside: httpx.Client, entry: dict[str, Any]) -> None:
    inside.post(BATCH, json={"messages": [entry, entry]})
    fake.remember("tea", user_id="u1")
    fake.profile("u1", {"tier": "gold"})
    fake.fail(ServerError(503), times=2, route="/nowhere")
    fake.reject(7)
    fake.answer("GET", "/v1/credits/balance", json={})
    [found] = inside.get("/_mock/stats").json()["worlds"]
    counts = dict.fromkeys(("keys", "conversations", "memories", "profiles", "faults", "rejections", "answers"), 1)
    assert found == {**counts, "world": "default", "messages": 2, "documents": 0, "requests": 1, "evicted": {}}


def test_stats_of_all_worlds_come_in_pages(inside: httpx.Client) -> None:
    inside.post("/_mock/keys", json={"world": "w1"})
    first = inside.get("/_mock/stats?all=1&limit=1").json()
    second = inside.get("/_mock/stats", params={"all": 1, "limit": 1, "after": first["next"]}).json()
    assert [page["worlds"][0]["world"] for page in (first, second)] == ["default", "w1"]
    assert second["next"] is None


def test_evictions_outlast_a_reset_and_their_world(entry: dict[str, Any]) -> None:
    fake = SynapMock(journal_calls=1)
    inside = in_process(fake)
    key = inside.post("/_mock/keys", json={"world": "w1"}).json()["key"]
    for _ in range(3):
        inside.post(BATCH, json={"messages": [entry]}, headers={"Authorization": f"Bearer {key}"})
    inside.post("/_mock/reset?all=1")
    assert inside.get("/_mock/stats", params={"key": key}).json()["evicted"] == {"requests": {"journal_calls": 2}}
    inside.delete("/_mock/worlds/w1")
    assert inside.get("/_mock/stats").json()["evicted"] == {}
    assert inside.get("/_mock/stats?all=1").json()["evicted"] == {"requests": {"journal_calls": 2}}
