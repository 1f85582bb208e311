"""A fault is the same whichever door a call came by, and whichever kind of client sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import httpx
import pytest
from faults.asked import CLIENTS, IMPATIENT, PATIENT, SAID

from synap_mock import (
    Conflict,
    ConnectionReset,
    Disconnected,
    Forbidden,
    InstanceBuildFailed,
    InstanceNotReady,
    InsufficientCredits,
    Latency,
    MalformedBody,
    RateLimited,
    ReadTimeout,
    Respond,
    ServerError,
    StalledBody,
    TrialLimitReached,
    TruncatedBody,
    Unauthorized,
    WrongShape,
)
from synap_mock.domain.faults.catalog import FAULTS
from synap_mock.domain.faults.fault import Unreachable

if TYPE_CHECKING:
    from faults.asked import Asked

    from synap_mock.domain.faults.fault import Fault

Loss = dict[str, tuple[type[Exception], str]]

TIMED_OUT: Final[Loss] = {"sync": (httpx.ReadTimeout, "timed out"), "async": (httpx.ReadTimeout, "")}
RESET: Final[Loss] = {
    "sync": (httpx.ReadError, "[Errno 104] Connection reset by peer"),
    "async": (httpx.ReadError, ""),
}
DISCONNECTED: Final[Loss] = dict.fromkeys(
    CLIENTS, (httpx.RemoteProtocolError, "Server disconnected without sending a response.")
)

ANSWERED: Final[list[tuple[Fault, int]]] = [
    (Unauthorized(), 401),
    (Forbidden(), 403),
    (RateLimited(retry_after=7), 429),
    (RateLimited(retry_after=None), 429),
    (ServerError(), 500),
    (ServerError(503), 503),
    (ServerError(599), 599),
    (InsufficientCredits(), 402),
    (TrialLimitReached(), 429),
    (InstanceNotReady(retry_after=60), 409),
    (InstanceBuildFailed(), 409),
    (Conflict(), 409),
    (Respond(418, json={"a": "\ud800"}, headers={"X-Extra": "b"}), 418),
    (Respond(200, content=b"\0\xff"), 200),
    (Respond(200), 200),
    (Respond(204), 204),
    (Respond(307, headers={"Location": "https://elsewhere.example/"}), 307),
    (MalformedBody(), 200),
    (WrongShape(), 200),
    (WrongShape(json=None), 200),
]
LOST: Final[list[tuple[Fault, Loss]]] = [
    (ReadTimeout(), TIMED_OUT),
    (StalledBody(), TIMED_OUT),
    (Latency(30), TIMED_OUT),
    (ConnectionReset(), RESET),
    (Disconnected(), DISCONNECTED),
]
EVERY: Final = [*(fault for fault, _ in ANSWERED), *(fault for fault, _ in LOST), Latency(0.01), TruncatedBody()]


def patience(fault: Fault) -> float:
    return IMPATIENT if fault in (ReadTimeout(), StalledBody(), Latency(30)) else PATIENT


def recorded(*, after_commit: bool) -> list[tuple[str, str]]:
    return [SAID] if after_commit else []


before_and_after = pytest.mark.parametrize("after_commit", [False, True], ids=["before the commit", "after it"])
both_clients = pytest.mark.parametrize("client", CLIENTS)


def test_every_fault_that_a_port_can_make_is_tried_here() -> None:
    reachable = {kind for kind in FAULTS.values() if not issubclass(kind, Unreachable)}
    assert {type(fault) for fault in EVERY} == reachable


@before_and_after
@both_clients
@pytest.mark.parametrize("fault", EVERY, ids=repr)
def test_either_door_gives_the_same_outcome_and_the_same_truth(
    asked: Asked, fault: Fault, client: str, *, after_commit: bool
) -> None:
    asked.fake.fail(fault, after_commit=after_commit)
    by_port = asked.outcome("port", client, patience(fault))
    asked.fake.reset()
    asked.fake.fail(fault, after_commit=after_commit)
    assert asked.outcome("intercept", client, patience(fault)) == by_port


@before_and_after
@both_clients
@pytest.mark.parametrize(("fault", "status"), ANSWERED, ids=[repr(fault) for fault, _ in ANSWERED])
def test_an_answer_that_is_another_arrives_whole(
    asked: Asked, fault: Fault, status: int, client: str, *, after_commit: bool
) -> None:
    asked.fake.fail(fault, after_commit=after_commit)
    outcome = asked.outcome("intercept", client)
    assert (outcome.status, outcome.recorded, outcome.kept) == (
        status,
        recorded(after_commit=after_commit),
        [(status, fault.name)],
    )


@before_and_after
@both_clients
@pytest.mark.parametrize(("fault", "loss"), LOST, ids=[repr(fault) for fault, _ in LOST])
def test_a_lost_answer_is_the_clients_own_error(
    asked: Asked, fault: Fault, loss: Loss, client: str, *, after_commit: bool
) -> None:
    asked.fake.fail(fault, after_commit=after_commit)
    outcome = asked.outcome("intercept", client, patience(fault))
    assert (outcome.error, outcome.recorded, [status for status, _ in outcome.kept]) == (
        loss[client],
        recorded(after_commit=after_commit),
        [None],
    )


@both_clients
def test_a_truncated_answer_is_cut_in_the_middle_of_its_body(asked: Asked, client: str) -> None:
    asked.fake.fail(TruncatedBody(), after_commit=True)
    outcome = asked.outcome("intercept", client)
    assert outcome.error == (
        httpx.RemoteProtocolError,
        "peer closed connection without sending complete message body (received 74 bytes, expected 149)",
    )
    assert outcome.recorded == [SAID]


@both_clients
def test_a_batch_that_was_not_recorded_is_truncated_too(asked: Asked, client: str) -> None:
    asked.fake.fail(TruncatedBody())
    outcome = asked.outcome("intercept", client)
    assert (outcome.error, outcome.recorded) == (
        (
            httpx.RemoteProtocolError,
            "peer closed connection without sending complete message body (received 24 bytes, expected 49)",
        ),
        [],
    )


@before_and_after
@both_clients
def test_a_late_answer_is_the_true_one(asked: Asked, client: str, *, after_commit: bool) -> None:
    asked.fake.fail(Latency(0.01), after_commit=after_commit)
    outcome = asked.outcome("intercept", client)
    assert (outcome.status, outcome.recorded) == (200, [SAID])


@both_clients
def test_after_its_times_a_fault_is_over(asked: Asked, client: str) -> None:
    asked.fake.fail(ServerError())
    asked.outcome("port", client)
    assert asked.outcome("port", client).status == 200
