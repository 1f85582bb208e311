"""Several calls: one after the other, concurrent, and across event loops."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.clause import Check, Depth, should
from synap_contracts.clauses.connection import GARBLED, LOST
from synap_contracts.clauses.inputs import violated_clauses
from synap_contracts.clauses.results import RES_COUNTS, RES_ROWS, RES_TOTAL
from synap_contracts.clauses.rows import ACCEPT, RES_CALLS, RES_FAILURE, RES_SUCCESS, TRUE, rows_of
from synap_contracts.clauses.sending import ONCE, SEND_ONLY
from synap_contracts.clauses.statuses import RATE_LIMITS, SERVER_ERRORS
from synap_contracts.clauses.wide import wide_clause_of
from synap_contracts.client.protocol import Returned
from synap_contracts.observation.violation import Violation, format_value
from synap_contracts.scenarios import strategies
from synap_contracts.scenarios.messages import message, several
from synap_contracts.scenarios.model import Call, Close, Scenario, Together

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.observation.observed import Observation, ObservedCall, ObservedStep

REUSE = should(
    "REUSE",
    "sdk",
    "SDK 0.5.10 and later",
    "One client object used from several event loops: no message is duplicated or lost. A client that raises in the "
    "second loop and records nothing passes.",
)

DEPENDENT: Final = frozenset(
    clause.id for clause in (ACCEPT, RES_TOTAL, RES_COUNTS, RES_ROWS, RES_FAILURE, RES_SUCCESS)
)
"""What an answer violates that still describes an earlier call."""


def judge_dependence(call: ObservedCall, violations: list[Violation], others: list[ObservedCall]) -> list[Violation]:
    """Judge what a call may violate only because of earlier or concurrent calls.

    Args:
        call: The call.
        violations: What it violates.
        others: All calls so far.
    """
    if not any(each.call.client == call.call.client and each is not call for each in others):
        return []
    if call.trouble or call.call.loop == "own" or any(violated_clauses(call)):
        return []
    if not call.messages or call.call.given != "list" or wide_clause_of(call):
        return []  # a client may reject these regardless of other calls
    return [
        replace(
            each,
            clause=RES_CALLS.id,
            message=f"after or during another call, {each.message}",
            unless_alone=each.clause,
        )
        for each in violations
        if each.clause in DEPENDENT
    ]


def judge_shared_ids(step: ObservedStep) -> Iterator[Violation]:
    """Judge that no two concurrent calls return the same recorded message."""
    returned: dict[str, int] = {}
    for call in step.calls:
        rows = rows_of(call.outcome.answer) if isinstance(call.outcome, Returned) else None
        for row in rows or ():
            id_ = row.get("message_id") if isinstance(row, dict) else None
            if isinstance(id_, str) and returned.setdefault(id_, call.number) != call.number:
                message = f"calls {returned[id_]} and {call.number} returned the same message_id {format_value(id_)}"
                yield Violation(RES_CALLS.id, message)


def judge_altered_answers(observation: Observation) -> Iterator[Violation]:
    """Judge that an answer does not change after the call returned it."""
    for each in observation.altered:
        which = "an earlier call" if each.call is None else f"call {each.call}"
        when = "when the client was closed" if each.after is None else f"during call {each.after}"
        yield Violation(RES_CALLS.id, f"the answer of {which} changed {when}, at {each.path}", each.after)


def in_sequence(depth: Depth) -> tuple[Scenario, ...]:
    """A call after others: equal, larger, smaller and rejected ones, and many."""
    many = {"quick": 24, "default": 60, "deep": 130}[depth]
    invalid = Call((message(7), {"conversation_id": "$0", "role": "user"}))
    not_uuid = Call((message(0), {**message(1), "conversation_id": "none"}))
    first, second, third = (Call(several(n, 2)) for n in (3, 1, 2))
    return (
        Scenario((first, second, third)),
        Scenario((first, first)),
        Scenario((first, first, first)),
        Scenario((Call((message(0),)), Call((message(0, 1),)))),
        Scenario((Call((message(0), message(1))), Call((message(1), message(0))))),
        Scenario((first, invalid, second)),
        Scenario((invalid, second)),
        Scenario((not_uuid, second)),
        Scenario((first, Close(), second)),
        Scenario((first, Close(), first)),
        Scenario((Call(several(60)), Call(several(5)), Call(several(60)))),
        Scenario(tuple(Call((message(n, n % 3),)) for n in range(many))),
    )


def concurrent(_: Depth) -> tuple[Scenario, ...]:
    """Concurrent calls: of one size, of several sizes, with equal messages."""

    def call(number: int, count: int) -> Call:
        return Call(tuple(message(n, number, content=f"c{number} m{n}") for n in range(count)))

    groups = (
        (call(0, 1), call(1, 1)),
        (call(0, 3), call(1, 1), call(2, 2)),
        tuple(call(n, 2) for n in range(5)),
        (call(0, 40), call(1, 60)),
        (Call((message(0),)), Call((message(0, 1),))),
        (Call((message(0),)), Call((message(0),))),
    )
    return (
        *(Scenario((Together(calls, staggered=staggered),)) for calls in groups for staggered in (False, True)),
        Scenario((Together(tuple(call(n, 1) for n in range(12))),)),
        Scenario((call(9, 1), Together((call(0, 1), call(1, 1))), call(8, 1))),
    )


def event_loops(_: Depth) -> tuple[Scenario, ...]:
    """One `asyncio.run` per call."""
    calls = [Call((message(n),), loop="own") for n in range(4)]
    return Scenario(tuple(calls[:2])), Scenario(tuple(calls))


_TROUBLES: Final = (LOST[0], LOST[6], GARBLED[0], SERVER_ERRORS[0], SERVER_ERRORS[2], RATE_LIMITS[1])

CHECKS = (
    Check("calls in sequence", (RES_CALLS, SEND_ONLY), in_sequence, ordinary=True),
    Check(
        "concurrent calls",
        (RES_CALLS,),
        concurrent,
        strategies.concurrent(),
        abilities=frozenset({"concurrent"}),
        share=0.3,
        ordinary=True,
    ),
    Check(
        "sessions",
        (RES_CALLS, TRUE, ONCE),
        drawn=strategies.sessions(_TROUBLES, refusals=True),
        needs=frozenset({"faults", "rejections", "truth"}),
        share=1,
        dialect="documented",
        ordinary=True,
    ),
    Check("sessions without trouble", (RES_CALLS,), drawn=strategies.sessions((), refusals=False), share=0.3),
    Check("several event loops", (REUSE,), event_loops, abilities=frozenset({"loop"})),
)
