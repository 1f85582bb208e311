"""Canned responses: what a test answers for a route itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest
from asking import BATCH, in_process
from faults.asked import CONVERSATION

from synap_mock import ServerError, SynapMock

if TYPE_CHECKING:
    import httpx

FETCH: Final = "/v1/y/user/fetch"


def test_a_route_has_its_canned_response(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("POST", FETCH, json={"context": {}}, status=203, headers={"X-Extra": "a"})
    answer = inside.post(FETCH, json={"user_id": "alice"})
    assert (answer.status_code, answer.json(), answer.headers["x-extra"]) == (203, {"context": {}}, "a")


def test_without_a_body_there_is_none(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("DELETE", "/v1/x", status=204)
    answer = inside.delete("/v1/x")
    assert (answer.status_code, answer.content) == (204, b"")


def test_null_is_a_body(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("GET", "/v1/x", json=None)
    assert inside.get("/v1/x").content == b"null"


def test_it_is_the_same_in_either_dialect() -> None:
    fake = SynapMock(dialect="observed")
    fake.answer("GET", "/v1/x", json={"detail": 1})
    assert in_process(fake).get("/v1/x").json() == {"detail": 1}


def test_it_counts_as_modelled(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("POST", FETCH, json={})
    inside.post(FETCH)
    assert (fake.unmodelled, [request.unmodelled for request in fake.requests]) == ([], [False])


def test_it_wants_a_key(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("POST", FETCH, json={})
    assert inside.post(FETCH, headers={"Authorization": ""}).json()["code"] == "UNAUTHORIZED"


def test_a_refused_key_uses_none_up(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("POST", FETCH, json={}, times=1)
    inside.post(FETCH, headers={"Authorization": ""})
    assert inside.post(FETCH).status_code == 200


def test_it_answers_until_the_reset(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("POST", FETCH, json={})
    statuses = [inside.post(FETCH).status_code for _ in range(3)]
    fake.reset()
    assert [*statuses, inside.post(FETCH).status_code] == [200, 200, 200, 404]


def test_it_applies_times_calls_and_is_then_unmodelled(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("POST", FETCH, json={}, times=2)
    statuses = [inside.post(FETCH).status_code for _ in range(3)]
    assert (statuses, len(fake.unmodelled)) == ([200, 200, 404], 1)


def test_of_several_the_newest_answers(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("GET", "/v1/x", json="old")
    fake.answer("GET", "/v1/x", json="new", times=1)
    assert [inside.get("/v1/x").json() for _ in range(2)] == ["new", "old"]


@pytest.mark.parametrize(
    ("reported", "asked", "status"),
    [
        ("/v1/users/{user_id}/plan", "/v1/users/alice/plan", 200),
        ("/v1/users/{user_id}/plan", "/v1/users/%C3%A9%20/plan", 200),
        ("/v1/users/{user_id}/plan", "/v1/users//plan", 404),
        ("/v1/users/{user_id}/plan", "/v1/users/a/b/plan", 404),
        ("/v1/users/{user_id}/plan", "/v1/users/alice/plan/", 404),
        ("/v1/{a}/{b}", "/v1/x/y", 200),
        ("/v1/{a}", "/v1/x%0A", 200),
        ("/v1/x", "/v1/x%0A", 404),
        ("/v1/x.y", "/v1/xzy", 404),
        ("/v1/x", "/v1/x?a=b", 200),
        ("/v1/x/", "/v1/x", 404),
        ("/", "/", 200),
    ],
)
def test_a_segment_in_braces_stands_for_any_one(
    fake: SynapMock, inside: httpx.Client, reported: str, asked: str, status: int
) -> None:
    fake.answer("GET", reported, json={})
    assert inside.get(asked).status_code == status


def test_another_method_is_another_route(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("GET", "/v1/x", json={})
    assert inside.post("/v1/x").status_code == 404


def test_another_method_of_a_modelled_path_can_be_answered(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("DELETE", "/v1/conversations/{id}/messages", json={})
    assert inside.delete("/v1/conversations/x/messages").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", BATCH),
        ("GET", "/health"),
        ("GET", "/v1/conversations/{id}/messages"),
        ("GET", "/v1/conversations/00000000-0000-4000-8000-00000000000a/messages"),
        ("HEAD", "/health"),
        ("POST", "/v1/{any}/messages/batch"),
    ],
)
def test_a_modelled_route_is_refused_and_override_named(fake: SynapMock, method: str, path: str) -> None:
    with pytest.raises(ValueError, match=r"^(GET|POST) /.* is modelled; override=True replaces it, and fail\(Respond"):
        fake.answer(method, path, json={})


def test_override_replaces_a_modelled_route(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("POST", BATCH, json={"total": 7}, times=1, override=True)
    answers = [inside.post(BATCH, json={"messages": []}).json()["total"] for _ in range(2)]
    assert (answers, len(fake.batches), fake.unmodelled) == ([7, 0], 1, [])


def test_override_keeps_a_routes_access_and_faults(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("GET", "/health", json="own", override=True)
    fake.answer("POST", BATCH, json="own", override=True)
    fake.fail(ServerError(503))
    keyless = {"Authorization": ""}
    assert inside.get("/health", headers=keyless).json() == "own"
    assert [inside.post(BATCH, headers=keyless).status_code, inside.post(BATCH).status_code] == [401, 503]
    assert inside.post(BATCH).json() == "own"


def test_override_of_get_serves_head_without_a_body(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("GET", "/health", json="own", status=203, override=True)
    answer = inside.head("/health")
    assert (answer.status_code, answer.content) == (203, b"")


@pytest.mark.parametrize("scheduled", ["in Python", "over HTTP"])
def test_where_chooses_the_calls_of_a_route(fake: SynapMock, inside: httpx.Client, scheduled: str) -> None:
    stand_in = {"method": "POST", "path": BATCH, "json": "own", "where": {"user_id": "u1"}, "override": True}
    if scheduled == "in Python":
        fake.answer(**stand_in)  # type: ignore[arg-type] # the values differ in type
    else:
        assert inside.post("/_mock/answers", json=stand_in).json()["where"] == {"user_id": "u1"}
    entry = {"conversation_id": CONVERSATION, "role": "user", "content": "hi"}
    answers = [inside.post(BATCH, json={"messages": [{**entry, "user_id": user}]}).json() for user in ("u2", "u1")]
    assert (answers[0]["succeeded"], answers[1]) == (1, "own")


def test_where_may_be_a_predicate_on_the_request(fake: SynapMock, inside: httpx.Client) -> None:
    instance_id = fake.keys.instance_of(fake.api_key).instance_id
    fake.answer("POST", FETCH, json="old")
    fake.answer("POST", FETCH, json="new", where=lambda seen: seen.json["n"] == 2 and seen.instance_id == instance_id)
    assert [inside.post(FETCH, json={"n": n}).json() for n in (1, 2)] == ["old", "new"]


def test_where_that_chooses_no_call_leaves_a_route_unmodelled(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("POST", FETCH, json={}, where={"user_id": "u1"})
    assert (inside.post(FETCH, json={}).status_code, len(fake.unmodelled)) == (404, 1)


def test_a_fault_without_a_route_passes_it_by(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("POST", FETCH, json={})
    fake.fail(ServerError())
    assert inside.post(FETCH).status_code == 200


def test_a_fault_with_its_route_strikes_it(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("POST", FETCH, json={}, times=1)
    fake.fail(ServerError(), route=FETCH)
    assert [inside.post(FETCH).status_code for _ in range(3)] == [500, 200, 404]


def test_it_is_served_at_every_door(fake: SynapMock, client: httpx.Client) -> None:
    fake.answer("GET", "/v1/x", json="reported")
    assert client.get("/v1/x").json() == "reported"


WHERE: Final = (
    'where must be values that an entry must have, such as {"user_id": "u1"}, or a function that takes the request, '
    "not 1"
)
WRONG: Final[dict[str, tuple[dict[str, Any], type[Exception], str]]] = {
    "a method": ({"method": "post"}, ValueError, "method must be one of HTTP's, such as \"POST\", not 'post'"),
    "no method": ({"method": None}, ValueError, 'method must be one of HTTP\'s, such as "POST", not null'),
    "a path": (
        {"path": "v1/x"},
        ValueError,
        "path must begin with a slash, such as \"/v1/credits/balance\", not 'v1/x'",
    ),
    "half a segment in braces": (
        {"path": "/v1/a{b}"},
        ValueError,
        "path may have a segment {name} for any, whole, not 'a{b}'",
    ),
    "a brace": ({"path": "/v1/{"}, ValueError, "path may have a segment {name} for any, whole, not '{'"),
    "no name": ({"path": "/v1/{}"}, ValueError, "path may have a segment {name} for any, whole, not '{}'"),
    "status": ({"status": 99}, ValueError, "status must be a whole number from 200, not 99"),
    "a body where there is none": (
        {"status": 204},
        ValueError,
        "status 204 has no body; leave json and content out",
    ),
    "headers": ({"headers": {"": "a"}}, ValueError, "headers must have names that are tokens (RFC 9110), not ''"),
    "times": ({"times": 0}, ValueError, "times must be a whole number from 1 or no value, not 0"),
    "override": ({"override": 1}, TypeError, "override must be a boolean, not 1"),
    "optional": ({"optional": None}, TypeError, "optional must be a boolean, not null"),
    "where": ({"where": 1}, TypeError, WHERE),
}


@pytest.mark.parametrize(("given", "error", "sentence"), WRONG.values(), ids=WRONG)
def test_what_can_not_stand_in_is_refused_with_what_would_do(
    fake: SynapMock, given: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=f"^{re.escape(sentence)}$"):
        fake.answer(**{"method": "GET", "path": "/v1/x", "json": {}, **given})


@pytest.mark.parametrize(("given", "error", "sentence"), WRONG.values(), ids=WRONG)
def test_over_http_it_is_refused_with_the_same_sentence(
    inside: httpx.Client, given: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    answer = inside.post("/_mock/answers", json={"method": "GET", "path": "/v1/x", "json": {}, **given})
    assert (answer.status_code, answer.json()["error"]) == (400, sentence), error
    assert inside.get("/v1/x").status_code == 404


def test_over_http_a_route_has_its_canned_response(inside: httpx.Client) -> None:
    reported = {
        "method": "GET",
        "path": "/v1/{a}",
        "json": [1.0],
        "status": 203.0,
        "headers": {"X-Extra": "a"},
        "times": 1,
    }
    armed = inside.post("/_mock/answers", json=reported).json()
    answer = inside.get("/v1/x")
    assert armed == {
        "method": "GET",
        "path": "/v1/{a}",
        "times": 1,
        "where": None,
        "override": False,
        "optional": False,
    }
    assert (answer.status_code, answer.content, answer.headers["x-extra"]) == (203, b"[1.0]", "a")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "method must be one of HTTP's"),
        ({"method": "GET"}, "path must begin with a slash"),
        ({"method": "GET", "path": "/health"}, 'GET /health is modelled; "override": true replaces it'),
        (
            {"method": "GET", "path": "/v1/x", "content": "a"},
            "POST /_mock/answers has no field 'content'; it accepts method, path",
        ),
        ("x", "the body must be a JSON object, not 'x'"),
    ],
)
def test_over_http_what_is_no_stand_in_is_refused(inside: httpx.Client, body: object, sentence: str) -> None:
    answer = inside.post("/_mock/answers", json=body)
    assert (answer.status_code, sentence in answer.json()["error"]) == (400, True)


def test_a_fault_strikes_it_by_the_very_route_that_it_was_given(fake: SynapMock, inside: httpx.Client) -> None:
    fake.answer("POST", "/v1/y/{scope}/fetch", json={})
    fake.fail(ServerError(503), route="POST /v1/y/{scope}/fetch")
    assert [inside.post(FETCH).status_code for _ in range(2)] == [503, 200]


def test_a_fault_answers_for_a_route_that_is_not_modelled(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(503), route=f"POST {FETCH}")
    assert (inside.post(FETCH).status_code, fake.unmodelled) == (503, [])
