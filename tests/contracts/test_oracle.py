"""The oracle, by hand: what was asked, what the server recorded, what the caller was told."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from synap_contracts.clauses.judge import judge
from synap_contracts.client.protocol import Hung, Raised, Returned, Told
from synap_contracts.client.protocol import told as told_by_an_adapter
from synap_contracts.observation.comparison import likeness
from synap_contracts.observation.expected import broken_clause, canonical, wide_clause
from synap_contracts.observation.finding import shown
from synap_contracts.observation.observed import Altered, CallSeen, Event, Observation
from synap_contracts.scenarios.model import Call, Scenario, Trouble
from synap_contracts.server.server import Key, Recorded, Request

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


def seen(sent: list[Any], recorded: list[Any], told: Told, refused: frozenset[int] = frozenset()) -> Observation:
    """A call after which the server has these messages."""
    rows = tuple(Recorded(f"msg_{n}", n + 1, each, AT) for n, each in enumerate(recorded))
    call = Call(tuple(sent), refused=tuple(refused))
    one = CallSeen(0, call, tuple(sent), told, Key("k", "inst"), refused=refused)
    after = {("inst", ID): rows} if rows else {}
    return Observation(Scenario((call,)), (Event((one,), {}, after),))


def broken(sent: list[Any], recorded: list[Any], told: Told, refused: frozenset[int] = frozenset()) -> set[str]:
    return {finding.clause for finding in judge(seen(sent, recorded, told, refused))}


A, B, C = entry("a"), entry("b"), entry("c")


@pytest.mark.parametrize(
    ("recorded", "told", "clauses"),
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
def test_two_messages_with_nothing_going_wrong(recorded: list[Any], told: Any, clauses: set[str]) -> None:
    assert broken([A, B], recorded, Returned(told)) == clauses


@pytest.mark.parametrize(
    ("told", "clauses"),
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
def test_two_messages_of_which_the_server_refuses_the_second(told: Told, clauses: set[str]) -> None:
    assert broken([A, B], [A], told, frozenset({1})) == clauses


REFUSAL = Raised("mine.InvalidInputError", frozenset({"InvalidInputError"}), "no")
RESET = Trouble("NET-LOST", {"fault": "ConnectionReset", "times": 1}, "the connection was reset", skips=1)
SILENCE = Trouble("NET-TIMEOUT", {"fault": "ReadTimeout", "times": 1}, "no answer came in time", short=True, skips=1)
LIMITED = Trouble("RATE-WAIT", {"fault": "RateLimited", "retry_after": 1}, "the server answered 429")
FAILING = Trouble("SERVER-ERROR", {"fault": "ServerError"}, "the server answered 500")


def findings(*told: tuple[Call, Told], recorded: int = 0, dialect: str = "documented", **attributes: Any) -> list[Any]:
    """What calls of one client show, of which the last one's first messages are recorded."""
    truth = {("inst", ID): tuple(Recorded(f"msg_{n}", n + 1, e, AT) for n, e in enumerate((A, B, C)[:recorded]))}
    events = []
    for number, (call, each) in enumerate(told):
        last = number == len(told) - 1
        attributes_of_last = attributes if last else {}
        now = CallSeen(number, call, call.messages, each, Key("k", "inst"), **attributes_of_last)
        events.append(Event((now,), {}, truth if last and recorded else {}))
    return judge(Observation(Scenario(tuple(call for call, _ in told)), tuple(events), dialect=dialect))


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
def test_a_loud_refusal_of_wide_input_is_one_after_another_call_too(wide: tuple[Any, ...]) -> None:
    assert findings((Call(wide), REFUSAL), (Call(wide), REFUSAL)) == []


def test_a_refused_generator_is_refused_after_another_call_too() -> None:
    call = Call((A,), given="generator")
    assert findings((call, REFUSAL), (call, REFUSAL)) == []


def test_an_empty_batch_after_another_is_asked_of_its_own_clause_only() -> None:
    assert {each.clause for each in findings((Call(()), REFUSAL), (Call(()), Returned(None)))} == {"RES-EMPTY"}


def test_a_refusal_that_only_a_call_before_explains_is_res_calls() -> None:
    assert "RES-CALLS" in {each.clause for each in findings((Call((B,)), REFUSAL), (Call((A,)), REFUSAL))}


