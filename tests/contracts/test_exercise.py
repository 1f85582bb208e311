"""A clause passes only if it was exercised: the calls that do, and the clients that would pass without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contracts.reports.documents import report_of
from synap_contracts.clauses import connection, statuses
from synap_contracts.clauses.catalogue import BY_ID, CLAUSES
from synap_contracts.client.protocol import Raised, Returned
from synap_contracts.observation.observed import Observation, ObservedCall, ObservedStep
from synap_contracts.report.verdicts import exit_status
from synap_contracts.runs.exercise import Exercise
from synap_contracts.scenarios.model import Call, Scenario, Trouble
from synap_contracts.server.server import Key, Recorded, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.runs.result import Run

ID = "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11"
AT = "2026-11-23T04:05:39.134939Z"
KEY = Key("k", "inst")
A: dict[str, Any] = {"conversation_id": ID, "role": "user", "content": "a"}
B = {**A, "content": "b"}
ERROR = Raised("mine.Error", frozenset({"Error"}), "no")
REJECTED = Raised("mine.InvalidInputError", frozenset({"InvalidInputError"}), "no")
SENT: Any = {"at": None, "method": "POST", "path": "/", "status": 500, "body": "{}", "answer": ""}


def rows(*ids: str | None) -> Returned:
    """Return an answer with a row for each ID, and a failed row for None."""
    results = [{"error": "no"} if id_ is None else {"message_id": id_, "recorded_at": AT} for id_ in ids]
    failed = ids.count(None)
    return Returned({"total": len(ids), "succeeded": len(ids) - failed, "failed": failed, "results": results})


def call(*messages: Any, returns: Any = ERROR, recorded: int = 0, trouble: str = "", **attributes: Any) -> Any:
    """Return a call, and the number of its messages that are recorded."""
    own = {name: attributes.pop(name) for name in ("loop", "given", "client") if name in attributes}
    fault = Trouble(BY_ID[trouble].id, {"fault": "ServerError", "after_commit": True}, "failed") if trouble else None
    planned = Call(messages, trouble=fault, **own)
    if fault and "requests" not in attributes:
        attributes["requests"] = (Request(**SENT),)
    return ObservedCall(0, planned, messages, returns, attributes.pop("key", KEY), **attributes), recorded


def observe(*calls: Any, **attributes: Any) -> Observation:
    """Return what happened in calls, one after the other."""
    steps = []
    before: dict[tuple[str, str], tuple[Recorded, ...]] = {}
    for each, count in calls:
        place = each.key.instance_id, ID
        old = before.get(place, ())
        new = (
            Recorded(f"msg_{len(old) + n}", len(old) + n + 1, entry, AT)
            for n, entry in enumerate(each.messages[:count])
        )
        after = {**before, place: (*old, *new)} if count else before
        steps.append(ObservedStep((each,), before, after))
        before = after
    return Observation(Scenario(tuple(each.call for each, _ in calls)), tuple(steps), **attributes)


def exercised(observation: Observation) -> set[str]:
    found = Exercise()
    found.add(observation)
    return {clause for clause, count in found.counts.items() if count}


SUCCESS = call(A, returns=rows("msg_0"), recorded=1)
PAIR = call(A, B, returns=rows("msg_0", "msg_1"), recorded=2)
FAILED_ROW = call(A, B, returns=rows("msg_0", None), recorded=1)
OTHER_KEY = call(A, returns=rows("msg_0"), recorded=1, key=Key("l", "other"), client="b")
OWN_LOOP = call(A, returns=rows("msg_0"), recorded=1, loop="own")

EXERCISED: dict[str, Observation] = {
    "ACCEPT": observe(call(A)),
    **dict.fromkeys(
        ("RES-TOTAL", "RES-COUNTS", "RES-ROWS", "RES-SUCCESS", "RES-TIME", "TRUE", "SEND-CONTENT", "SEND-ROLE"),
        observe(SUCCESS),
    ),
    **dict.fromkeys(("SEND-ALL", "SEND-ONLY", "SEND-INPUT"), observe(SUCCESS)),
    **dict.fromkeys(("RES-ORDER", "RES-UNIQUE", "SEND-ORDER"), observe(PAIR)),
    **dict.fromkeys(("RES-FAILURE", "RES-PARTIAL"), observe(FAILED_ROW)),
    "DIALECT": observe(FAILED_ROW, dialect="observed"),
    "RES-CALLS": observe(SUCCESS, SUCCESS),
    "RES-EMPTY": observe(call()),
    "SEND-METADATA": observe(call({**A, "metadata": {"a": 1}}, returns=rows("msg_0"), recorded=1)),
    "SEND-ATTRIBUTION": observe(call({**A, "user_id": "u"}, returns=rows("msg_0"), recorded=1)),
    "SEND-WIDE-INTEGERS": observe(call({**A, "metadata": {"a": 2**60}})),
    "SEND-WIDE-SURROGATES": observe(call({**A, "content": "\ud800"})),
    "SEND-WIDE-NONCHARACTERS": observe(call({**A, "content": "\uffff"})),
    "SEND-WIDE-UUIDS": observe(call({**A, "conversation_id": ID.upper()})),
    "SEND-WIDE-EMPTY": observe(call({**A, "content": ""})),
    "SEND-WIDE-LARGE": observe(call(*[A] * 101)),
    "IN-KEYS": observe(call({"role": "user", "content": "a"})),
    "IN-ROLE": observe(call({**A, "role": "bot"})),
    "IN-ATOMIC": observe(call(A, {**A, "role": "bot"}, returns=REJECTED)),
    "IN-UUID": observe(call({**A, "conversation_id": "none"})),
    "IN-TYPES": observe(call("a")),
    "IN-ITERABLE": observe(call(A, given="tuple")),
    "AUTH-INVALID": observe(call(A, key_kind="unknown")),
    "AUTH-MISSING": observe(call(A, key_kind="missing")),
    "AUTH-REVOKED": observe(SUCCESS, call(A, revoked=True)),
    "AUTH-OWN": observe(SUCCESS, OTHER_KEY),
    "AUTH-SECRET": observe(call(A), secrets=("k",)),
    "NET-REFUSED": observe(call(A, place="nobody")),
    "NET-NAME": observe(call(A, trouble="NET-LOST")),
    "ONCE": observe(call(A, trouble="NET-LOST", recorded=1)),
    "REUSE": observe(OWN_LOOP, call(A, loop="own")),
    **{
        clause: observe(call(A, trouble=clause))
        for clause in (
            *("AUTH-FORBIDDEN", "NET-TIMEOUT", "NET-LOST", "NET-GARBLED", "RATE-LIMIT", "RATE-WAIT"),
            *("SERVER-ERROR", "REFUSALS", "REDIRECT"),
        )
    },
}
"""For each clause, calls that exercise it."""

DEAD = observe(call(A), call(A, B))
UNSENT: Any = {"requests": ()}
NOT_EXERCISED: dict[str, Observation] = {
    **dict.fromkeys(BY_ID, DEAD),
    **dict.fromkeys(
        ("RES-ORDER", "RES-UNIQUE", "SEND-ORDER", "RES-CALLS", "RES-FAILURE", "AUTH-OWN"), observe(SUCCESS)
    ),
    **dict.fromkeys(
        ("SEND-METADATA", "SEND-ATTRIBUTION"), observe(SUCCESS, call({**A, "user_id": "u", "metadata": {"a": 1}}))
    ),
    "ACCEPT": observe(call({**A, "role": "bot"})),
    "DIALECT": observe(FAILED_ROW),
    "IN-ATOMIC": observe(call({**A, "role": "bot"}, returns=REJECTED), call(A, {**A, "role": "bot"})),
    "AUTH-REVOKED": observe(call(A), call(A, revoked=True)),
    "AUTH-SECRET": observe(SUCCESS, secrets=("k",)),
    "NET-NAME": observe(
        call(A, trouble="NET-LOST", returns=rows("msg_0"), recorded=1), call(A, trouble="NET-LOST", **UNSENT)
    ),
    "ONCE": observe(call(A, trouble="NET-LOST"), call(A, trouble="NET-LOST", recorded=1, **UNSENT)),
    "REUSE": observe(call(A, loop="own"), call(A, loop="own")),
    **{
        clause: observe(call(A, trouble=clause, **UNSENT))
        for clause in (
            *("AUTH-FORBIDDEN", "NET-TIMEOUT", "NET-LOST", "NET-GARBLED", "RATE-LIMIT", "RATE-WAIT"),
            *("SERVER-ERROR", "REFUSALS", "REDIRECT"),
        )
    },
}
"""For each clause, similar calls that do not exercise it."""


def test_tables_have_every_clause() -> None:
    assert EXERCISED.keys() == NOT_EXERCISED.keys() == BY_ID.keys()


@pytest.mark.parametrize("clause", BY_ID)
def test_clause_is_exercised(clause: str) -> None:
    assert clause in exercised(EXERCISED[clause])


@pytest.mark.parametrize("clause", BY_ID)
def test_clause_is_not_exercised(clause: str) -> None:
    assert clause not in exercised(NOT_EXERCISED[clause])


def note(clause: str, *calls: Any) -> str:
    found = Exercise()
    found.add(observe(*calls))
    return found.note(BY_ID[clause].id)


AGAIN: Any = {"requests": (Request(**SENT), Request(**SENT))}
LOST, WAIT = connection.NET_LOST.id, statuses.RATE_WAIT.id


@pytest.mark.parametrize(
    ("clause", "calls", "expected"),
    [
        ("ONCE", (call(A, trouble=LOST, recorded=1),), "never retries"),
        ("ONCE", (call(A, trouble=LOST, recorded=1, **AGAIN),), ""),
        ("RATE-WAIT", (call(A, trouble=WAIT),), "never retries"),
        ("RATE-WAIT", (call(A, trouble=WAIT, **AGAIN),), ""),
        ("SERVER-ERROR", (call(A, trouble="SERVER-ERROR"),), ""),
        (
            "SEND-WIDE-EMPTY",
            (call({**A, "content": ""}, returns=REJECTED),),
            "every such batch was rejected: the client raised mine.InvalidInputError",
        ),
        ("SEND-WIDE-EMPTY", (call({**A, "content": ""}, returns=rows("msg_0"), recorded=1),), ""),
        (
            "REUSE",
            (OWN_LOOP, call(A, loop="own")),
            "cannot be reused: in a second event loop, the client raised mine.Error",
        ),
        ("REUSE", (OWN_LOOP, OWN_LOOP), ""),
    ],
)
def test_report_notes_what_the_client_never_did(clause: str, calls: Any, expected: str) -> None:
    assert note(clause, *calls) == expected


DEAD_CLIENTS = ("Dead", "RejectsEverything", "NeverAuthenticates", "NeverConnects", "AlwaysLimited")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "Dead" else pytest.mark.whole) for name in DEAD_CLIENTS]
)
def test_dead_client_passes_no_clause(name: str, run: Callable[..., Run]) -> None:
    found = run(f"vacuous:{name}")
    assert {each.clause.id: each.outcome for each in found.clauses} == {
        clause.id: "failed" if clause.id == "ACCEPT" else "not-testable" for clause in CLAUSES
    }
    assert exit_status(report_of(found)) == 1


def test_stopped_run_shows_the_exception_and_its_traceback(run: Callable[..., Run]) -> None:
    error = run("vacuous:Dead", "IN-ROLE").error or ""
    assert error.startswith('the client records nothing: the client raised errors.SynapError: "no"\nTraceback (most')
    assert '    raise self.error("no")\n' in error
    assert "synap_contracts" not in error


def test_stopped_run_fails_even_if_accept_is_not_selected(run: Callable[..., Run]) -> None:
    found = run("vacuous:Dead", "IN-ROLE")
    assert {each.clause.id: each.outcome for each in found.clauses} == {"ACCEPT": "failed", "IN-ROLE": "not-testable"}


UNSEEN: dict[str, dict[str, str]] = {
    "vacuous:OnlySingles": {
        "RES-ORDER": "no call with more than one message returned an answer and recorded them",
        "RES-UNIQUE": "no call with more than one message returned an answer and recorded them",
        "SEND-ORDER": "no call with more than one message of a conversation recorded them",
    },
    "vacuous:WithoutMetadata": {"SEND-METADATA": "no message with metadata was recorded"},
    "vacuous:WithoutIds": {"SEND-ATTRIBUTION": "no message with a user_id, customer_id or session_id was recorded"},
    "vacuous:RecordsOnce": {"RES-CALLS": "no client returned answers to two calls"},
    "vacuous:RaisesFailures": {"RES-FAILURE": "no failed row was returned"},
}
"""For clients that reject something, the clauses that were not exercised, and why."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name == "vacuous:RaisesFailures" else pytest.mark.whole) for name in UNSEEN],
)
def test_clause_without_its_precondition_is_not_testable(name: str, run: Callable[..., Run]) -> None:
    found = run(name, *UNSEEN[name])
    results = {each.clause.id: (each.outcome, each.message) for each in found.clauses if each.clause.id in UNSEEN[name]}
    assert results == {clause: ("not-testable", reason) for clause, reason in UNSEEN[name].items()}


def test_passed_clause_states_that_the_client_never_retries(run: Callable[..., Run]) -> None:
    (result,) = run("reference", "RATE-WAIT").clauses
    assert (result.outcome, result.message, result.exercised) == ("passed", "never retries", 2)
