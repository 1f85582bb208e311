"""The verdicts on observations made by hand: messages sent, messages recorded, outcomes of calls."""

from __future__ import annotations

from typing import Any

import pytest
from contracts.observations import AT, ID, A, B, C, answer, entry, observe, row, violated
from synap_contracts.clauses.judge import judge
from synap_contracts.client.protocol import Hung, Outcome, Raised, Returned, parse_outcome
from synap_contracts.observation.observed import Observation, ObservedCall, ObservedStep
from synap_contracts.scenarios.model import Call, Scenario
from synap_contracts.server.server import Key, Recorded


@pytest.mark.parametrize(
    ("recorded", "returned", "clauses"),
    [
        ([A, B], answer(row(0), row(1)), set()),
        ([A, B], answer(row(0), row(1), total=3), {"RES-TOTAL", "RES-COUNTS"}),
        ([A, B], answer(row(0), row(1), total=True), {"RES-TOTAL"}),
        ([A, B], answer(row(0), row(1), succeeded=1), {"RES-COUNTS"}),
        ([A, B], answer(row(0), total=2, succeeded=2), {"RES-COUNTS", "RES-ROWS"}),
        ([A, B], answer(row(1), row(0)), {"RES-ORDER"}),
        ([A, B], answer(row(0), row(0)), {"RES-UNIQUE", "RES-ORDER"}),
        ([A, B], answer(row(0), {**row(1), "message_id": "mine"}), {"RES-SUCCESS"}),
        ([A, B], answer(row(0), {**row(1), "recorded_at": "2026-11-23T04:05:40Z"}), {"RES-SUCCESS"}),
        ([A, B], answer(row(0), {**row(1), "recorded_at": "2026-11-23T05:05:39.135939+01:00"}), {"RES-SUCCESS"}),
        ([A, B], answer(row(0), {**row(1), "recorded_at": "2026-11-23T05:05:39.134+01:00"}), set()),
        ([A, B], answer(row(0), {**row(1), "recorded_at": "yesterday"}), {"RES-TIME"}),
        ([A, B], answer(row(0), {**row(1), "recorded_at": AT[:-1]}), {"RES-TIME"}),
        ([A, B], answer(row(0), {"error": "no"}), {"ACCEPT"}),
        ([A], answer(row(0), {"message_id": "mine", "recorded_at": AT}), {"RES-SUCCESS", "TRUE", "SEND-ALL"}),
        ([A, B, B], answer(row(0), row(1)), {"SEND-ONLY", "ONCE"}),
        ([A, B, C], answer(row(0), row(1)), {"SEND-ONLY"}),
        ([B, A], answer(row(1), row(0)), {"SEND-ORDER"}),
        ([A, entry("B")], answer(row(0), row(1)), {"SEND-CONTENT"}),
        ([A, {**B, "role": "assistant"}], answer(row(0), row(1)), {"SEND-ROLE"}),
        ([A, {**B, "user_id": "u"}], answer(row(0), row(1)), {"SEND-ATTRIBUTION"}),
        ([A, {**B, "metadata": {"a": 1}}], answer(row(0), row(1)), {"SEND-METADATA"}),
        ([A, {**B, "metadata": {}, "user_id": None}], answer(row(0), row(1)), set()),
        ([], None, {"RES-ROWS", "TRUE", "SEND-ALL"}),
    ],
)
def test_ordinary_call(recorded: list[Any], returned: Any, clauses: set[str]) -> None:
    assert violated([A, B], recorded, Returned(returned)) == clauses


@pytest.mark.parametrize(
    ("outcome", "clauses"),
    [
        (Returned(answer(row(0), {"error": "refused by the test"})), set()),
        (Returned(answer(row(0), {"error": "messages[1]: refused by the test"})), set()),
        (Returned(answer(row(0), {"error": "failed"})), {"RES-FAILURE"}),
        (Returned(answer(row(0), {"error": ""}, succeeded=1, failed=1)), {"RES-FAILURE"}),
        (Returned(answer({"error": "refused by the test"}, row(0))), {"RES-ORDER", "TRUE"}),
        (Returned(answer(row(0))), {"RES-TOTAL", "RES-ROWS"}),
        (Raised("synap.PartialError", frozenset({"PartialError"}), "one failed"), {"RES-PARTIAL"}),
        (Hung(5), {"RES-PARTIAL"}),
    ],
)
def test_partial_failure(outcome: Outcome, clauses: set[str]) -> None:
    assert violated([A, B], [A], outcome, frozenset({1})) == clauses


def test_adapter_may_report_no_class_of_the_client() -> None:
    foreign = parse_outcome({"raised": {"class": "NetworkError", "names": []}})
    assert isinstance(foreign, Raised)
    assert not foreign.is_a("NetworkError")


def test_equal_messages_are_interchangeable() -> None:
    assert violated([A, A], [A, A], Returned(answer(row(1), row(0)))) == set()


def test_replaced_conversation_id_violates_in_uuid() -> None:
    bad = {**A, "conversation_id": "none"}
    outcome = Returned({"total": 1, "succeeded": 0, "failed": 1, "results": [{"error": "no UUID"}]})
    assert [each.clause for each in judge(observe([bad], [A], outcome))] == ["IN-UUID"]


def concurrent(*calls: tuple[Any, Any], recorded: dict[tuple[str, str], list[Any]]) -> set[str]:
    """Return the clauses that concurrent calls of one client violate."""
    seen = [
        ObservedCall(n, Call((sent,)), (sent,), outcome, Key("k", "inst")) for n, (sent, outcome) in enumerate(calls)
    ]
    after, number = {}, 0
    for place, entries in recorded.items():
        after[place] = tuple(Recorded(f"msg_{number + n}", n + 1, each, AT) for n, each in enumerate(entries))
        number += len(entries)
    step = ObservedStep(tuple(seen), {}, after)
    return {each.clause for each in judge(Observation(Scenario(tuple(call.call for call in seen)), (step,)))}


def test_invented_session_id_does_not_violate_res_calls() -> None:
    mine = [{**A, "session_id": "s1"}, {**A, "session_id": "s2"}]
    calls = ((A, Returned(answer(row(1)))), (A, Returned(answer(row(0)))))
    assert concurrent(*calls, recorded={("inst", ID): mine}) == {"SEND-ATTRIBUTION"}


def test_message_elsewhere_is_matched_by_its_conversation() -> None:
    other = ID.replace("6f1b", "6f1c")
    sent = [A, {**A, "conversation_id": other}]
    call = ObservedCall(0, Call(tuple(sent)), tuple(sent), Returned(answer(row(0), row(1))), Key("k", "inst"))
    after: dict[tuple[str, str], tuple[Recorded, ...]] = {
        ("theirs", other): (Recorded("msg_1", 1, sent[1], AT),),
        ("theirs", ID): (Recorded("msg_0", 1, sent[0], AT),),
    }
    found = judge(Observation(Scenario((call.call,)), (ObservedStep((call,), {}, after),)))
    assert {each.clause for each in found} == {"AUTH-OWN"}
