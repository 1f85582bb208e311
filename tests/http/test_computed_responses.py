"""Computed responses: a function of the test's own answers the calls of a route."""

from __future__ import annotations

import json
import os
import re
import uuid
from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING, Any

import pytest
from asking import BATCH, in_process

from synap_mock import IncomingRequest, Respond, ServerError, SynapMock

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

FETCH = "/v1/y/user/fetch"
SCOPED = "/v1/x/{scope}/{id}"


def asked(fake: SynapMock, inside: httpx.Client, **sent: Any) -> IncomingRequest:
    """What a function is given for a request to one path of `SCOPED`."""
    found: list[IncomingRequest] = []
    fake.answer("POST", SCOPED, json=found.append)
    inside.post("/v1/x/user/%C3%A9%20", **sent)
    return found[0]


def test_a_function_returns_the_body(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("POST", FETCH, json=lambda request: {"for": request.json["user_id"]}, status=203, headers={"X-A": "b"})
    answer = inside.post(FETCH, json={"user_id": "ann"})
    assert (answer.json(), answer.status_code, answer.headers["x-a"]) == ({"for": "ann"}, 203, "b")


def test_a_function_may_return_null(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("GET", "/v1/x", json=lambda _: None)
    assert inside.get("/v1/x").content == b"null"


def test_a_function_may_return_a_whole_response(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("GET", "/v1/x", json=lambda _: Respond(418, content="tea"), headers={"X-A": "b"})
    answer = inside.get("/v1/x")
    assert (answer.status_code, answer.text, "x-a" in answer.headers) == (418, "tea", False)


def test_a_function_has_the_request(fake: SynapMock, inside: httpx.Client) -> None:
    request = asked(fake, inside, json={"n": [1]}, params={"a": "b c"}, headers={"X-Mine": "yes"})
    assert (request.method, request.path, request.query) == ("POST", "/v1/x/user/é ", "a=b+c")
    assert dict(request.path_params) == {"scope": "user", "id": "é "}
    assert (request.json, json.loads(request.text), json.loads(request.body)) == ({"n": [1]},) * 3
    assert (request.headers["X-MINE"], request.headers["x-mine"], "X-Other" in request.headers) == ("yes", "yes", False)
    assert request.headers["Authorization"] == f"Bearer {fake.api_key}"
    instance = fake.keys.instance_of(fake.api_key)
    assert (request.instance, request.instance_id) == (instance, instance.instance_id)


def test_a_request_without_a_body_has_json_none(fake: SynapMock, inside: httpx.Client) -> None:
    assert asked(fake, inside).json is None


def test_the_request_is_frozen_and_its_repr_shows_no_key(fake: SynapMock, inside: httpx.Client) -> None:
    request = asked(fake, inside)
    with pytest.raises(FrozenInstanceError):
        request.method = "GET"  # type: ignore[misc] # on purpose
    assert ascii(request) == r"<POST /v1/x/user/\xe9 >"
    assert fake.api_key not in repr(request.headers)


def test_a_function_knows_which_instance_calls(fake: SynapMock, inside: httpx.Client) -> None:
    key, instance = fake.keys.create()
    fake.answer("GET", "/v1/x", json=lambda request: request.instance_id)
    assert inside.get("/v1/x", headers={"Authorization": f"Bearer {key}"}).json() == instance.instance_id
    assert inside.get("/v1/x").json() != instance.instance_id


def test_a_route_without_a_key_has_no_instance(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("GET", "/health", json=lambda request: str(request.instance_id), override=True)
    assert inside.get("/health", headers={"Authorization": ""}).json() == "None"


def test_a_function_may_use_the_fake(fake: SynapMock, inside: httpx.Client) -> None:
    def respond(request: IncomingRequest) -> int:
        fake.answer("GET", "/v1/y", json=request.path)
        fake.clock.advance(60)
        return len(fake.messages)

    fake.answer("GET", "/v1/x", json=respond)
    entry = {"conversation_id": str(uuid.uuid4()), "role": "user", "content": "hi"}
    inside.post(BATCH, json={"messages": [entry]})
    assert (inside.get("/v1/x").json(), inside.get("/v1/y").json()) == (1, "/v1/x")


def test_a_function_stands_in_for_a_modelled_route(fake: SynapMock, inside: httpx.Client) -> None:
    path = "/v1/conversations/{conversation_id}/messages"
    fake.answer("GET", path, json=lambda request: request.path_params, override=True)
    assert inside.get("/v1/conversations/c1/messages").json() == {"conversation_id": "c1"}


def test_a_function_is_not_called_for_a_rejected_key(fake: SynapMock, inside: httpx.Client) -> None:
    called: list[IncomingRequest] = []
    fake.answer("GET", "/v1/x", json=called.append)
    assert (inside.get("/v1/x", headers={"Authorization": ""}).status_code, called) == (401, [])


def test_a_function_is_called_after_faults(fake: SynapMock, inside: httpx.Client) -> None:
    called: list[IncomingRequest] = []
    fake.answer("GET", "/v1/x", json=called.append)
    fake.fail(ServerError(), route="/v1/x")
    assert (inside.get("/v1/x").status_code, called) == (500, [])


def test_an_exception_is_answered_500_and_kept(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("POST", FETCH, json=lambda request: request.json["query"])
    answer = inside.post(FETCH, json={})
    assert (answer.status_code, answer.json()["code"], [answer.json()["error"]]) == (500, "ANSWER_FAILED", fake.errors)
    assert re.fullmatch(
        rf"json= of answer\('POST', '{FETCH}'\) raised KeyError: 'query'\n"
        r"    at tests/http/test_computed_responses.py:\d+ in <lambda>: fake.answer\(.* request.json\[\"query\"\]\)",
        fake.errors[0],
    )


def test_an_exception_has_the_observed_form() -> None:
    fake = SynapMock(dialect="observed")
    fake.answer("GET", "/v1/x", json=lambda _: 1 // 0)
    assert "ZeroDivisionError" in in_process(fake).get("/v1/x").json()["detail"]


def test_an_exception_names_the_functions_that_it_passed(fake: SynapMock, inside: httpx.Client) -> None:
    def look_up(key: str) -> str:
        return {"a": "b"}[key]

    fake.answer("GET", "/v1/x", json=lambda _: look_up("c"))
    inside.get("/v1/x")
    assert re.findall(r"in (\S+):", fake.errors[0]) == ["<lambda>", "look_up"]


@pytest.mark.parametrize("value", [float("nan"), object(), {1, 2}])
def test_a_value_that_is_not_json_names_the_function(fake: SynapMock, inside: httpx.Client, value: object) -> None:
    fake.answer("GET", "/v1/x", json=lambda _: value)
    assert inside.get("/v1/x").status_code == 500
    assert re.search(r"raised ValueError: json must be a JSON value; .*\n    at tests/http/.*:\d+ in ", fake.errors[0])


def test_pytest_fail_in_a_function_is_reported_too(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("GET", "/v1/x", json=lambda _: pytest.fail("not expected"))
    assert (inside.get("/v1/x").status_code, "not expected" in fake.errors[0]) == (500, True)


def test_an_exception_in_where_is_answered_500_and_kept(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("GET", "/v1/x", json={}, where=lambda request: request.json["n"] == 1)
    assert inside.get("/v1/x").status_code == 500
    assert "where= of answer('GET', '/v1/x') raised TypeError: 'NoneType' object" in fake.errors[0]


def test_errors_end_with_the_reset(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("GET", "/v1/x", json=lambda _: 1 // 0)
    inside.get("/v1/x")
    fake.reset()
    assert fake.errors == []


@pytest.mark.parametrize("key", ["a_key_of_my_own_123", "synap_0123456789abcdef0123456789abcdef"])
def test_a_key_in_an_exception_is_masked(key: str) -> None:
    fake = SynapMock(api_key=key)
    fake.answer("GET", "/v1/x", json=lambda request: {}[request.headers["authorization"]])
    answer = in_process(fake).get("/v1/x")
    assert "KeyError: 'Bearer" in fake.errors[0]
    assert key not in answer.text + fake.errors[0] + repr(fake.requests)


def test_a_rejected_keys_call_shows_no_key_in_where(fake: SynapMock, inside: httpx.Client) -> None:
    unknown = "another_services_key_456"
    fake.answer("POST", "/v1/x", json={}, where=lambda request: bool(os.environ[request.text]))
    answer = inside.post("/v1/x", content=f"key {unknown}", headers={"Authorization": f"Bearer {unknown}"})
    assert (answer.status_code, unknown in answer.text + fake.errors[0]) == (500, False)


def test_a_coroutine_function_is_rejected(fake: SynapMock) -> None:
    async def respond(_: IncomingRequest) -> None: ...

    with pytest.raises(TypeError, match="a function that returns one, not a coroutine function"):
        fake.answer("GET", "/v1/x", json=respond)


def test_a_function_needs_a_status_that_has_a_body(fake: SynapMock) -> None:
    with pytest.raises(ValueError, match="status 204 has no body"):
        fake.answer("GET", "/v1/x", json=lambda _: 1, status=204)


@pytest.mark.parametrize("respond", [lambda _: "own", lambda _: 1 // 0], ids=["returns", "raises"])
def test_it_is_served_in_process_and_on_a_port(
    fake: SynapMock, client: httpx.Client, respond: Callable[[IncomingRequest], Any]
) -> None:
    fake.answer("GET", "/v1/x", json=respond)
    assert client.get("/v1/x").status_code == (500 if fake.errors else 200)
    assert client.get("/v1/x").json() == "own" or "ZeroDivisionError" in fake.errors[-1]
