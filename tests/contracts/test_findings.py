"""Findings: violated clauses with one cause are one finding, and others are not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.clauses.judge import judge
from synap_contracts.client import protocol
from synap_contracts.client.protocol import Hung, Raised, Returned
from synap_contracts.observation import observed
from synap_contracts.observation.observed import Observation, ObservedCall, ObservedStep
from synap_contracts.runs.findings.grouping import group
from synap_contracts.runs.result import ClauseResult, Counterexample, Finding
from synap_contracts.scenarios import model
from synap_contracts.scenarios.model import Call, Scenario, Trouble
from synap_contracts.scenarios.serialization import replay_id
from synap_contracts.server import server
from synap_contracts.server.server import Key, Recorded, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.runs.result import Run

ID = "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11"
AT = "2026-11-23T04:05:39.134939Z"
A: dict[str, Any] = {"conversation_id": ID, "role": "user", "content": "a"}
B = {**A, "content": "b"}


def row(number: int) -> dict[str, Any]:
    return {"message_id": f"msg_{number}", "recorded_at": AT}


def answer(*rows: dict[str, Any], **changes: Any) -> Returned:
    failed = sum("error" in each for each in rows)
    counts = {"total": len(rows), "succeeded": len(rows) - failed, "failed": failed}
    return Returned({**counts, "results": list(rows), **changes})


def fault(clause: str | None) -> Trouble | None:
    return (
        Trouble(BY_ID[clause].id, {"fault": "Disconnected", "times": 1}, "the connection was lost") if clause else None
    )


def observe(sent: list[Any], outcome: Any, recorded: list[Any] = [], trouble: Any = None, **more: Any) -> Observation:  # noqa: B006 - not changed
    """Return a call after which these messages are recorded."""
    call = Call(tuple(sent), trouble=fault(trouble))
    one = ObservedCall(0, call, tuple(sent), outcome, Key("k", "inst"), **more)
    rows = tuple(Recorded(f"msg_{n}", n + 1, each, AT) for n, each in enumerate(recorded))
    return Observation(Scenario((call,)), (ObservedStep((one,), {}, {("inst", ID): rows} if rows else {}),))


def in_sequence(*calls: tuple[list[Any], Any, int], trouble: str | None = None) -> Observation:
    """Return calls of one client: the messages, the outcome and the number of recorded ones. The last is in trouble."""
    steps: list[ObservedStep] = []
    before: server.Recording = {}
    rows: tuple[Recorded, ...] = ()
    for number, (sent, outcome, count) in enumerate(calls):
        call = Call(tuple(sent), trouble=fault(trouble) if number == len(calls) - 1 else None)
        one = ObservedCall(number, call, tuple(sent), outcome, Key("k", "inst"))
        rows += tuple(Recorded(f"msg_{len(rows) + n}", len(rows) + n + 1, sent[n], AT) for n in range(count))
        after: server.Recording = {("inst", ID): rows} if rows else {}
        steps.append(ObservedStep((one,), before, after))
        before = after
    return Observation(Scenario(tuple(each.call for step in steps for each in step.calls)), tuple(steps))


def failed(*clauses: str, by: Observation) -> list[ClauseResult]:
    """Return clauses that an example violates: the given ones, or all."""
    found = {each.clause: each for each in judge(by)}
    return [
        ClauseResult(
            BY_ID[clause],
            "failed",
            1,
            found[BY_ID[clause].id].message,
            Counterexample(replay_id(by.scenario), by.scenario, by, found[BY_ID[clause].id]),
        )
        for clause in clauses or found
    ]


def clauses(findings: tuple[Finding, ...]) -> list[tuple[str, ...]]:
    return [each.clauses for each in findings]


DROPPED = observe([A, A], answer(row(0)), [A])
MISCOUNTED = observe([A], answer(row(0), total=2), [A])
BOTH = observe([A, A], answer(row(0), total=3), [A])


def raised(kind: str, *names: str) -> Raised:
    return Raised(kind, frozenset(names), "no")


REFUSED = observe([A], raised("httpx.ConnectError"), place="nobody")
LOST = observe([A], raised("httpx.ReadError"), trouble="NET-LOST")
KEYS = observe([{"role": "user", "content": "a"}], raised("builtins.ValueError"))
ROLE = observe([{**A, "role": "bot"}], raised("builtins.ValueError"))
INVALID = [{"role": "user", "content": "a"}], raised("mine.InvalidInputError", "InvalidInputError"), 0
ROLE_BY_KEY_ERROR = observe([{**A, "role": "bot"}], raised("builtins.KeyError"))


def test_clauses_with_one_example_are_one_finding() -> None:
    assert clauses(group(failed(by=DROPPED))) == [("SEND-ALL", "RES-TOTAL", "RES-ROWS", "TRUE")]


def test_clause_with_its_own_example_is_a_finding_of_its_own() -> None:
    found = group([*failed("SEND-ALL", "RES-ROWS", "TRUE", by=BOTH), *failed("RES-TOTAL", "RES-COUNTS", by=MISCOUNTED)])
    assert clauses(found) == [("SEND-ALL", "RES-ROWS", "TRUE"), ("RES-TOTAL", "RES-COUNTS")]


def test_exceptions_of_one_library_are_one_finding() -> None:
    found = group([*failed("NET-REFUSED", "NET-NAME", by=REFUSED), *failed("NET-LOST", by=LOST)])
    assert clauses(found) == [("NET-REFUSED", "NET-LOST", "NET-NAME")]


def test_exceptions_of_one_class_are_one_finding() -> None:
    assert clauses(group([*failed(by=KEYS), *failed(by=ROLE)])) == [("IN-KEYS", "IN-ROLE")]


def test_exceptions_of_different_classes_are_different_findings() -> None:
    assert clauses(group([*failed(by=KEYS), *failed(by=ROLE_BY_KEY_ERROR)])) == [("IN-KEYS",), ("IN-ROLE",)]


def test_violation_in_trouble_repeats_the_one_without() -> None:
    invented = {"message_id": "mine", "recorded_at": AT}
    plain = failed("RES-SUCCESS", by=observe([A], answer(invented), [A]))
    troubled = failed("SERVER-ERROR", by=observe([A], answer(invented), [A], trouble="SERVER-ERROR"))
    assert clauses(group([*plain, *troubled])) == [("RES-SUCCESS", "SERVER-ERROR")]


def test_equal_answers_after_different_failures_are_one_finding() -> None:
    nothing = Returned(None)
    first = failed("SERVER-ERROR", by=observe([A], nothing, [A], trouble="SERVER-ERROR"))
    other = failed("RES-ROWS", by=observe([A], nothing, [A], trouble="ONCE"))
    assert clauses(group([*other, *first])) == [("SERVER-ERROR", "RES-ROWS")]


def test_rows_of_an_earlier_call_name_the_finding() -> None:
    found = group(failed(by=in_sequence(([A], answer(row(0)), 1), ([A], answer(row(0), row(1)), 1))))
    assert clauses(found) == [("RES-CALLS", "RES-TOTAL", "RES-ROWS")]


def test_rows_that_need_no_other_call_name_their_own_finding() -> None:
    (found,) = group(failed(by=in_sequence(([A], answer(row(0), row(0)), 1))))
    assert found.clause.id == "RES-ROWS"


def test_hang_after_failed_calls_is_a_finding_about_calls() -> None:
    plain = failed(by=in_sequence(INVALID, ([A], Hung(3), 0)))
    keys = failed("IN-KEYS", by=in_sequence(INVALID, (INVALID[0], Hung(3), 0)))
    limited = failed("RATE-LIMIT", by=in_sequence(INVALID, ([A], Hung(3), 0), trouble="RATE-LIMIT"))
    assert clauses(group([*plain, *keys, *limited])) == [("RES-CALLS", "ACCEPT", "IN-KEYS", "RATE-LIMIT")]


def test_error_after_failed_calls_is_a_finding_about_calls() -> None:
    broken = raised("mine.NetworkError", "NetworkError")
    plain = failed(by=in_sequence(INVALID, ([A], broken, 0)))
    limited = failed("RATE-LIMIT", by=in_sequence(INVALID, ([A], broken, 0), trouble="RATE-LIMIT"))
    assert clauses(group([*plain, *limited])) == [("RES-CALLS", "ACCEPT", "RATE-LIMIT")]


def test_error_after_a_successful_call_is_a_refusal() -> None:
    found = group(failed(by=in_sequence(([A], answer(row(0)), 1), ([B], raised("mine.Error", "Error"), 0))))
    assert clauses(found) == [("ACCEPT", "RES-CALLS")]


def test_requests_that_are_sent_again_are_one_finding() -> None:
    request = Request(dt.datetime(2026, 11, 23, tzinfo=dt.UTC), "POST", "/", None, "{}", "")
    twice = failed("ONCE", by=observe([A], answer(row(0)), [A, A], trouble="NET-LOST", requests=(request,) * 2))
    refused = raised("mine.Error", "Error")
    storm = failed("REFUSALS", by=observe([A], refused, trouble="REFUSALS", requests=(request,) * 3))
    assert clauses(group([*twice, *storm])) == [("ONCE", "REFUSALS")]


@pytest.mark.parametrize("result", [None, answer(row(0)).answer], ids=["no answer", "rows for a part"])
def test_same_omission_after_different_failures_is_one_finding(result: Any) -> None:
    first = failed("NET-LOST", by=observe([A, B], Returned(result), [A], trouble="NET-LOST"))
    other = failed("SERVER-ERROR", by=observe([A, B], Returned(result), [A], trouble="SERVER-ERROR"))
    assert clauses(group([*first, *other])) == [("NET-LOST", "SERVER-ERROR")]


def test_claims_of_success_for_invalid_messages_are_findings_each() -> None:
    keys = failed("IN-KEYS", by=observe([{"role": "user", "content": "a"}], answer(row(0))))
    role = failed("IN-ROLE", by=observe([{**A, "role": "bot"}], answer(row(0))))
    assert clauses(group([*keys, *role])) == [("IN-KEYS",), ("IN-ROLE",)]


def test_fault_that_explains_missing_messages_comes_first() -> None:
    claims = Returned({"total": 1, "succeeded": 1, "failed": 0, "results": []})
    lost = failed(by=observe([A], claims, trouble="NET-LOST"))
    assert clauses(group([*failed(by=KEYS), *lost])) == [("NET-LOST", "SEND-ALL", "TRUE"), ("IN-KEYS",)]


def test_must_comes_before_should() -> None:
    empty = failed("RES-EMPTY", by=observe([], raised("mine.Error", "Error")))
    assert [each.level for each in group([*empty, *failed(by=KEYS)])] == ["MUST", "SHOULD"]


def test_finding_has_the_smallest_example() -> None:
    large = failed("SEND-ALL", by=observe([B, A, A], answer(row(0), row(1)), [B, A]))
    (found,) = group([*large, *failed("RES-ROWS", by=DROPPED)])
    assert (found.clause.id, found.counterexample.scenario.size) == ("SEND-ALL", 2)
    assert found.counterexample.violation.clause == "SEND-ALL"


NAMED = "where the page names InvalidInputError"


@pytest.mark.parametrize(
    ("observation", "summary", "fix"),
    [
        (DROPPED, "drops the second of two equal messages", "Do not deduplicate"),
        (
            REFUSED,
            "raises httpx.ConnectError if no server is listening, where the page names NetworkError",
            "Map every exception of httpx to Netw",
        ),
        (
            KEYS,
            f"raises builtins.ValueError if messages[0] is missing a required key, {NAMED}",
            "Check the messages before you use",
        ),
        (
            observe([A], raised("mine.RateLimitError", "RateLimitError"), trouble="NET-LOST"),
            "raises mine.RateLimitError if the connection was lost, where the page names NetworkError",
            "Do not raise mine.RateLimitError if the connection was lost: raise NetworkError.",
        ),
        (MISCOUNTED, "returns an answer in which total is 2 for 1 submitted message", "Return one row per submitted"),
        (observe([A], raised("mine.Error", "Error")), "raises mine.Error for an ordinary message", ""),
        (observe([A], Hung(5)), "does not respond to an ordinary call", ""),
        (
            observe([A], answer(row(0)), [A, A], trouble="NET-LOST"),
            "sends a batch again if the connection was lost, and records messages[0] twice",
            "Send a batch again only if it certainly was not recorded",
        ),
        (
            observe([A], answer(row(0)), [{**A, "role": "assistant"}]),
            'changes what it sends: messages[0].role was "user", and the server received "assistant"',
            "Send each field as the caller passed it, and no other",
        ),
        (
            observe([A, B], answer(row(1), row(0)), [A, B]),
            "returns an answer in which results[0] is messages[1]",
            "Row i",
        ),
        (
            observe([A, B], answer(row(0)), [A], trouble="NET-LOST"),
            "returns only rows for 1 of 2 messages if the connection was lost, where the page names NetworkError",
            "Raise NetworkError if no complete response arrives",
        ),
        (
            observe([A], answer({"error": "no"}), key_kind="unknown"),
            "returns failed rows with an invalid key, where the page names AuthenticationError",
            "Raise AuthenticationError if",
        ),
        (
            observe([A] * 20 + [B], answer(*map(row, range(21))), [A] * 20 + [B, B]),
            "records messages[20] of a batch of 21 twice",
            "If you split a batch",
        ),
        (
            observe([{**A, "conversation_id": "no"}], answer(row(0))),
            "reports success although messages[0].conversation_id is not a UUID",
            "Do not replace a conversation_id",
        ),
        (observe([], Returned(None)), "for an empty batch, returned null, which is not a batch result", "For an empty"),
        (observe([], raised("mine.Error", "Error")), "raises mine.Error for an empty batch", "For an empty batch"),
        (
            in_sequence(INVALID, ([A], Hung(3), 0)),
            "does not respond to an ordinary call after a call that failed",
            "Release locks",
        ),
        (
            in_sequence(INVALID, ([A], raised("mine.Error", "Error"), 0)),
            "raises mine.Error for an ordinary message after a call that failed",
            "Send each call, whatever became of earlier ones",
        ),
    ],
)
def test_summary_states_what_the_client_did(observation: Observation, summary: str, fix: str) -> None:
    found = group(failed(by=observation))
    assert [each.summary for each in found] == [summary]
    assert found[0].fix.startswith(fix)
    assert bool(fix) == bool(found[0].fix)


NAMES = {"datetime": dt, **vars(protocol), **vars(model), **vars(server), **vars(observed)}
LINES = Path(__file__).with_name("verdicts.txt").read_text(encoding="utf-8").split("\n")[:-1]


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_recorded_observation_is_one_finding(line: str) -> None:
    observation, _ = eval(line, dict(NAMES))  # noqa: S307 - our own file
    found = group(failed(by=observation)) if judge(observation) else ()
    assert len(found) <= 1
    assert all(each.summary for each in found)


@pytest.mark.parametrize(
    ("field", "sent", "received"),
    [
        ("user_id", "a\u0301", "á"),
        ("metadata", {"b": ["c", "a\u0301"]}, {"b": ["c", "á"]}),
        ("metadata", {"a\u0301": 1}, {"á": 1}),
    ],
)
def test_same_change_in_several_fields_is_one_finding(field: str, sent: Any, received: Any) -> None:
    content = failed(by=observe([{**A, "content": "a\u0301"}], answer(row(0)), [{**A, "content": "á"}]))
    other = failed(by=observe([{**A, field: sent}], answer(row(0)), [{**A, field: received}]))
    assert [each.clause.id for each in group([*content, *other])] == ["SEND-CONTENT"]


def test_different_changes_in_several_fields_are_findings_each() -> None:
    content = failed(by=observe([{**A, "content": "a "}], answer(row(0)), [{**A, "content": "a"}]))
    other = failed(by=observe([{**A, "user_id": "A"}], answer(row(0)), [{**A, "user_id": "a"}]))
    assert clauses(group([*content, *other])) == [("SEND-CONTENT",), ("SEND-ATTRIBUTION",)]


def test_real_client_with_one_defect_has_one_finding(run: Callable[..., Run]) -> None:
    found = run("losing:LosesRepetitions", "RES-TOTAL", "RES-ROWS", "SEND-ALL", "TRUE").findings
    assert [(each.clause.id, each.also, each.summary) for each in found] == [
        ("SEND-ALL", ("RES-TOTAL", "RES-ROWS", "TRUE"), "drops the second of two equal messages")
    ]
