"""No response, header, journal entry or error shows a key or a token, however a client sends it."""

from __future__ import annotations

import json
import logging
import re
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from asking import BATCH, ONE, in_process

from synap_mock import SynapMock
from synap_mock.cli import logs

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

KEY = "my-secret-key"
TOKEN = "control-token-0123456789"  # noqa: S105 - of a fake
UNKNOWN = "an-unknown-key-of-mine"
VENDORS = "synap_live_0123456789abcdef"
SECRETS = [KEY, TOKEN, UNKNOWN, VENDORS]
ESCAPED = "".join(f"\\u{ord(character):04x}" for character in KEY)


@pytest.fixture
def fake() -> SynapMock:
    fake = SynapMock(api_key=["synap_default_0123456789", KEY], control_token=TOKEN)
    fake.keys.create("a-revoked-key")
    fake.keys.revoke("a-revoked-key")
    return fake


@pytest.fixture
def inside(fake: SynapMock) -> httpx.Client:
    return in_process(fake)


@pytest.fixture
def control(fake: SynapMock) -> httpx.Client:
    client = in_process(fake)
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    return client


def everything(response: httpx.Response) -> str:
    return f"{response.headers} {response.text}"


@pytest.mark.parametrize("dialect", ["documented", "observed"])
@pytest.mark.parametrize("secret", [KEY, TOKEN, VENDORS, "a-revoked-key"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/conversations/{}/messages", None),
        ("GET", "/v1/conversations/6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11/messages?start={}", None),
        ("POST", "/v1/{}", None),
        ("POST", BATCH, {"conversation_id": "{}", "role": "user", "content": "a"}),
        ("POST", BATCH, {"conversation_id": "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11", "role": "{}", "content": "a"}),
        ("POST", ONE, {"conversation_id": "{}", "role": "user", "content": "a", "user_id": "u"}),
        ("{}", ONE, {"conversation_id": "{}", "role": "user", "content": "a", "user_id": "u"}),
    ],
)
def test_an_error_does_not_quote_a_secret(  # noqa: PLR0913, PLR0917 - the cases
    fake: SynapMock,
    inside: httpx.Client,
    control: httpx.Client,
    method: str,
    path: str,
    body: Any,
    secret: str,
    dialect: str,
) -> None:
    control.patch("/_mock/settings", json={"dialect": dialect})
    content = json.dumps({"messages": [body]} if path == BATCH else body).replace("{}", secret)
    response = inside.request(method.format(secret), path.format(secret), content=content)
    assert secret not in everything(response)
    assert secret not in repr([fake.requests, fake.batches])


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("around", ["{}", "id-{}-1"])
def test_a_correlation_id_with_a_secret_is_replaced(inside: httpx.Client, secret: str, around: str) -> None:
    headers = {"X-Correlation-ID": around.format(secret), "Authorization": f"Bearer {UNKNOWN}"}
    response = inside.get("/health", headers=headers)
    assert re.fullmatch("mock_[0-9A-Za-z_-]+", response.headers["X-Correlation-ID"])


def test_a_key_that_is_a_uuid_is_not_echoed() -> None:
    fake = SynapMock(api_key=str(uuid.uuid4()))
    echoed = in_process(fake).get("/health", headers={"X-Correlation-ID": fake.api_key}).headers["X-Correlation-ID"]
    assert echoed != fake.api_key


@pytest.mark.parametrize("secret", SECRETS)
def test_the_journal_shows_no_secret_in_any_place(inside: httpx.Client, control: httpx.Client, secret: str) -> None:
    """Also not an unknown key, where the same request has it in a header."""
    inside.post(
        f"/v1/{secret}",
        params={"key": secret, "q": f"a{secret}b"},
        headers={
            "Authorization": f"Bearer {UNKNOWN}",
            "X-Other": secret,
            f"X-{secret}": "1",
            "X-Correlation-ID": secret,
        },
        json={"content": secret, secret: [secret]},
    )
    shown = control.get("/_mock/requests").text
    assert (secret in shown, '"method":"POST"' in shown) == (False, True)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        (f"api_key={quote('my-secret-key', safe='').replace('-', '%2D')}", "api_key=..."),
        ("api_key=no-known-key-0123456789&start=1", "api_key=...6789&start=1"),
        ("API%5FKEY=abc&token=def&page=2&a", "API%5FKEY=...&token=...&page=2&a"),
        ("token_count=3&q=a%20b", "token_count=3&q=a%20b"),
    ],
)
def test_a_credential_in_a_query_is_masked(fake: SynapMock, inside: httpx.Client, query: str, shown: str) -> None:
    inside.get(f"/health?{query}")
    request = [request for request in fake._state.journal.requests() if request.background][-1]  # noqa: SLF001 - health is background
    assert request.query == shown


def test_escapes_in_a_body_do_not_show_a_key(inside: httpx.Client, control: httpx.Client) -> None:
    inside.post(BATCH, content=f'{{"messages": [], "a": "{ESCAPED}"}}')
    (request,) = control.get("/_mock/requests").json()["requests"]
    assert request["body"] == '{"messages": [], "a": "..."}'


