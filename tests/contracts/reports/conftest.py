"""Runs for the tests of reports: all outcomes, made by hand, with hostile texts from a client."""

from __future__ import annotations

import datetime as dt

import pytest
from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.clauses.clause import ClauseId
from synap_contracts.client.protocol import Raised, Returned
from synap_contracts.observation.observed import Observation, ObservedCall, ObservedStep
from synap_contracts.observation.violation import Violation
from synap_contracts.runs.result import ClauseResult, Counterexample, Finding, Run
from synap_contracts.scenarios.model import Call, Scenario
from synap_contracts.server.server import Key, Recorded, Request

KEY = "synap_0123456789abcdef0123456789abcdef"
HOSTILE = "</pre><script>alert(1)</script> ]]> ``` | [x](http://evil) \x00\x1b[31m\u202e\ud800 &amp; @all"
LAST_OUTPUT = "its last output:\n```\n<script>alert(2)</script>"
ID = "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11"


def counterexample(clause: str, outcome: Returned | Raised, message: str) -> Counterexample:
    """Return a counterexample with one call and a hostile message."""
    entry = {"conversation_id": ID, "role": "user", "content": HOSTILE, "metadata": {"unbroken": "x" * 300}}
    call = Call(({**entry, "conversation_id": "$0"},))
    observed = ObservedCall(0, call, (entry,), outcome, Key(KEY, "inst_1"))
    row = Recorded("msg_1", 1, {**entry, "message_id": "msg_1"}, "2026-11-23T04:05:39Z")
    request = Request(
        dt.datetime(2026, 11, 23, tzinfo=dt.UTC), "POST", "/v1/conversations/messages/batch", 200, HOSTILE, HOSTILE
    )
    scenario = Scenario((call,))
    return Counterexample(
        "0123abcdef",
        scenario,
        Observation(
            scenario,
            (ObservedStep((observed,), {}, {("inst_1", ID): (row,)}),),
            output=(f"mine: sent with {KEY}",),
            secrets=(KEY,),
            requests=(request,),
        ),
        Violation(ClauseId(clause), message, 0, ("messages[0].content", "answer.results[0]")),
    )


def run_of(spec: str, *results: ClauseResult) -> Run:
    """Return a run in which each failed clause is a finding."""
    failed = [(each.clause, each.counterexample) for each in results if each.outcome == "failed"]
    findings = tuple(
        Finding(number, clause, (), example.violation.message, example, clause.level, "Change it.")
        for number, (clause, example) in enumerate(failed, 1)
        if example is not None
    )
    return Run(
        *(spec, spec, "1.0", "http://127.0.0.1:1", "documented", "quick", 7, None, (), 1.5, results), findings=findings
    )


@pytest.fixture
def passed() -> Run:
    """The run of a client that passes all tested clauses."""
    return run_of("mine:passed", *(ClauseResult(BY_ID[each], "passed", 3) for each in ("RES-TOTAL", "IN-ROLE", "ONCE")))


@pytest.fixture
def failed() -> Run:
    """A run with every outcome."""
    answer = {"total": 2, "succeeded": 1, "failed": 0, "results": [{"message_id": HOSTILE, "recorded_at": "now"}]}
    total = counterexample("RES-TOTAL", Returned(answer), "total is 2 for 1 submitted message")
    secret = counterexample("AUTH-SECRET", Raised("mine.Error", frozenset(), f"rejected: {KEY}!"), "the key is shown")
    role = counterexample("IN-ROLE", Raised("ValueError", frozenset(), HOSTILE), "raised ValueError")
    return run_of(
        f"mine:{HOSTILE}",
        ClauseResult(BY_ID["RES-TOTAL"], "failed", 1, total.violation.message, total),
        ClauseResult(BY_ID["RES-ROWS"], "passed", 9),
        ClauseResult(BY_ID["RES-ORDER"], "error", 1, f"the adapter, not the client: it ended; {LAST_OUTPUT}"),
        ClauseResult(BY_ID["IN-ROLE"], "known", 1, "raised ValueError: the check comes first", role),
        ClauseResult(BY_ID["ONCE"], "stale", 3, "listed as known (returned), but its example no longer fails this way"),
        ClauseResult(BY_ID["AUTH-SECRET"], "failed", 1, secret.violation.message, secret),
        ClauseResult(BY_ID["DIALECT"], "not-testable", 0, "requires --dialect observed"),
    )
