"""Every route of the control API rejects parameters and fields that it does not know, and changes nothing."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

import pytest
from asking import BATCH

from synap_mock.http.control import CONTROL_ROUTES

if TYPE_CHECKING:
    import httpx

    from synap_mock import SynapMock

CONVERSATION: Final = str(uuid.UUID(int=1))
ROUTES: Final = [
    (method, f"/_mock{path}".replace("{conversation_id}", CONVERSATION).replace("{key:path}", "another-key"))
    for path, methods in CONTROL_ROUTES.items()
    for method in [*methods, *(["HEAD"] if "GET" in methods else [])]
]
NEEDED: Final[dict[str, dict[str, Any]]] = {
    "POST /_mock/faults": {"fault": "Conflict"},
    "POST /_mock/rejections": {"where": 0},
    "POST /_mock/answers": {"method": "GET", "path": "/x"},
    "POST /_mock/clock": {"advance": 60},
    "PATCH /_mock/settings": {"tenancy": "b2b"},
}
"""Fields with which the route would do something."""


@pytest.fixture
def recorded(fake: SynapMock, inside: httpx.Client) -> SynapMock:
    """A fake in which each control route would change something."""
    fake.keys.create("another-key")
    entry = {"conversation_id": CONVERSATION, "role": "user", "content": "hi"}
    inside.post(BATCH, json={"messages": [entry]})
    fake.clock.freeze("2026-11-23T09:30:00Z")
    return fake


def everything(fake: SynapMock, client: httpx.Client) -> list[object]:
    lists = [client.get(f"/_mock/{name}").json() for name in ("faults", "rejections", "settings")]
    headers = {"Authorization": "Bearer another-key"}
    whoami = client.get("/api/v1/auth/whoami", headers=headers).status_code
    canned = client.get("/x").status_code
    return [fake.messages, fake.clock.now, len(fake.keys.issued()), lists, whoami, canned]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_an_unknown_query_parameter_changes_nothing(
    recorded: SynapMock, inside: httpx.Client, method: str, path: str
) -> None:
    before = everything(recorded, inside)
    answer = inside.request(method, f"{path}?page=k2", json=NEEDED.get(f"{method} {path}"))
    assert answer.status_code == 400
    assert method == "HEAD" or "has no query parameter 'page'; it accepts " in answer.json()["error"]
    assert everything(recorded, inside) == before


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route != ("POST", "/_mock/import")])
def test_an_unknown_field_changes_nothing(recorded: SynapMock, inside: httpx.Client, method: str, path: str) -> None:
    before = everything(recorded, inside)
    answer = inside.request(method, path, json={**NEEDED.get(f"{method} {path}", {}), "kay": "k2"})
    assert answer.status_code == 400
    assert method == "HEAD" or "'kay'" in answer.json()["error"]
    assert everything(recorded, inside) == before


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("POST", "/_mock/reset?keys=k2", "POST /_mock/reset has no query parameter 'keys'; it accepts key, world, all"),
        (
            "GET",
            "/_mock/messages?state=400",
            (
                "GET /_mock/messages has no query parameter 'state'; "
                "it accepts conversation_id, user_id, text, role, wait, count, limit, after, key, world, all"
            ),
        ),
        ("GET", "/_mock/settings?", None),
        (
            "DELETE",
            "/_mock/keys/k?x",
            "DELETE /_mock/keys/{key:path} has no query parameter 'x'; it accepts forget, key, world",
        ),
    ],
)
def test_the_error_names_what_is_accepted(inside: httpx.Client, method: str, path: str, text: str | None) -> None:
    assert inside.request(method, path).json().get("error") == text


def test_a_body_that_is_not_an_object_is_rejected_by_every_route(fake: SynapMock, inside: httpx.Client) -> None:
    assert {inside.request(method, path, content=b"[]").status_code for method, path in ROUTES} == {400}
    assert fake.requests == []