@pytest.mark.parametrize("trouble", [RESET, SILENCE, LIMITED, FAILING], ids=lambda each: each.clause)
def test_a_call_that_hangs_in_trouble_breaks_the_clause_of_that(trouble: Trouble) -> None:
    assert {each.clause for each in findings((Call((A,), trouble=trouble), Hung(5)))} == {trouble.clause}


def test_a_client_that_can_not_be_told_its_timeout_may_wait() -> None:
    assert findings((Call((A,), trouble=SILENCE), Hung(5)), settable=False) == []


def test_a_call_that_hangs_where_nobody_listens_breaks_net_refused() -> None:
    assert {each.clause for each in findings((Call((A,)), Hung(5)), at="nobody")} == {"NET-REFUSED"}


def test_a_call_that_only_a_call_before_makes_hang_is_res_calls() -> None:
    assert "RES-CALLS" in {each.clause for each in findings((Call((B,)), REFUSAL), (Call((A,)), Hung(5)))}


def test_trouble_that_did_not_come_about_is_not_named() -> None:
    late = Returned(answer({**row(0), "recorded_at": "yesterday"}))
    found = findings((Call((A,), trouble=RESET), late), recorded=1, struck=False)
    assert [each.clause for each in found] == ["RES-TIME"]


@pytest.mark.parametrize(("trouble", "clauses"), [(RESET, {"ACCEPT"}), (SILENCE, set())], ids=["patient", "short"])
def test_an_error_without_the_trouble_is_the_clients_unless_its_timeout_is_short(
    trouble: Trouble, clauses: set[str]
) -> None:
    raised = Raised("mine.NetworkError", frozenset({"NetworkError"}), "no answer")
    assert {each.clause for each in findings((Call((A,), trouble=trouble), raised), struck=False)} == clauses


@pytest.mark.parametrize(
    ("changes", "clauses"),
    [
        ({"recorded_at": "yesterday"}, {"RES-TIME"}),
        ({"recorded_at": "2026-11-23T04:05:40Z"}, {"RES-SUCCESS"}),
        ({"message_id": "mine"}, {"RES-SUCCESS", "SERVER-ERROR"}),
    ],
    ids=["form", "time", "id"],
)
def test_an_answer_after_trouble_is_true_by_its_ids(changes: dict[str, Any], clauses: set[str]) -> None:
    found = findings((Call((A,), trouble=FAILING), Returned(answer({**row(0), **changes}))), recorded=1)
    assert {each.clause for each in found} == clauses


@pytest.mark.parametrize("attributes", [{"loop": "own"}, {"given": "tuple"}], ids=["another loop", "a tuple"])
def test_where_a_client_may_refuse_the_time_of_rows_is_not_asked(attributes: Any) -> None:
    late = Returned(answer({**row(0), "recorded_at": "yesterday"}))
    assert findings((Call((A,), **attributes), late), recorded=1) == []


@pytest.mark.parametrize("clause", ["AUTH-SECRET", "RATE-WAIT"])
def test_a_clause_that_says_nothing_of_answers_is_not_broken_by_one(clause: str) -> None:
    found = findings((Call((A,), trouble=replace(LIMITED, clause=clause)), Returned({"error": "Too Many Requests"})))
    assert clause not in {each.clause for each in found}


def test_a_partial_failure_that_is_raised_breaks_the_observed_dialect() -> None:
    raised = Raised("mine.ServiceError", frozenset({"ServiceError"}), "one failed")
    call = Call((A, B), refused=(1,))
    found = findings((call, raised), recorded=1, dialect="observed", refused=frozenset({1}))
    assert {each.clause for each in found} == {"DIALECT"}


def test_an_answer_that_changed_under_its_caller_is_res_calls() -> None:
    observation = seen([A], [A], Returned(answer(row(0))))
    observation.altered = (Altered(0, 1, "answer.results[0].message_id"),)
    (found,) = judge(observation)
    assert (found.clause, found.sentence) == (
        "RES-CALLS",
        "call 0's answer changed under its caller: answer.results[0].message_id was another once call 1 had ended",
    )


SECRET = "synap_0123456789abcdef0123456789abcdef"  # noqa: S105 - nobody issued it
INNOCENT = ("cannot reach Synap", f"Bearer {SECRET}")


