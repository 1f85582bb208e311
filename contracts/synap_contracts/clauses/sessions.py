"""Calls after, beside and across each other."""

from __future__ import annotations

from synap_contracts.clauses.check import Check, Depth
from synap_contracts.clauses.network import GARBLED, LOST, RATE_LIMITS, SERVER_ERRORS
from synap_contracts.clauses.results import HEALTHY
from synap_contracts.scenarios import strategies
from synap_contracts.scenarios.model import Call, Close, Scenario, Together
from synap_contracts.scenarios.strategies import message, several

_QUICK = (LOST[0], LOST[6], GARBLED[0], SERVER_ERRORS[0], SERVER_ERRORS[2], RATE_LIMITS[1])


def after(depth: Depth) -> tuple[Scenario, ...]:
    """A call after others: equal ones, larger and smaller ones, refused ones, many."""
    many = {"quick": 24, "default": 60, "deep": 130}[depth]
    bad = Call((message(7), {"conversation_id": "$0", "role": "user"}))
    no_uuid = Call((message(0), {**message(1), "conversation_id": "none"}))
    first, second, third = (Call(several(n, 2)) for n in (3, 1, 2))
    return (
        Scenario((first, second, third)),
        Scenario((first, first)),
        Scenario((first, first, first)),
        Scenario((Call((message(0),)), Call((message(0, 1),)))),
        Scenario((Call((message(0), message(1))), Call((message(1), message(0))))),
        Scenario((first, bad, second)),
        Scenario((bad, second)),
        Scenario((no_uuid, second)),
        Scenario((first, Close(), second)),
        Scenario((first, Close(), first)),
        Scenario((Call(several(60)), Call(several(5)), Call(several(60)))),
        Scenario(tuple(Call((message(n, n % 3),)) for n in range(many))),
    )


def beside(depth: Depth) -> tuple[Scenario, ...]:
    """Calls at once: of one size, of several, of equal messages."""
    del depth

    def call(number: int, count: int) -> Call:
        return Call(tuple(message(n, number, content=f"c{number} m{n}") for n in range(count)))

    several_at_once = (
        (call(0, 1), call(1, 1)),
        (call(0, 3), call(1, 1), call(2, 2)),
        tuple(call(n, 2) for n in range(5)),
        (call(0, 40), call(1, 60)),
        (Call((message(0),)), Call((message(0, 1),))),
        (Call((message(0),)), Call((message(0),))),
    )
    return (
        *(Scenario((Together(calls, staggered=late),)) for calls in several_at_once for late in (False, True)),
        Scenario((Together(tuple(call(n, 1) for n in range(12))),)),
        Scenario((call(9, 1), Together((call(0, 1), call(1, 1))), call(8, 1))),
    )


def reused(depth: Depth) -> tuple[Scenario, ...]:
    """One `asyncio.run` per call."""
    del depth
    calls = [Call((message(n),), loop="own") for n in range(4)]
    return Scenario(tuple(calls[:2])), Scenario(tuple(calls))


CHECKS = (
    Check("calls after each other", ("RES-CALLS", "SEND-ONLY"), after, share=0, also=HEALTHY),
    Check(
        "calls beside each other",
        ("RES-CALLS",),
        beside,
        strategies.beside(),
        wants=frozenset({"concurrent"}),
        share=0.3,
        also=HEALTHY,
    ),
    Check(
        "sessions",
        ("RES-CALLS", "TRUE", "ONCE"),
        lambda _: (),
        strategies.sessions(_QUICK, refusals=True),
        needs=frozenset({"faults", "rejections", "truth"}),
        dialect="documented",
        also=HEALTHY,
    ),
    Check(
        "sessions without trouble",
        ("RES-CALLS",),
        lambda _: (),
        strategies.sessions((), refusals=False),
        share=0.3,
    ),
    Check("several event loops", ("REUSE",), reused, wants=frozenset({"loop"}), share=0),
)
