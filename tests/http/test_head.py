"""HEAD is served wherever GET is, without a body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from asking import BATCH, in_process

from synap_mock import SynapMock

if TYPE_CHECKING:
    import httpx

Entry = dict[str, Any]
CONTROL = ["requests", "conversations", "conversations/{id}", "faults", "settings", "openapi.json"]


@pytest.mark.parametrize(
    "path",
    ["/health", "/api/v1/auth/whoami", "/v1/conversations/{id}/messages", *(f"/_mock/{path}" for path in CONTROL)],
)
def test_head_answers_as_get_does_without_a_body(
    fake: SynapMock, client: httpx.Client, entry: Entry, path: str
) -> None:
    client.post(BATCH, json={"messages": [entry]})
    path = path.format(id=entry["conversation_id"])
    for served in (client, in_process(fake)):
        fake.clock.freeze("2026-11-23T09:30:00Z")
        get, head = served.get(path), served.head(path)
        assert (head.status_code, head.headers["content-type"]) == (200, get.headers["content-type"])
        assert head.content == b""
    assert fake.unmodelled == []


@pytest.mark.parametrize("path", ["/health", "/_mock/settings"])
def test_head_has_the_length_that_get_has(client: httpx.Client, path: str) -> None:
    assert client.head(path).headers["content-length"] == client.get(path).headers["content-length"]


def test_head_where_there_is_no_get_is_not_modelled(fake: SynapMock, inside: httpx.Client) -> None:
    assert (inside.head(BATCH).status_code, len(fake.unmodelled)) == (404, 1)


def test_head_wants_the_key_that_get_wants(inside: httpx.Client) -> None:
    assert inside.head("/api/v1/auth/whoami", headers={"Authorization": ""}).status_code == 401


def test_a_canned_response_cannot_stand_in_for_head() -> None:
    with pytest.raises(ValueError, match="GET /health is modelled"):
        SynapMock().answer("HEAD", "/health", json={})
