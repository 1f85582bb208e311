"""A path that is almost a modelled route stays 404, and the error names the route."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asking import BATCH, ONE, in_process

from synap_mock import SynapMock

if TYPE_CHECKING:
    import httpx

    from synap_mock.settings import Dialect

MEANT_BATCH = [
    f"/{BATCH}",
    f"{BATCH}/",
    f"/v1{BATCH}",
    f"/api{BATCH}",
    BATCH.removeprefix("/v1"),
    BATCH.replace("batch", "batches"),
    BATCH.replace("messages", "message"),
    BATCH.replace("/v1", "/V1"),
    BATCH.replace("/messages", "//messages"),
    BATCH + "%20",
    BATCH + "%0A",
]
CONVERSATION = "00000000-0000-4000-8000-000000000001"
OTHER_ROUTES = [
    "/",
    "/v1",
    "/v1/credits/balance",
    "/api/v1/memories/batch",
    "/" + "v1/" * 1000,
]
"""Routes that the SDK calls and the fake does not model, and paths that resemble no route."""


@pytest.mark.parametrize("path", MEANT_BATCH)
def test_a_near_miss_is_404_and_names_the_route(fake: SynapMock, inside: httpx.Client, path: str) -> None:
    answer = inside.post(f"http://localhost{path}", json={"messages": []})
    assert (answer.status_code, answer.json()["code"], len(fake.unmodelled)) == (404, "NOT_MODELLED", 1)
    assert answer.json()["error"].endswith(f"; did you mean POST {BATCH}?")


@pytest.mark.parametrize(
    ("method", "path", "meant"),
    [
        ("POST", "/conversations/messages", f"POST {ONE}"),
        ("GET", f"/conversations/{CONVERSATION}/messages", "GET /v1/conversations/{conversation_id}/messages"),
        ("GET", f"/v1/conversations/{CONVERSATION}/messages/", "GET /v1/conversations/{conversation_id}/messages"),
        ("GET", "/v1/auth/whoami", "GET /api/v1/auth/whoami"),
        ("GET", "/v1/health", "GET /health"),
        ("GET", "/healthz", "GET /health"),
        ("POST", "/v1/telemetry/batch/", "POST /v1/telemetry/batch"),
    ],
)
def test_every_route_has_near_misses(inside: httpx.Client, method: str, path: str, meant: str) -> None:
    assert inside.request(method, path).json()["error"].endswith(f"; did you mean {meant}?")


@pytest.mark.parametrize("path", OTHER_ROUTES)
def test_another_route_is_not_a_near_miss(inside: httpx.Client, path: str) -> None:
    assert "did you mean" not in inside.post(path).json()["error"]


@pytest.mark.parametrize("path", [BATCH, f"/v1/conversations/{CONVERSATION}/messages"])
def test_another_method_is_not_a_near_miss(inside: httpx.Client, path: str) -> None:
    assert "did you mean" not in inside.delete(path).json()["error"]


WRONG_METHODS = [
    ("PUT", BATCH, "POST"),
    ("GET", BATCH, "POST"),
    ("HEAD", BATCH, "POST"),
    ("OPTIONS", "/health", "GET, HEAD"),
    ("POST", f"/v1/conversations/{CONVERSATION}/messages", "GET, HEAD"),
    ("PATCH", "/api/v1/memories/batch", "POST"),
]


@pytest.mark.parametrize(("method", "path", "methods"), WRONG_METHODS)
def test_another_method_is_404_and_names_the_modelled_ones(
    fake: SynapMock, method: str, path: str, methods: str
) -> None:
    assert in_process(fake).request(method, path).status_code == 404
    text = fake.requests[0].refusals[0].text
    assert text == f"synap-mock does not model {method} {path}; on this path, it models {methods}"


@pytest.mark.parametrize("dialect", ["documented", "observed"])
@pytest.mark.parametrize(("method", "path", "methods"), WRONG_METHODS)
def test_another_method_is_answered_with_allow(dialect: Dialect, method: str, path: str, methods: str) -> None:
    """RFC 9110, 10.2.1: a response other than 405 may have it, too."""
    assert in_process(SynapMock(dialect=dialect)).request(method, path).headers["Allow"] == methods


@pytest.mark.parametrize("path", [f"{BATCH}/", "/v1/nowhere", f"/v1/conversations/{CONVERSATION}%0A/messages"])
def test_another_path_is_answered_without_allow(inside: httpx.Client, path: str) -> None:
    assert "Allow" not in inside.get(path).headers


def test_the_journal_has_the_hint_in_both_dialects(fake: SynapMock, inside: httpx.Client) -> None:
    inside.patch("/_mock/settings", json={"dialect": "observed"})
    assert inside.post(f"{BATCH}/").json() == {"detail": "Not Found"}
    assert fake.requests[0].refusals[0].text.endswith(f"; did you mean POST {BATCH}?")
