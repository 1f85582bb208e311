"""What a fault answers, word for word in both dialects: as docs/evidence.md has it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from synap_mock import (
    Conflict,
    Forbidden,
    InstanceBuildFailed,
    InstanceNotReady,
    InsufficientCredits,
    MalformedBody,
    RateLimited,
    Respond,
    ServerError,
    TrialLimitReached,
    Unauthorized,
    WrongShape,
)

if TYPE_CHECKING:
    from synap_mock.domain.faults.fault import Answered
    from synap_mock.settings import Dialect

INSTANCE: Final = "inst_0123456789abcdef"
CREDITS: Final = {
    "error": "insufficient_credits",
    "reason": "overages_disabled",
    "message": "Not enough credits, and overages are disabled.",
    "balance_credits": 3,
    "minimum_required_credits": 8,
    "recovery_url": "/v1/credits/balance",
    "redeem_url": "/credits/redeem",
    "manage_url": "/dashboard/billing",
    "support_contact": "support",
    "request_id": "req_mock",
}
TRIAL: Final = {
    "error": "trial_limit_reached",
    "message": "The trial's credits are spent.",
    "balance_credits": 0,
    "minimum_required_credits": 1,
    "upgrade_url": "/dashboard/billing",
    "request_id": "req_mock",
}
NOT_READY: Final = {
    "error": "instance_not_ready",
    "message": "This instance's memory architecture is still being built.",
    "retry_after_seconds": 60,
    "instance_id": INSTANCE,
    "state": "building",
}
BUILD_FAILED: Final = {
    "error": "instance_build_failed",
    "message": "This instance's memory architecture build failed.",
    "instance_id": INSTANCE,
    "attempts": 3,
    "hint": "Build the instance again from the dashboard.",
}


def documented(text: str, code: str) -> dict[str, Any]:
    return {"error": text, "code": code, "details": {}}


BODIES: Final[list[tuple[Answered, Any, Any]]] = [
    (
        Unauthorized(),
        documented("Missing or invalid authentication credentials", "UNAUTHORIZED"),
        {"detail": "Missing or invalid authentication credentials"},
    ),
    (
        Forbidden(),
        documented("Conversation not found or access denied", "FORBIDDEN"),
        {"detail": "Conversation not found or access denied"},
    ),
    (RateLimited(), documented("Too many requests", "RATE_LIMITED"), {"detail": "Too many requests"}),
    (ServerError(), documented("Internal Server Error", "SERVER_ERROR"), {"detail": "Internal Server Error"}),
    (ServerError(599), documented("Server Error", "SERVER_ERROR"), {"detail": "Server Error"}),
    (InsufficientCredits(3, 8), CREDITS, {"detail": CREDITS}),
    (TrialLimitReached(), TRIAL, {"detail": TRIAL}),
    (
        InstanceNotReady(60),
        {**NOT_READY, "detail": {"code": "instance_not_ready", **NOT_READY}},
        {**NOT_READY, "detail": {"code": "instance_not_ready", **NOT_READY}},
    ),
    (
        InstanceBuildFailed(),
        {**BUILD_FAILED, "detail": {"code": "instance_build_failed", **BUILD_FAILED}},
        {**BUILD_FAILED, "detail": {"code": "instance_build_failed", **BUILD_FAILED}},
    ),
    (
        Conflict(),
        documented("The conversation is being changed by another request", "CONFLICT"),
        {"detail": "The conversation is being changed by another request"},
    ),
    (WrongShape(), [], []),
    (WrongShape(json={"results": None}), {"results": None}, {"results": None}),
    (Respond(200, json=None), None, None),
]


@pytest.mark.parametrize(("fault", "documented", "observed"), BODIES, ids=[repr(fault) for fault, _, _ in BODIES])
def test_a_fault_answers_in_the_dialects_words(fault: Answered, documented: Any, observed: Any) -> None:
    assert [json.loads(fault.reply(dialect, INSTANCE).body) for dialect in ("documented", "observed")] == [
        documented,
        observed,
    ]


@pytest.mark.parametrize(
    ("fault", "headers"),
    [
        (RateLimited(), {"content-type": "application/json", "retry-after": "1"}),
        (RateLimited(retry_after=None), {"content-type": "application/json"}),
        (InstanceNotReady(), {"content-type": "application/json", "retry-after": "30"}),
        (InstanceBuildFailed(), {"content-type": "application/json"}),
        (TrialLimitReached(), {"content-type": "application/json"}),
        (MalformedBody(), {"content-type": "text/html"}),
        (WrongShape(), {"content-type": "application/json"}),
        (Respond(200, json=1), {"content-type": "application/json"}),
        (Respond(200, content="a"), {"content-type": "text/plain; charset=utf-8"}),
        (Respond(200, content="a", headers={"Content-Type": "a/b"}), {"content-type": "a/b"}),
        (Respond(204), {}),
        (Respond(304, headers={"ETag": "x"}), {"etag": "x"}),
    ],
    ids=repr,
)
@pytest.mark.parametrize("dialect", ["documented", "observed"])
def test_a_fault_answers_with_its_headers(dialect: Dialect, fault: Answered, headers: dict[str, str]) -> None:
    assert dict(fault.reply(dialect, INSTANCE).headers) == headers


def test_a_malformed_body_is_no_json() -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(MalformedBody().reply("documented", INSTANCE).body)


@pytest.mark.parametrize(("content", "body"), [("é", "é".encode()), (b"\xff", b"\xff"), (None, b""), ("", b"")])
def test_content_goes_out_as_it_was_given(content: str | bytes | None, body: bytes) -> None:
    assert Respond(200, content=content).reply("documented", INSTANCE).body == body


@pytest.mark.parametrize(
    ("fault", "shown"),
    [
        (Respond(204), "Respond(204)"),
        (Respond(200, json=None), "Respond(200, json=None)"),
        (Respond(200, content=b""), "Respond(200, content=b'')"),
        (Respond(418, json={"a": 1}, headers={"X-A": "b"}), "Respond(418, json={'a': 1}, headers={'X-A': 'b'})"),
        (RateLimited(retry_after=7), "RateLimited(retry_after=7)"),
    ],
)
def test_a_fault_is_shown_as_it_was_written(fault: Answered, shown: str) -> None:
    assert repr(fault) == shown
