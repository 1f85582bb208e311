"""The journal: what it keeps, what it masks, and where it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from asking import BATCH, in_process

from synap_mock import SynapMock

if TYPE_CHECKING:
    import httpx

    from synap_mock import Request

Entry = dict[str, Any]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Bearer synap_of_someone_else_0123", "Bearer synap_...0123"),
        ("Bearer not-issued-here-0123456789", "Bearer ...6789"),
        ("Bearer not-issued-here and-more-5", "Bearer ...re-5"),
        ("not-issued-here-0123456789 again", "...gain"),
        ("Basic dXNlcjpwYXNzd29yZA==", "Basic ...ZA=="),
        ("Bearer short", "Bearer ..."),
    ],
)
def test_a_credential_that_was_never_issued_is_masked_too(inside: httpx.Client, sent: str, shown: str) -> None:
    inside.get("/health", headers={"Authorization": sent})
    (request,) = inside.get("/_mock/requests").json()["requests"]
    assert request["headers"]["authorization"] == shown


def test_keys_with_a_common_beginning_are_both_masked() -> None:
    fake = SynapMock(api_key=["abcdefgh", "abcdefgh-and-a-tail-of-it"])
    in_process(fake).get("/v1/abcdefgh-and-a-tail-of-it")
    assert fake.requests[0].path == "/v1/...f-it"


def test_a_body_is_kept_up_to_its_bound(entry: Entry) -> None:
    fake = SynapMock(journal_body=10)
    response = in_process(fake).post(BATCH, json={"messages": [entry]})
    (request,) = fake.requests
    sent = response.request.content
    assert (request.body, request.body_size) == (sent[:10], len(sent))
    assert (request.answer, request.answer_size) == (response.content[:10], len(response.content))


def test_bodies_in_all_are_kept_up_to_their_bound() -> None:
    fake = SynapMock(journal_bytes=5000)
    inside = in_process(fake)
    for _ in range(10):
        inside.post("/v1/telemetry/batch", content=b"x" * 1000)
    kept = inside.get("/_mock/requests").json()
    assert (len(kept["requests"]) < 5, len(kept["requests"]) + kept["dropped"]) == (True, 10)


def test_many_calls_do_not_push_an_unmodelled_one_out() -> None:
    fake = SynapMock(journal_calls=2)
    inside = in_process(fake)
    for path in ("/v1/nowhere", "/health", "/health", "/health"):
        inside.get(path)
    assert [request.path for request in fake.unmodelled] == ["/v1/nowhere"]


def test_the_journal_tells_whose_call_it_was(fake: SynapMock, inside: httpx.Client) -> None:
    inside.get("/api/v1/auth/whoami")
    inside.get("/api/v1/auth/whoami", headers={"Authorization": ""})
    own = fake.keys.instance_of(fake.api_key).instance_id
    assert [request.instance_id for request in fake.requests] == [own, None]


def test_a_listener_hears_of_a_call_when_no_lock_is_held(fake: SynapMock, inside: httpx.Client, entry: Entry) -> None:
    heard: list[tuple[Request, int]] = []
    fake.on_request(lambda request: heard.append((request, len(fake.messages))))
    inside.post(BATCH, json={"messages": [entry]})
    assert heard == [(fake.requests[0], 1)]


@pytest.mark.parametrize("key", ["synap_never_issued_0123456789", "another-key-0123456789"])
def test_a_401_does_not_show_the_key(fake: SynapMock, inside: httpx.Client, key: str) -> None:
    unknown = inside.get("/api/v1/auth/whoami", headers={"Authorization": f"Bearer {key}"})
    fake.keys.create(key)
    fake.keys.revoke(key)
    revoked = inside.get("/api/v1/auth/whoami", headers={"Authorization": f"Bearer {key}"})
    assert (unknown.json()["code"], revoked.json()["code"]) == ("UNAUTHORIZED", "CREDENTIAL_INVALID")
    assert key not in unknown.text + revoked.text
