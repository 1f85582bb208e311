"""The verdicts on calls in trouble, after other calls, and in other event loops."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from contracts.observations import (
    AT,
    FAILING,
    ID,
    LIMITED,
    REFUSAL,
    RESET,
    SILENCE,
    A,
    B,
    answer,
    entry,
    findings,
    observe,
    row,
)
from synap_contracts.clauses.auth import AUTH_SECRET
from synap_contracts.clauses.judge import judge
from synap_contracts.clauses.rows import RES_SUCCESS
from synap_contracts.clauses.statuses import RATE_WAIT
from synap_contracts.client.protocol import Hung, Raised, Returned
from synap_contracts.observation.observed import AlteredAnswer, Observation, ObservedCall, ObservedStep
from synap_contracts.scenarios.model import Call, Scenario, Trouble
from synap_contracts.server.server import Key, Recorded, Request

if TYPE_CHECKING:
    from synap_contracts.clauses.clause import ClauseId


@pytest.mark.parametrize(
    "wide",
    [
        (entry("\ud800"),),
        (entry("a", metadata={"a": 2**60}),),
        ({**A, "conversation_id": ID.upper()},),
        (entry(""),),
        (),
    ],
    ids=["surrogate", "integer", "spelling", "empty content", "empty batch"],
)
def test_wide_input_may_be_rejected_after_another_call(wide: tuple[Any, ...]) -> None:
    assert findings((Call(wide), REFUSAL), (Call(wide), REFUSAL)) == []


def test_generator_may_be_rejected_after_another_call() -> None:
    call = Call((A,), given="generator")
    assert findings((call, REFUSAL), (call, REFUSAL)) == []


def test_empty_batch_after_another_violates_only_res_empty() -> None:
    assert {each.clause for each in findings((Call(()), REFUSAL), (Call(()), Returned(None)))} == {"RES-EMPTY"}


def test_rejection_because_of_earlier_call_is_res_calls() -> None:
    assert "RES-CALLS" in {each.clause for each in findings((Call((B,)), REFUSAL), (Call((A,)), REFUSAL))}


@pytest.mark.parametrize("trouble", [RESET, SILENCE, LIMITED, FAILING], ids=lambda each: each.clause)
def test_hanging_in_trouble_violates_the_clause_of_the_trouble(trouble: Trouble) -> None:
    assert {each.clause for each in findings((Call((A,), trouble=trouble), Hung(5)))} == {trouble.clause}


def test_client_without_settable_timeout_may_wait() -> None:
    assert findings((Call((A,), trouble=SILENCE), Hung(5)), timeout_settable=False) == []


def test_hanging_without_server_violates_net_refused() -> None:
    assert {each.clause for each in findings((Call((A,)), Hung(5)), place="nobody")} == {"NET-REFUSED"}


def test_hanging_because_of_earlier_call_is_res_calls() -> None:
    assert "RES-CALLS" in {each.clause for each in findings((Call((B,)), REFUSAL), (Call((A,)), Hung(5)))}


def test_trouble_that_did_not_occur_is_ignored() -> None:
    late = Returned(answer({**row(0), "recorded_at": "yesterday"}))
    found = findings((Call((A,), trouble=RESET), late), recorded=1, fault_hit=False)
    assert [each.clause for each in found] == ["RES-TIME"]


@pytest.mark.parametrize(("trouble", "clauses"), [(RESET, {"ACCEPT"}), (SILENCE, set())], ids=["patient", "short"])
def test_error_without_trouble_violates_accept(trouble: Trouble, clauses: set[str]) -> None:
    raised = Raised("mine.NetworkError", frozenset({"NetworkError"}), "no answer")
    assert {each.clause for each in findings((Call((A,), trouble=trouble), raised), fault_hit=False)} == clauses


@pytest.mark.parametrize(
    ("changes", "clauses"),
    [
        ({"recorded_at": "yesterday"}, {"RES-TIME"}),
        ({"recorded_at": "2026-11-23T04:05:40Z"}, {"RES-SUCCESS"}),
        ({"message_id": "mine"}, {"RES-SUCCESS", "SERVER-ERROR"}),
    ],
    ids=["form", "time", "id"],
)
def test_answer_after_trouble_is_judged_by_its_ids(changes: dict[str, Any], clauses: set[str]) -> None:
    found = findings((Call((A,), trouble=FAILING), Returned(answer({**row(0), **changes}))), recorded=1)
    assert {each.clause for each in found} == clauses


@pytest.mark.parametrize("attributes", [{"loop": "own"}, {"given": "tuple"}], ids=["another loop", "a tuple"])
def test_time_of_rows_is_ignored_where_client_may_reject(attributes: Any) -> None:
    late = Returned(answer({**row(0), "recorded_at": "yesterday"}))
    assert findings((Call((A,), **attributes), late), recorded=1) == []


@pytest.mark.parametrize("clause", [AUTH_SECRET.id, RATE_WAIT.id])
def test_answer_does_not_violate_clause_about_something_else(clause: ClauseId) -> None:
    found = findings((Call((A,), trouble=replace(LIMITED, clause=clause)), Returned({"error": "Too Many Requests"})))
    assert clause not in {each.clause for each in found}


def test_raised_partial_failure_violates_dialect() -> None:
    raised = Raised("mine.ServiceError", frozenset({"ServiceError"}), "one failed")
    call = Call((A, B), refused=(1,))
    found = findings((call, raised), recorded=1, dialect="observed", rejected=frozenset({1}))
    assert {each.clause for each in found} == {"DIALECT"}


def test_altered_answer_violates_res_calls() -> None:
    observation = observe([A], [A], Returned(answer(row(0))))
    observation.altered = (AlteredAnswer(0, 1, "answer.results[0].message_id"),)
    (found,) = judge(observation)
    assert (found.clause, found.message) == (
        "RES-CALLS",
        "the answer of call 0 changed during call 1, at answer.results[0].message_id",
    )


SENT: Any = {
    "at": dt.datetime.fromisoformat(AT),
    "method": "POST",
    "path": "/",
    "status": 200,
    "body": "",
    "answer": "",
}
GIVEN = [{"message_id": "x", "recorded_at": "2026-01-01T05:45:00+05:45"}, {"error": "too long"}]
STYLED = Trouble(
    RES_SUCCESS.id, {"fault": "Respond", "json": {"results": GIVEN}}, "the server returned values in another style"
)


@pytest.mark.parametrize(
    ("rows", "clauses"),
    [
        (GIVEN, set()),
        ([{**GIVEN[0], "recorded_at": "2026-01-01T00:00:00Z"}, GIVEN[1]], set()),
        ([{**GIVEN[0], "recorded_at": "2026-01-01T05:45:00Z"}, GIVEN[1]], {"RES-SUCCESS"}),
        ([{**GIVEN[0], "message_id": "X"}, GIVEN[1]], {"RES-SUCCESS"}),
        ([GIVEN[1], GIVEN[0]], {"RES-ORDER"}),
        ([GIVEN[0], {"error": "refused"}], {"RES-FAILURE"}),
        ([GIVEN[0], GIVEN[1], {"message_id": "y"}], {"RES-ROWS"}),
        ([GIVEN[0]], {"RES-ROWS"}),
    ],
    ids=[
        "unchanged",
        "another zone",
        "another time",
        "another id",
        "another order",
        "another reason",
        "one more",
        "one less",
    ],
)
def test_prepared_rows_must_be_returned_unchanged(rows: list[Any], clauses: set[str]) -> None:
    call = Call((A, B), trouble=STYLED)
    found = findings((call, Returned(answer(*rows))), recorded=2, requests=(Request(**SENT),))
    assert {each.clause for each in found} == clauses


def test_prepared_rows_are_ignored_after_several_requests() -> None:
    call = Call((A, B), trouble=STYLED)
    assert findings((call, Returned(answer(row(0), row(1)))), recorded=2, requests=(Request(**SENT),) * 2) == []


@pytest.mark.parametrize(
    ("ends", "clauses"),
    [("-xx", set()), ("xxx", set()), ("-x-", set()), ("-R", {"REUSE"})],
)
def test_client_may_raise_in_another_event_loop(ends: str, clauses: set[str]) -> None:
    """`-` returned, `x` raised, `R` raised although the message is recorded."""
    call = Call((A,), loop="own")
    refused = Raised("mine.SynapError", frozenset({"SynapError"}), "another loop")
    rows: tuple[Recorded, ...] = ()
    steps = []
    for number, end in enumerate(ends):
        before = {("inst", ID): rows}
        rows += (Recorded(f"msg_{number}", len(rows) + 1, A, AT),) if end != "x" else ()
        outcome = Returned(answer(row(number))) if end == "-" else refused
        now = ObservedCall(number, call, (A,), outcome, Key("k", "inst"))
        steps.append(ObservedStep((now,), before, {("inst", ID): rows}))
    found = judge(Observation(Scenario((call,) * len(ends)), tuple(steps)))
    assert {each.clause for each in found} == clauses


@pytest.mark.parametrize(
    ("settable", "clauses"), [(False, set()), (True, {"NET-TIMEOUT"})], ids=["not-settable", "settable"]
)
def test_call_that_queues_behind_trouble_is_not_judged(settable: bool, clauses: set[str]) -> None:  # noqa: FBT001 - a parameter of the test
    waiting = ObservedCall(0, Call((A,), trouble=SILENCE), (A,), Hung(5), Key("k", "i"), timeout_settable=settable)
    queued = ObservedCall(1, Call((B,)), (B,), Hung(5), Key("k", "i"))
    steps = tuple(ObservedStep((call,), {}, {}) for call in (waiting, queued))
    found = judge(Observation(Scenario((waiting.call, queued.call)), steps))
    assert {each.clause for each in found} == clauses
