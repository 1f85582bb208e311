"""What can't be scheduled is rejected at once, with an error that says what is accepted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest
from faults.asked import armed

from synap_mock import (
    ConnectionRefused,
    ConnectTimeout,
    InstanceBuildFailed,
    InstanceNotReady,
    InsufficientCredits,
    Latency,
    RateLimited,
    Respond,
    ServerError,
    SynapMock,
    WrongShape,
)
from synap_mock.domain.faults.catalog import FAULTS, named

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_mock import Server

Wrong = tuple["Callable[[], object]", type[Exception], str]

ATTRIBUTES: Final[dict[str, Wrong]] = {
    "retry_after": (
        lambda: RateLimited(retry_after=-1),
        ValueError,
        "retry_after must be a whole number from 0 or no value, not -1",
    ),
    "retry_after of a wrong type": (
        lambda: RateLimited(retry_after=1.5),  # type: ignore[arg-type] # what is tested
        TypeError,
        "retry_after must be a whole number from 0 or no value, not 1.5",
    ),
    "not ready": (
        lambda: InstanceNotReady(retry_after=None),  # type: ignore[arg-type] # what is tested
        TypeError,
        "retry_after must be a whole number from 0, not null",
    ),
    "attempts": (lambda: InstanceBuildFailed(attempts=0), ValueError, "attempts must be a whole number from 1, not 0"),
    "credits": (
        lambda: InsufficientCredits(balance_credits=-1),
        ValueError,
        "balance_credits must be a whole number from 0, not -1",
    ),
    "credits required": (
        lambda: InsufficientCredits(minimum_required_credits=True),
        TypeError,
        "minimum_required_credits must be a whole number from 0, not true",
    ),
    "status below": (lambda: ServerError(499), ValueError, "status must be a whole number from 500, not 499"),
    "status above": (lambda: ServerError(600), ValueError, "status must be a whole number from 500 to 599, not 600"),
    "an interim status": (lambda: Respond(100), ValueError, "status must be a whole number from 200, not 100"),
    "two bodies": (
        lambda: Respond(200, json=1, content="1"),
        TypeError,
        "json or content, not both: a response has one body",
    ),
    "a body of a wrong type": (
        lambda: Respond(200, content=1),  # type: ignore[arg-type] # what is tested
        TypeError,
        "content must be text or bytes, not 1",
    ),
    "a lone surrogate": (
        lambda: Respond(200, content="\ud800"),
        ValueError,
        "content must be text that UTF-8 can write, without lone surrogates",
    ),
    "a body where there is none": (
        lambda: Respond(204, json={}),
        ValueError,
        "status 204 has no body; leave json and content out",
    ),
    "no JSON": (
        lambda: WrongShape(json={1, 2}),
        ValueError,
        "json must be a JSON value; Object of type set is not JSON serializable",
    ),
    "NaN": (
        lambda: Respond(200, json=float("nan")),
        ValueError,
        "json must be a JSON value; Out of range float values are not JSON compliant",
    ),
    "headers": (
        lambda: Respond(200, headers=[]),  # type: ignore[arg-type] # what is tested
        TypeError,
        "headers must be a mapping of names to values, not a list",
    ),
    "a header's name": (
        lambda: Respond(200, headers={"a b": "c"}),
        ValueError,
        "headers must have names that are tokens (RFC 9110), not 'a b'",
    ),
    "a header's value": (
        lambda: Respond(200, headers={"a": "b\r\nc: d"}),
        ValueError,
        r"the header a must have printable ASCII, not 'b\r\nc: d'",
    ),
    "a header of the line": (
        lambda: Respond(200, headers={"Content-Length": "5"}),
        ValueError,
        "the header Content-Length frames the message; TruncatedBody and Disconnected break the framing",
    ),
    "seconds": (lambda: Latency(-1), ValueError, "seconds must be a number of seconds from 0, not -1"),
    "seconds without end": (
        lambda: Latency(float("inf")),
        ValueError,
        "seconds must be a number of seconds from 0, not Infinity",
    ),
    "seconds of a wrong type": (
        lambda: Latency("1"),  # type: ignore[arg-type] # what is tested
        TypeError,
        "seconds must be a number of seconds from 0, not '1'",
    ),
    "real of a wrong type": (
        lambda: Latency(1, real="yes"),  # type: ignore[arg-type] # what is tested
        TypeError,
        "real must be a boolean, not 'yes'",
    ),
    "no such fault": (
        lambda: named("Timeout"),
        ValueError,
        f"fault must be one of {', '.join(FAULTS)}, not 'Timeout'",
    ),
    "no such attribute": (
        lambda: named("ServerError", code=503),
        TypeError,
        "ServerError has no attribute 'code'; it has status",
    ),
    "no attribute at all": (
        lambda: named("Conflict", status=409),
        TypeError,
        "Conflict has no attribute 'status'; it has none",
    ),
    "an attribute is missing": (lambda: named("Latency"), TypeError, "Latency requires seconds"),
}


def cases(wrong: dict[str, Wrong]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("make", "error", "sentence"), wrong.values(), ids=wrong)


@cases(ATTRIBUTES)
def test_a_fault_that_can_not_be_says_why(make: Callable[[], object], error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(sentence)}"):
        make()


TERMS: Final[dict[str, tuple[dict[str, Any], type[Exception], str]]] = {
    "a class": ({"fault": ServerError}, TypeError, "ServerError is a class; write ServerError()"),
    "a status": ({"fault": 503}, TypeError, "fault must be a fault, such as ServerError(503), not 503"),
    "nothing": (
        {"fault": None},
        TypeError,
        "fault must be a fault, such as ServerError(503), not None; fail_sequence takes None",
    ),
    "times": ({"times": 0}, ValueError, "times must be a whole number from 1 or no value, not 0"),
    "times of a wrong type": ({"times": "2"}, TypeError, "times must be a whole number from 1 or no value, not '2'"),
    "after_commit": ({"after_commit": "yes"}, TypeError, "after_commit must be a boolean, not 'yes'"),
    "route": (
        {"route": "v1/conversations"},
        ValueError,
        'route must be a path, with or without its method, such as "POST /v1/conversations/messages/batch", not',
    ),
    "a method alone": ({"route": "POST"}, ValueError, "route must be a path, with or without its method"),
    "where": ({"where": "u1"}, TypeError, "where must be values that an entry must have, such as"),
    "where names no field": ({"where": {"path": "/"}}, ValueError, "where names 'path'; an entry has"),
    "refused after the commit": (
        {"fault": ConnectionRefused(), "after_commit": True},
        ValueError,
        "ConnectionRefused cannot have after_commit=True: the call never arrives",
    ),
    "no connection after the commit": (
        {"fault": ConnectTimeout(), "after_commit": True},
        ValueError,
        "ConnectTimeout cannot have after_commit=True: the call never arrives",
    ),
}


@pytest.mark.parametrize(("terms", "error", "sentence"), TERMS.values(), ids=TERMS)
def test_terms_that_can_not_be_say_why(
    fake: SynapMock, terms: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=f"^{re.escape(sentence)}"):
        fake.fail(**{"fault": ServerError(), **terms})


@pytest.mark.parametrize("script", [ServerError(), "ServerError", None, 5], ids=repr)
def test_a_script_is_a_list(fake: SynapMock, script: Any) -> None:
    with pytest.raises(TypeError, match=r"faults must be a list of faults, not .*; fail\(\) takes one"):
        fake.fail_sequence(script)


def test_of_a_script_with_one_wrong_fault_nothing_is_armed(fake: SynapMock) -> None:
    script: Any = [ServerError(), "ServerError"]
    with pytest.raises(TypeError):
        fake.fail_sequence(script)
    assert armed(fake) == []


@pytest.mark.parametrize("fault", [ConnectionRefused(), ConnectTimeout()], ids=repr)
def test_unreachable_faults_on_a_port_are_rejected_naming_down(
    fake: SynapMock,
    server: Server,  # noqa: ARG001 - it is there
    fault: ConnectionRefused,
) -> None:
    sentence = f"{fault.name} cannot be caused on a port that listens; 'with server.down():' closes the port"
    with pytest.raises(ValueError, match=re.escape(sentence)):
        fake.fail(fault)


def test_a_scheduled_unreachable_fault_prevents_serving(fake: SynapMock) -> None:
    fake.fail(ConnectionRefused())
    with pytest.raises(ValueError, match="ConnectionRefused cannot be caused on a port"), fake.serve():
        pass
