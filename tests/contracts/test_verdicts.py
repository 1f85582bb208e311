"""The verdicts on observations made by hand: messages sent, messages recorded, outcomes of calls."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from synap_contracts.clauses.auth import AUTH_SECRET
from synap_contracts.clauses.connection import NET_LOST, NET_TIMEOUT
from synap_contracts.clauses.judge import judge
from synap_contracts.clauses.rows import RES_SUCCESS, TRUE
from synap_contracts.clauses.statuses import RATE_WAIT, SERVER_ERROR
from synap_contracts.client.protocol import Hung, Outcome, Raised, Returned, parse_outcome
from synap_contracts.observation.observed import AlteredAnswer, Observation, ObservedCall, ObservedStep
from synap_contracts.scenarios.model import Call, Scenario, Trouble
from synap_contracts.server.server import Key, Recorded, Request

if TYPE_CHECKING:
    from synap_contracts.clauses.clause import ClauseId

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


SECRET = "synap_0123456789abcdef0123456789abcdef"  # noqa: S105 - not a real key
INNOCENT = ("cannot reach Synap", f"Bearer {SECRET}")


@pytest.mark.parametrize(
    ("raised", "output", "where"),
    [
        (
            {"texts": INNOCENT, "places": ("the text of", "the cause (KeyError) of")},
            (),
            "the cause (KeyError) of mine.E",
        ),
        ({"texts": INNOCENT, "places": ("the text of", "a note of")}, (), "a note of mine.E"),
        ({"texts": INNOCENT}, (), "the text of mine.E"),
        ({}, (f"DEBUG wd.http: sent {SECRET}",), "a record of logger wd.http at DEBUG"),
        ({}, (f"printed: {SECRET}",), "what the client wrote to standard output or standard error"),
        ({}, (f"sent {SECRET}",), "a log record"),
    ],
    ids=["cause", "note", "no-place", "record", "print", "other"],
)
def test_message_names_place_of_key(raised: Any, output: tuple[str, ...], where: str) -> None:
    observation = observe([A], [], Raised("mine.E", frozenset({"InvalidInputError"}), "cannot reach Synap", **raised))
    observation.secrets, observation.output = (SECRET,), output
    assert f"the key is in {where}" in [each.message for each in judge(observation)]


def test_message_states_expected_format_of_time() -> None:
    (found,) = judge(observe([A], [A], Returned(answer({**row(0), "recorded_at": "yesterday"}))))
    assert found.message == 'results[0].recorded_at is "yesterday"; expected an ISO 8601 date-time with a time zone'


def test_adapter_may_report_no_class_of_the_client() -> None:
    foreign = parse_outcome({"raised": {"class": "NetworkError", "names": []}})
    assert isinstance(foreign, Raised)
    assert not foreign.is_a("NetworkError")


def test_equal_messages_are_interchangeable() -> None:
    assert violated([A, A], [A, A], Returned(answer(row(1), row(0)))) == set()


def test_message_names_the_message_of_a_swapped_row() -> None:
    found = judge(observe([A, B, C], [A, B, C], Returned(answer(row(0), row(2), row(1)))))
    assert found[0].message == "results[1] is messages[2]"


def test_message_states_that_nothing_is_recorded() -> None:
    invented = answer({"message_id": "mine", "recorded_at": AT})
    messages = {each.clause: each.message for each in judge(observe([A], [], Returned(invented)))}
    assert messages[TRUE.id] == "the client reported success for messages[0], which the server did not record"


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


def test_replaced_conversation_id_violates_in_uuid() -> None:
    bad = {**A, "conversation_id": "none"}
    outcome = Returned({"total": 1, "succeeded": 0, "failed": 1, "results": [{"error": "no UUID"}]})
    assert [each.clause for each in judge(observe([bad], [A], outcome))] == ["IN-UUID"]


@pytest.mark.parametrize(
    ("settable", "clauses"), [(False, set()), (True, {"NET-TIMEOUT"})], ids=["not-settable", "settable"]
)
def test_call_that_queues_behind_trouble_is_not_judged(settable: bool, clauses: set[str]) -> None:  # noqa: FBT001 - a parameter of the test
    waiting = ObservedCall(0, Call((A,), trouble=SILENCE), (A,), Hung(5), Key("k", "i"), timeout_settable=settable)
    queued = ObservedCall(1, Call((B,)), (B,), Hung(5), Key("k", "i"))
    steps = tuple(ObservedStep((call,), {}, {}) for call in (waiting, queued))
    found = judge(Observation(Scenario((waiting.call, queued.call)), steps))
    assert {each.clause for each in found} == clauses


def test_message_says_that_the_answer_was_slow() -> None:
    late = Trouble(SERVER_ERROR.id, {"fault": "Latency", "seconds": 1}, "the first response was slow")
    (found,) = findings((Call((A,), trouble=late), Raised("mine.Error", frozenset({"Error"}), "no")))
    assert found.message == 'the first response was slow, and the client raised mine.Error: "no"'


def test_success_of_another_message_names_that_message() -> None:
    swapped = Returned(answer(row(0), {"error": "refused by the test"}))
    found = {each.clause: each.message for each in judge(observe([A, B], [B], swapped, frozenset({0})))}
    assert found[TRUE.id] == (
        "the client reported success for messages[0], which the server did not record: "
        "the message_id in its row is that of messages[1]"
    )


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