def test_a_utf_16_body_does_not_show_a_key(inside: httpx.Client, control: httpx.Client) -> None:
    inside.post(BATCH, content=json.dumps({"messages": [], "a": KEY}).encode("utf-16"))
    (request,) = control.get("/_mock/requests").json()["requests"]
    assert (request["status"], KEY in request["body"].replace("\0", "")) == (200, False)


@pytest.mark.parametrize("kept", range(12, 12 + len(KEY)))
def test_a_key_that_the_journal_cuts_shows_no_beginning(kept: int) -> None:
    fake = SynapMock(api_key=KEY, journal_body=kept)
    inside = in_process(fake)
    inside.post(BATCH, content=f'{{"abcdef": "{KEY}"}}')
    (request,) = inside.get("/_mock/requests").json()["requests"]
    assert "my-se" not in request["body"]


def test_a_key_that_is_issued_later_is_masked_in_earlier_calls(fake: SynapMock, inside: httpx.Client) -> None:
    inside.get("/v1/issued-later-than-this")
    fake.keys.create("issued-later-than-this")
    assert fake.requests[-1].path == "/v1/...this"


@pytest.mark.parametrize("secret", SECRETS)
def test_the_control_api_quotes_no_secret(inside: httpx.Client, control: httpx.Client, secret: str) -> None:
    for path in (f"/_mock/{secret}", f"/_mock/conversations/{secret}", f"/_mock/requests?limit={secret}"):
        assert secret not in everything(control.get(path, headers={"Cookie": UNKNOWN, "X-Api-Key": UNKNOWN}))
    for name in ("Host", "Origin"):
        headers = {name: secret, "Authorization": f"Bearer {UNKNOWN}"}
        assert secret not in everything(inside.get("/_mock/settings", headers=headers))
    body = {"tenancy": secret, "dialect": secret}
    assert secret not in everything(control.patch("/_mock/settings", json=body, headers={"X-Api-Key": UNKNOWN}))


def test_the_log_shows_no_secret(fake: SynapMock, inside: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    fake.on_request(partial(logs.log_request, "default"))
    with caplog.at_level(logging.INFO, "synap_mock"):
        for secret in SECRETS:
            inside.get(f"/v1/{secret}", headers={"Authorization": f"Bearer {UNKNOWN}"})
    reported = [(record.getMessage(), record.__dict__) for record in caplog.records]
    assert len(reported) == len(SECRETS)
    assert not [secret for secret in SECRETS if secret in repr(reported)]


@pytest.mark.parametrize("secret", [KEY, TOKEN, VENDORS])
def test_an_exception_quotes_no_secret(fake: SynapMock, secret: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: fake.transcript(secret),
        lambda: fake.reject(secret),
        lambda: fake.fail(secret),  # type: ignore[arg-type] # on purpose
        lambda: fake.answer("GET", secret),
        lambda: fake.answer(secret, "/v1/a"),
        lambda: fake.keys.create(f"{secret} "),
        lambda: fake.keys.create(secret) and fake.keys.create(secret),
    ]
    for attempt in attempts:
        with pytest.raises((TypeError, ValueError)) as caught:
            attempt()
        assert secret not in repr(caught.value)


def test_a_vendors_key_in_the_wrong_setting_is_not_quoted() -> None:
    with pytest.raises(ValueError, match=r"tenancy must be .*, not 'synap_\.\.\.cdef'"):
        SynapMock(tenancy=VENDORS)


def test_what_was_recorded_is_returned_as_recorded(
    fake: SynapMock, inside: httpx.Client, control: httpx.Client
) -> None:
    """Conversations are data. The journal shows the same call with the key masked."""
    conversation_id = str(uuid.uuid4())
    content = f"{KEY} {VENDORS} {TOKEN}"
    entry = {"conversation_id": conversation_id, "role": "user", "content": content}
    inside.post(BATCH, json={"messages": [entry]})
    read = inside.get(f"/v1/conversations/{conversation_id}/messages").json()["turns"][0]["content"]
    seen = control.get(f"/_mock/conversations/{conversation_id}").json()["messages"][0]["content"]
    assert [read, seen, fake.messages[0].content] == [content] * 3
    assert json.loads(fake.requests[0].body)["messages"] == [entry]
    assert not [secret for secret in (KEY, VENDORS, TOKEN) if secret in control.get("/_mock/requests").text]


def test_a_token_that_serve_made_is_masked(fake: SynapMock) -> None:
    """Beyond loopback, a token is made."""
    other = SynapMock()
    with other.serve(host="0.0.0.0") as server:
        token = server.control_token or ""
        in_process(other).get(f"/v1/{token}")
    assert (len(token) > 20, token in other.requests[0].path) == (True, False)
    assert fake.redact(f"{TOKEN} {token}") == f"...6789 {token}"
