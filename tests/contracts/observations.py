"""Observations made by hand: messages sent, messages recorded, outcomes of calls."""

from __future__ import annotations

from typing import Any

from synap_contracts.clauses.connection import NET_LOST, NET_TIMEOUT
from synap_contracts.clauses.judge import judge
from synap_contracts.clauses.statuses import RATE_WAIT, SERVER_ERROR
from synap_contracts.client.protocol import Outcome, Raised
from synap_contracts.observation.observed import Observation, ObservedCall, ObservedStep
from synap_contracts.scenarios.model import Call, Scenario, Trouble
from synap_contracts.server.server import Key, Recorded

ID = "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11"
AT = "2026-11-23T04:05:39.134939Z"


def entry(content: str, **fields: Any) -> dict[str, Any]:
    return {"conversation_id": ID, "role": "user", "content": content, **fields}


def row(number: int) -> dict[str, Any]:
    return {"message_id": f"msg_{number}", "recorded_at": AT}


def answer(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    failed = sum("error" in each for each in rows)
    counts = {"total": len(rows), "succeeded": len(rows) - failed, "failed": failed}
    return {**counts, "results": list(rows), **changes}


def observe(
    sent: list[Any], recorded: list[Any], outcome: Outcome, rejected: frozenset[int] = frozenset()
) -> Observation:
    """Return a call after which these messages are recorded."""
    rows = tuple(Recorded(f"msg_{n}", n + 1, each, AT) for n, each in enumerate(recorded))
    call = Call(tuple(sent), refused=tuple(rejected))
    one = ObservedCall(0, call, tuple(sent), outcome, Key("k", "inst"), rejected=rejected)
    after = {("inst", ID): rows} if rows else {}
    return Observation(Scenario((call,)), (ObservedStep((one,), {}, after),))


def violated(
    sent: list[Any], recorded: list[Any], outcome: Outcome, rejected: frozenset[int] = frozenset()
) -> set[str]:
    return {finding.clause for finding in judge(observe(sent, recorded, outcome, rejected))}


A, B, C = entry("a"), entry("b"), entry("c")

REFUSAL = Raised("mine.InvalidInputError", frozenset({"InvalidInputError"}), "no")
RESET = Trouble(NET_LOST.id, {"fault": "ConnectionReset", "times": 1}, "the connection was reset", skips=1)
SILENCE = Trouble(
    NET_TIMEOUT.id, {"fault": "ReadTimeout", "times": 1}, "no response arrived in time", short=True, skips=1
)
LIMITED = Trouble(RATE_WAIT.id, {"fault": "RateLimited", "retry_after": 1}, "the server returned 429")
FAILING = Trouble(SERVER_ERROR.id, {"fault": "ServerError"}, "the server returned 500")


def findings(
    *calls: tuple[Call, Outcome], recorded: int = 0, dialect: str = "documented", **attributes: Any
) -> list[Any]:
    """Return the findings for calls of one client. The first messages of the last call are recorded."""
    truth = {("inst", ID): tuple(Recorded(f"msg_{n}", n + 1, e, AT) for n, e in enumerate((A, B, C)[:recorded]))}
    steps = []
    for number, (call, outcome) in enumerate(calls):
        last = number == len(calls) - 1
        attributes_of_last = attributes if last else {}
        now = ObservedCall(number, call, call.messages, outcome, Key("k", "inst"), **attributes_of_last)
        steps.append(ObservedStep((now,), {}, truth if last and recorded else {}))
    return judge(Observation(Scenario(tuple(call for call, _ in calls)), tuple(steps), dialect=dialect))