@pytest.mark.parametrize(
    ("told", "heard", "where"),
    [
        (
            {"said": INNOCENT, "places": ("the text of", "the cause (KeyError) of")},
            (),
            "the cause (KeyError) of mine.E",
        ),
        ({"said": INNOCENT, "places": ("the text of", "a note of")}, (), "a note of mine.E"),
        ({"said": INNOCENT}, (), "the text of mine.E"),
        ({}, (f"DEBUG wd.http: sent {SECRET}",), "a record of logger wd.http at DEBUG"),
        ({}, (f"printed: {SECRET}",), "what your client wrote to standard output or standard error"),
        ({}, (f"sent {SECRET}",), "a log record"),
    ],
    ids=["cause", "note", "untold", "record", "print", "other"],
)
def test_the_verdict_says_where_the_key_is(told: Any, heard: tuple[str, ...], where: str) -> None:
    observation = seen([A], [], Raised("mine.E", frozenset({"InvalidInputError"}), "cannot reach Synap", **told))
    observation.secrets, observation.heard = (SECRET,), heard
    assert f"the key is in {where}" in [each.sentence for each in judge(observation)]


def test_the_verdict_says_what_a_time_has_to_be() -> None:
    (found,) = judge(seen([A], [A], Returned(answer({**row(0), "recorded_at": "yesterday"}))))
    assert found.sentence == ('results[0].recorded_at is "yesterday"; it has to be an ISO 8601 date-time with a zone')


def test_an_adapter_may_say_that_no_class_is_the_clients() -> None:
    foreign = told_by_an_adapter({"raised": {"class": "NetworkError", "names": []}})
    assert isinstance(foreign, Raised)
    assert not foreign.is_a("NetworkError")


def test_equal_messages_are_interchangeable() -> None:
    assert broken([A, A], [A, A], Returned(answer(row(1), row(0)))) == set()


def test_the_verdict_names_the_message_that_a_row_really_is() -> None:
    found = judge(seen([A, B, C], [A, B, C], Returned(answer(row(0), row(2), row(1)))))
    assert found[0].sentence == "results[1] is messages[2]"


def test_the_verdict_says_that_the_server_has_nothing() -> None:
    invented = answer({"message_id": "mine", "recorded_at": AT})
    sentences = {each.clause: each.sentence for each in judge(seen([A], [], Returned(invented)))}
    assert sentences["TRUE"] == "your client told success for messages[0], and the server has nothing"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"metadata": {"a": 1.0}}, {"metadata": {"a": 1}}),
        ({"metadata": {"a": -0.0}}, {"metadata": {"a": 0}}),
        ({"metadata": {"a": 2.0**60}}, {"metadata": {"a": 1152921504606847000}}),
        ({"metadata": {"a": 1, "b": 2}}, {"metadata": {"b": 2, "a": 1}}),
        ({"metadata": None}, {"metadata": {}}),
        ({}, {"metadata": {}, "user_id": None}),
    ],
)
def test_what_counts_as_equal(one: Any, other: Any) -> None:
    assert likeness(entry("a", **one)) == likeness(entry("a", **other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"metadata": {"a": True}}, {"metadata": {"a": 1}}),
        ({"metadata": {"a": None}}, {"metadata": {}}),
        ({"metadata": {"a": [1, 2]}}, {"metadata": {"a": [2, 1]}}),
        ({"metadata": {"a": "1"}}, {"metadata": {"a": 1}}),
        ({"content": "é"}, {"content": "e\u0301"}),
        ({"user_id": "u"}, {"user_id": "U"}),
    ],
)
def test_what_does_not(one: Any, other: Any) -> None:
    assert likeness({**A, **one}) != likeness({**A, **other})


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        ({}, None),
        ({"metadata": None, "user_id": None}, None),
        ({"role": "system"}, "IN-ROLE"),
        ({"role": None}, "IN-TYPES"),
        ({"content": 5}, "IN-TYPES"),
        ({"metadata": []}, "IN-TYPES"),
        ({"session_id": False}, "IN-TYPES"),
    ],
)
def test_which_clause_refuses_an_entry(changes: Any, clause: str | None) -> None:
    assert broken_clause({**A, **changes}) == clause


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
    "RES-SUCCESS", {"fault": "Respond", "json": {"results": GIVEN}}, "the server answered in another style"
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
        ([GIVEN[0], GIVEN[1], {"message_id": "y"}], {"RES-SUCCESS"}),
    ],
    ids=["passed on", "another zone", "another time", "another id", "another order", "another reason", "one more"],
)
def test_rows_that_the_server_was_told_to_give_are_passed_on(rows: list[Any], clauses: set[str]) -> None:
    call = Call((A, B), trouble=STYLED)
    told = findings((call, Returned(answer(*rows))), recorded=2, requests=(Request(**SENT),))
    assert {each.clause for each in told} == clauses


