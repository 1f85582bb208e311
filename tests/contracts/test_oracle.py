"""The oracle, by hand: what was asked, what the server recorded, what the caller was told."""

from __future__ import annotations

from typing import Any

import pytest
from synap_contracts.client.protocol import Hung, Raised, Returned, Told
from synap_contracts.observation import CallSeen, Event, Observation
from synap_contracts.oracle.fates import broken_clause, canonical, wide_clause
from synap_contracts.oracle.finding import shown
from synap_contracts.oracle.judge import judge
from synap_contracts.oracle.truth import likeness
from synap_contracts.scenario import Call, Scenario
from synap_contracts.server import Key, Recorded

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
        ({"content": ""}, "SEND-WIDE-EMPTY"),
        ({"conversation_id": ID.upper()}, "SEND-WIDE-UUIDS"),
    ],
)
def test_what_no_must_check_sends(changes: Any, clause: str | None) -> None:
    assert wide_clause(({**A, **changes},)) == clause


def test_a_sentence_shows_what_can_not_be_seen() -> None:
    assert shown("a\u200b\ud800") == '"a\\u200b\\ud800"'


def test_a_sentence_shortens_a_long_text() -> None:
    assert shown("é" * 70_000) == '"\\u00e9" times 70,000'
