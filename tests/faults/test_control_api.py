"""Faults over HTTP: scheduled, listed and canceled from any language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from asking import BATCH, ONE
from faults.asked import BODY

from synap_mock import ConnectionRefused, RateLimited, Respond, ServerError, SynapMock
from synap_mock.domain.faults.catalog import FAULTS
from synap_mock.domain.faults.fault import Unreachable

if TYPE_CHECKING:
    import httpx

FAULTS_HERE: Final = "/_mock/faults"
TERMS: Final = {"times": 1, "after_commit": False, "route": None, "where": None}
REPORTED: Final[dict[str, dict[str, Any]]] = {
    "Unauthorized": {},
    "Forbidden": {},
    "RateLimited": {"retry_after": 30},
    "ServerError": {"status": 503},
    "InsufficientCredits": {"balance_credits": 3, "minimum_required_credits": 8},
    "TrialLimitReached": {},
    "InstanceNotReady": {"retry_after": 60},
    "InstanceBuildFailed": {"attempts": 4},
    "Conflict": {},
    "Respond": {"status": 418, "json": {"a": [None]}, "content": None, "headers": {"X-Extra": "b"}},
    "Latency": {"seconds": 0.25, "real": True},
    "ReadTimeout": {},
    "ConnectionReset": {},
    "Disconnected": {},
    "TruncatedBody": {},
    "StalledBody": {},
    "MalformedBody": {},
    "WrongShape": {"json": {"results": None}},
}


def arm(client: httpx.Client, **fault: object) -> httpx.Response:
    return client.post(FAULTS_HERE, json=fault)


def batches(client: httpx.Client, count: int) -> list[int]:
    return [client.post(BATCH, json=BODY).status_code for _ in range(count)]


def test_every_fault_that_a_port_can_make_is_tried_here() -> None:
    assert sorted(REPORTED) == [name for name, kind in FAULTS.items() if not issubclass(kind, Unreachable)]


@pytest.mark.parametrize(("name", "attributes"), REPORTED.items(), ids=REPORTED)
def test_a_scheduled_fault_is_listed_with_flat_attributes(
    inside: httpx.Client, name: str, attributes: dict[str, Any]
) -> None:
    expected = {"faults": [{"fault": name, **attributes, **TERMS}]}
    assert arm(inside, fault=name, **attributes).json() == expected
    assert inside.get(FAULTS_HERE).json() == {**expected, "next": None}


@pytest.mark.parametrize(
    ("fault", "reported"),
    [
        (Respond(200, content=b"a\xff"), {"status": 200, "content": r"a\xff", "headers": {}}),
        (Respond(204), {"status": 204, "content": None, "headers": {}}),
        (Respond(200, json=None), {"status": 200, "json": None, "content": None, "headers": {}}),
        (RateLimited(retry_after=None), {"retry_after": None}),
        (ConnectionRefused(), {}),
    ],
    ids=repr,
)
def test_what_python_has_armed_is_listed_too(
    fake: SynapMock, inside: httpx.Client, fault: Respond, reported: dict[str, Any]
) -> None:
    fake.fail(fault)
    assert inside.get(FAULTS_HERE).json() == {"faults": [{"fault": fault.name, **reported, **TERMS}], "next": None}


def test_it_strikes_on_its_terms(fake: SynapMock, inside: httpx.Client) -> None:
    arm(inside, fault="ServerError", times=2, after_commit=True, route=f"POST {ONE}")
    entry = {**BODY["messages"][0], "user_id": "alice"}
    ones = [inside.post(ONE, json=entry).status_code for _ in range(3)]
    assert (batches(inside, 1), ones, len(fake.messages)) == ([200], [500, 500, 200], 4)


def test_it_strikes_on_a_port(client: httpx.Client) -> None:
    arm(client, fault="RateLimited", retry_after=30)
    assert client.post(BATCH, json=BODY).headers["retry-after"] == "30"


def test_times_that_are_left_are_listed(inside: httpx.Client) -> None:
    arm(inside, fault="ServerError", times=3)
    batches(inside, 2)
    assert [fault["times"] for fault in inside.get(FAULTS_HERE).json()["faults"]] == [1]


def test_without_end_it_strikes_until_the_reset(inside: httpx.Client) -> None:
    arm(inside, fault="ServerError", times=None)
    applied = batches(inside, 3)
    inside.post("/_mock/reset")
    assert (applied, batches(inside, 1)) == ([500] * 3, [200])


def test_a_script_strikes_call_by_call_and_null_lets_one_go_well(inside: httpx.Client) -> None:
    script = [{"fault": "ServerError", "status": 501}, {"fault": None, "times": 2}, {"fault": "Conflict"}]
    armed = arm(inside, sequence=script).json()["faults"]
    assert [(fault["fault"], fault["times"]) for fault in armed] == [("ServerError", 1), (None, 2), ("Conflict", 1)]
    assert batches(inside, 5) == [501, 200, 200, 409, 200]


def test_what_is_armed_stands_behind_what_is_armed_already(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(501))
    arm(inside, fault="ServerError", status=502)
    assert batches(inside, 3) == [501, 502, 200]


def test_disarmed_nothing_goes_wrong(inside: httpx.Client) -> None:
    arm(inside, sequence=[{"fault": "ServerError"}, {"fault": "Conflict", "times": None}])
    answer = inside.delete(FAULTS_HERE)
    assert (answer.json(), inside.get(FAULTS_HERE).json(), batches(inside, 1)) == (
        {"faults": []},
        {"faults": [], "next": None},
        [200],
    )


def test_a_whole_number_may_come_as_a_float(inside: httpx.Client) -> None:
    armed = arm(inside, fault="ServerError", status=503.0, times=2.0).json()["faults"]
    assert [(fault["status"], fault["times"]) for fault in armed] == [(503, 2)]


def test_a_number_in_a_body_stays_what_it_is(inside: httpx.Client) -> None:
    arm(inside, fault="WrongShape", json=[1.0, 1])
    assert inside.post(BATCH, json=BODY).content == b"[1.0,1]"


def test_the_journal_names_what_struck(client: httpx.Client) -> None:
    arm(client, fault="ServerError")
    arm(client, fault="Disconnected")
    batches(client, 1)
    with pytest.raises(Exception, match="Server disconnected"):
        batches(client, 1)
    batches(client, 1)
    kept = client.get("/_mock/requests").json()["requests"]
    assert [(request["status"], request["fault"], request["answer"][:8]) for request in kept] == [
        (200, None, '{"total"'),
        (None, "Disconnected", ""),
        (500, "ServerError", '{"error"'),
    ]


NAMES: Final = f"fault must be one of {', '.join(FAULTS)}, not"
WRONG: Final[dict[str, tuple[object, str]]] = {
    "nothing": ({}, f"{NAMES} null"),
    "no such fault": ({"fault": "Timeout"}, f"{NAMES} 'Timeout'"),
    "no name": ({"fault": {"name": "Conflict"}}, f"{NAMES} an object"),
    "a fault in other letters": ({"fault": "conflict"}, f"{NAMES} 'conflict'"),
    "none outside a script": ({"fault": None}, f"{NAMES} null"),
    "none with an attribute": ({"sequence": [{"fault": None, "status": 500}]}, f"sequence[0]: {NAMES} null"),
    "no such attribute": (
        {"fault": "ServerError", "code": 1},
        "ServerError has no attribute 'code'; it has status",
    ),
    "an attribute of Python's own": ({"fault": "Conflict", "self": 1}, "Conflict has no attribute 'self'; it has none"),
    "an attribute is missing": ({"fault": "Respond"}, "Respond requires status"),
    "an attribute out of its range": (
        {"fault": "ServerError", "status": 700},
        "status must be a whole number from 500 to 599, not 700",
    ),
    "an attribute of a wrong type": (
        {"fault": "Latency", "seconds": "1"},
        "seconds must be a number of seconds from 0, not '1'",
    ),
    "times": ({"fault": "Conflict", "times": 0}, "times must be a whole number from 1 or no value, not 0"),
    "after_commit": (
        {"fault": "Conflict", "after_commit": 1},
        "after_commit must be a boolean, not 1",
    ),
    "route": ({"fault": "Conflict", "route": "POST"}, "route must be a path, with or without its method"),
    "where": (
        {"fault": "Conflict", "where": "x"},
        'where must be values that an entry must have, such as {"user_id": "u1"}, or a function that takes the request',
    ),
    "where names no field": (
        {"fault": "Conflict", "where": {"usr_id": "u1"}},
        "where names 'usr_id'; an entry has conversation_id, role, content, user_id, customer_id, session_id, metadata",
    ),
    "a refused connection": (
        {"fault": "ConnectionRefused"},
        "ConnectionRefused cannot be caused on a port that listens; 'with server.down():' closes the port",
    ),
    "no connection": ({"fault": "ConnectTimeout"}, "ConnectTimeout cannot be caused on a port that listens"),
    "a script of names": (
        {"sequence": ["Conflict"]},
        'sequence must be a list of objects, such as {"fault": "ServerError", "status": 503}',
    ),
    "a script that is none": ({"sequence": {"fault": "Conflict"}}, "sequence must be a list of objects"),
    "no script": ({"sequence": None}, "sequence must be a list of objects"),
    "a script and more": (
        {"sequence": [], "times": 2},
        "sequence must be the only field; its faults have times, after_commit, route and where",
    ),
    "a good one and a bad one": (
        {"sequence": [{"fault": "Conflict"}, {"fault": "Conflict", "times": -1}]},
        "sequence[1]: times must be a whole number from 1 or no value, not -1",
    ),
    "a list": ([{"fault": "Conflict"}], "the body must be a JSON object, not a list"),
}


@pytest.mark.parametrize(("body", "sentence"), WRONG.values(), ids=WRONG)
def test_invalid_faults_are_rejected_and_none_is_scheduled(inside: httpx.Client, body: object, sentence: str) -> None:
    answer = inside.post(FAULTS_HERE, json=body)
    assert (answer.status_code, answer.json()["code"], answer.json()["error"][: len(sentence)]) == (
        400,
        "INVALID_INPUT",
        sentence,
    )
    assert inside.get(FAULTS_HERE).json()["faults"] == []