def test_rows_of_several_requests_are_not_those_of_one_answer() -> None:
    call = Call((A, B), trouble=STYLED)
    assert findings((call, Returned(answer(row(0), row(1)))), recorded=2, requests=(Request(**SENT),) * 2) == []


@pytest.mark.parametrize(
    ("ends", "clauses"),
    [("-xx", {"REUSE"}), ("xxx", {"REUSE"}), ("-x-", set()), ("x-x", set()), ("-x", set())],
)
def test_a_client_is_of_use_in_more_than_one_event_loop(ends: str, clauses: set[str]) -> None:
    call = Call((A,), loop="own")
    refused = Raised("mine.SynapError", frozenset({"SynapError"}), "another loop")
    rows: tuple[Recorded, ...] = ()
    events = []
    for number, end in enumerate(ends):
        before = {("inst", ID): rows}
        rows += (Recorded(f"msg_{number}", len(rows) + 1, A, AT),) if end == "-" else ()
        told = Returned(answer(row(number))) if end == "-" else refused
        now = CallSeen(number, call, (A,), told, Key("k", "inst"))
        events.append(Event((now,), before, {("inst", ID): rows}))
    found = judge(Observation(Scenario((call,) * len(ends)), tuple(events)))
    assert {each.clause for each in found} == clauses


def test_a_uuid_of_the_clients_own_making_is_no_conversation() -> None:
    bad = {**A, "conversation_id": "none"}
    told = Returned({"total": 1, "succeeded": 0, "failed": 1, "results": [{"error": "no UUID"}]})
    assert [each.clause for each in judge(seen([bad], [A], told))] == ["IN-UUID"]


def test_a_missing_key_is_told_before_a_wrong_one() -> None:
    assert broken_clause({"conversation_id": ID, "role": "system"}) == "IN-KEYS"


@pytest.mark.parametrize("spelled", [ID, ID.upper(), ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}"])
def test_a_uuid_has_several_spellings(spelled: str) -> None:
    assert canonical(spelled) == ID


@pytest.mark.parametrize("text", ["", "a", f"{ID} ", f"{{{ID}", f"{ID}}}", ID[:-1], ID.replace("6", "٦"), None, 5])
def test_anything_else_is_none(text: object) -> None:
    assert canonical(text) is None


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        ({}, None),
        ({"metadata": {"a": 2**53 - 1}}, None),
        ({"metadata": {"a": 2**53}}, "SEND-WIDE-INTEGERS"),
        ({"metadata": {"a": [-(2**53)]}}, "SEND-WIDE-INTEGERS"),
        ({"metadata": {"a": 1e300}}, None),
        ({"content": "\ud800"}, "SEND-WIDE-SURROGATES"),
        ({"metadata": {"\udfff": 1}}, "SEND-WIDE-SURROGATES"),
        ({"content": "a\uffff"}, "SEND-WIDE-NONCHARACTERS"),
        ({"metadata": {"a": ["\U0010fffe"]}}, "SEND-WIDE-NONCHARACTERS"),
        ({"content": "\ufffd\ufdf0"}, None),
        ({"content": ""}, "SEND-WIDE-EMPTY"),
        ({"conversation_id": ID.upper()}, "SEND-WIDE-UUIDS"),
        ({"conversation_id": ["a"]}, None),
    ],
)
def test_what_no_must_check_sends(changes: Any, clause: str | None) -> None:
    assert wide_clause(({**A, **changes},)) == clause


def test_a_sentence_shows_what_can_not_be_seen() -> None:
    assert shown("a\u200b\ud800") == '"a\\u200b\\ud800"'


def test_a_sentence_shortens_a_long_text() -> None:
    assert shown("é" * 70_000) == '"\\u00e9" times 70,000'
