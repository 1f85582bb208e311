"""Whichever door a body or a request comes through, by socket or in process, its answer is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asking import BATCH, ONE
from hostile.bodies import ACCEPTED, NO_BATCH, VALID
from hostile.request import AUTHORIZED, KEY, READ

if TYPE_CHECKING:
    from hostile.live import Live


def answers(served: Live, method: str, target: str, headers: dict[str, str], body: bytes) -> set[tuple[int, str]]:
    """What the doors answer, each of them from a clean fake."""
    found = set()
    for door in (served.by_socket, served.by_httpx, served.by_async_httpx):
        served.fake.reset()
        found.add(door(method, target, AUTHORIZED | headers, body).timeless)
    return found


@pytest.mark.parametrize("target", [BATCH, ONE])
@pytest.mark.parametrize(
    "body", [*NO_BATCH.values(), *(case[0] for case in ACCEPTED.values())], ids=[*NO_BATCH, *ACCEPTED]
)
def test_every_door_gives_the_same_answer(served: Live, target: str, body: bytes) -> None:
    assert len(answers(served, "POST", target, {}, body)) == 1


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("GET", "/health", {}),
        ("GET", "/health/", {}),
        ("GET", "//health", {}),
        ("GET", "/%ff%00", {}),
        ("GET", "/%68ealth", {}),
        ("GET", "/health%2f", {}),
        ("GET", "/v1/conversations/%ed%a0%80/messages", {}),
        ("GET", "/v1/conversations/a%2fb/messages", {}),
        ("GET", READ, {}),
        ("GET", f"{READ}?start=0", {}),
        ("GET", f"{READ}?start=%c2%b2", {}),
        ("GET", f"{READ}?start=1&start=a", {}),
        ("GET", "/api/v1/auth/whoami", {}),
        ("PUT", BATCH, {}),
        ("OPTIONS", BATCH, {}),
        ("PROPFIND", "/v1/" + "a" * 5000, {}),
        ("POST", BATCH, {"Authorization": ""}),
        ("POST", BATCH, {"Authorization": "Bearer"}),
        ("POST", BATCH, {"Authorization": "Bearer synap_of_nobody_0123456789"}),
        ("POST", BATCH, {"Authorization": f"bearer   {KEY} "}),
        ("POST", BATCH, {"Authorization": f"Basic {KEY}"}),
        ("POST", BATCH, {"X-Instance-ID": "another"}),
        ("POST", BATCH, {"Content-Type": "text/plain", "Content-Encoding": "gzip", "Expect": "a-miracle"}),
        ("GET", "/_mock/settings", {"Host": "a.example"}),
        ("GET", "/_mock/settings", {"Host": "localhost", "Origin": "null"}),
        ("GET", "/_mock/settings", {"Host": "localhost"}),
        ("DELETE", "/_mock/settings", {"Host": "localhost"}),
        ("GET", "/_mock/nothing%00", {"Host": "localhost"}),
    ],
)
def test_every_door_answers_an_odd_request_alike(
    served: Live, method: str, target: str, headers: dict[str, str]
) -> None:
    assert len(answers(served, method, target, headers, VALID if method == "POST" else b"")) == 1


@pytest.mark.parametrize("target", [BATCH, "/health", "/v1/nothing"])
def test_in_process_the_answer_to_head_has_no_body_either(served: Live, target: str) -> None:
    assert served.by_httpx("HEAD", target, {}, b"").body == b""
