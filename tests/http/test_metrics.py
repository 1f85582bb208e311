"""The metrics of ``/_mock/metrics``, read by the parser of Prometheus' own client."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest
from asking import BATCH, in_process
from prometheus_client.parser import text_string_to_metric_families

from synap_mock import Disconnected, SynapMock
from synap_mock.domain.history.traffic import Traffic

if TYPE_CHECKING:
    from synap_mock import Server


def metrics(client: httpx.Client, **headers: str) -> dict[str, dict[tuple[str, ...], float]]:
    """Each sample's name to the values of its labels, in the order of their names, to its value."""
    answer = client.get("/_mock/metrics", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = tuple(sample.labels[name] for name in sorted(sample.labels))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def test_calls_are_counted_by_route_and_status(fake: SynapMock, client: httpx.Client, entry: dict[str, Any]) -> None:
    client.post(BATCH, json={"messages": [entry]})
    client.post(BATCH, content=b"{")
    client.head("/health")
    client.get("/_mock/conversations/x")
    client.get("/_mock/requests", headers={"Host": "elsewhere"})
    fake.fail(Disconnected())
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(BATCH, json={"messages": [entry]})
    assert metrics(client)["synap_mock_requests_total"] == {
        (f"POST {BATCH}", "200"): 1,
        (f"POST {BATCH}", "400"): 1,
        (f"POST {BATCH}", "none"): 1,
        ("GET /health", "200"): 1,
        ("GET /_mock/conversations/{conversation_id}", "400"): 1,
        ("other /_mock", "403"): 1,
    }


def test_calls_to_other_routes_have_one_label(fake: SynapMock, inside: httpx.Client) -> None:
    """Or a client could fill the memory of the server, and of Prometheus."""
    fake.answer("GET", "/v1/scripted/{id}", json={})
    for number in range(3):
        inside.get(f"/v1/scripted/{number}")
        inside.get(f"/v1/unknown-{number}")
        inside.request(f"METHOD{number}", "/health")
        inside.get(f"/_mock/unknown-{number}")
    assert metrics(inside)["synap_mock_requests_total"] == {
        ("other", "200"): 3,
        ("other", "404"): 6,
        ("other /_mock", "404"): 3,
    }


def test_each_duration_is_in_the_histogram(inside: httpx.Client) -> None:
    for _ in range(5):
        inside.get("/health")
    found = metrics(inside)
    buckets = [count for labels, count in found["synap_mock_request_duration_seconds_bucket"].items()]
    assert (buckets == sorted(buckets), buckets[-1]) == (True, 5)
    assert found["synap_mock_request_duration_seconds_count"] == {("GET /health",): 5}
    assert 0 < found["synap_mock_request_duration_seconds_sum"]["GET /health",] < 5


def test_a_duration_counts_in_each_bucket_that_includes_it() -> None:
    traffic = Traffic()
    for seconds in (0.001, 0.0011, 20.0):
        traffic.add("GET /health", 200, seconds)
    assert traffic.durations()["GET /health"].counts == (1, *[2] * 12, 3)


def test_gauges_say_what_the_server_holds(server: Server, fake: SynapMock, entry: dict[str, Any]) -> None:
    fake.world("w1")
    with (
        httpx.Client(base_url=server.url, trust_env=False) as client,
        client.stream("GET", "/_mock/events"),
    ):
        batch = {"messages": [entry, entry]}
        client.post(BATCH, json=batch, headers={"Authorization": f"Bearer {fake.api_key}"})
        found = metrics(client)
        items = found["synap_mock_items"]
        assert [items[kind,] for kind in ("messages", "conversations", "worlds", "keys")] == [2, 1, 2, 2]
        assert [found[f"synap_mock_{name}"][()] for name in ("event_listeners", "waiters", "connections")] == [1, 0, 2]
        resident = psutil.Process(os.getpid()).memory_info().rss
        assert found["process_resident_memory_bytes"][()] == pytest.approx(resident, rel=0.2)


def test_evictions_are_counted_by_kind_and_cause() -> None:
    fake = SynapMock(max_keys=2)
    for _ in range(3):
        fake.keys.create()
    assert metrics(in_process(fake))["synap_mock_evictions_total"] == {("max_keys", "keys"): 2}


def test_metrics_require_the_token_and_accept_any_address() -> None:
    """Prometheus sends the address of a pod as Host."""
    fake = SynapMock(control_token="s3cret")
    inside, host = in_process(fake), "10.1.2.3:8765"
    statuses = [
        inside.get("/_mock/metrics", headers={"Host": host, "Authorization": f"Bearer {bearer}"}).status_code
        for bearer in ("s3cret", "wrong", fake.world("w1").api_key)
    ]
    assert statuses == [200, 401, 403]


@pytest.mark.parametrize(
    "headers",
    [{"Host": "rebound.example"}, {"Host": "10.1.2.3", "Origin": "http://rebound.example"}],
    ids=["host", "origin"],
)
def test_no_web_page_reads_metrics(headers: dict[str, str]) -> None:
    assert in_process(SynapMock()).get("/_mock/metrics", headers=headers).status_code == 403
