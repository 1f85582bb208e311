"""What goes wrong on the way: before, in and after the commit."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from synap_contracts.clauses.check import Check, Depth
from synap_contracts.scenarios.model import Call, Open, Scenario, Trouble
from synap_contracts.scenarios.strategies import message, several

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synap_contracts.server.server import Means

Json = Any


def trouble(
    clause: str, fault: str, named: str, *, after: bool = False, times: int | None = 1, **fields: Json
) -> Trouble:
    """A fault as the control face takes it."""
    when = "after the batch was recorded" if after else ""
    armed = {"fault": fault, **fields, "times": times, "after_commit": after}
    short = fault in {"ReadTimeout", "StalledBody"}
    return Trouble(clause, armed, f"{named} {when}".strip(), short=short)


def each_way(clause: str, fault: str, named: str, **fields: Json) -> tuple[Trouble, ...]:
    """Once and for good, before and after the commit."""
    return tuple(
        trouble(clause, fault, named, after=after, times=times, **fields)
        for after in (False, True)
        for times in (1, None)
    )


TIMEOUTS: Final = (
    *each_way("NET-TIMEOUT", "ReadTimeout", "no answer came in time"),
    *each_way("NET-TIMEOUT", "StalledBody", "half an answer came, and then nothing"),
)
_SHAPES: Final[tuple[Json, ...]] = ({}, [], None, "ok", 5, [{}], {"ok": True}, True)
LOST: Final = (
    *each_way("NET-LOST", "ConnectionReset", "the connection was reset"),
    *each_way("NET-LOST", "Disconnected", "the line was closed before the answer"),
    *each_way("NET-LOST", "TruncatedBody", "the line was cut within the answer"),
)
_WHOLE: Final = json.dumps(
    {
        "total": 1,
        "succeeded": 1,
        "failed": 0,
        "results": [{"message_id": "msg_0123456789", "recorded_at": "2026-01-01T00:00:00Z"}],
    }
)
GARBLED: Final = (
    *each_way("NET-GARBLED", "MalformedBody", "the answer was HTML"),
    *(
        made
        for body in _SHAPES
        for made in (
            trouble("NET-GARBLED", "WrongShape", f"the answer was {json.dumps(body)}", times=None, json=body),
            trouble("NET-GARBLED", "WrongShape", f"the answer was {json.dumps(body)}", times=1, after=True, json=body),
        )
    ),
    trouble("NET-GARBLED", "Respond", "the answer was empty", times=None, status=200, content=""),
    *(
        trouble("NET-GARBLED", "Respond", "the answer's JSON was cut short", times=None, status=200, content=cut)
        for cut in (_WHOLE[:32], _WHOLE[:58], _WHOLE[:-40], _WHOLE[:-1])
    ),
)
SERVER_ERRORS: Final = tuple(
    made
    for status in (500, 502, 503, 504)
    for made in each_way("SERVER-ERROR", "ServerError", f"the server answered {status}", status=status)
)
RATE_LIMITS: Final = (
    trouble("RATE-LIMIT", "RateLimited", "the server answered 429", times=1, retry_after=1),
    trouble("RATE-LIMIT", "RateLimited", "the server answered 429", times=None, retry_after=0),
)
RESENT: Final = (
    *(
        trouble("ONCE", "ServerError", f"the server answered {status}", after=True, status=status)
        for status in (520, 505, 501, 507, 522, 524, 529, 599)
    ),
    trouble("ONCE", "Respond", "the server answered 408", after=True, status=408, json={"detail": "slow"}),
    trouble(
        "ONCE",
        "Respond",
        "the server answered 503 with Retry-After: 0",
        after=True,
        status=503,
        headers={"Retry-After": "0"},
        json={"detail": "later"},
    ),
)
"""Answers after which some libraries send again by themselves, whatever was asked."""
_NO_ROWS: Final[tuple[Json, ...]] = ([], [None], [{}], None, [{"recorded_at": "2026-01-01T00:00:00Z"}])
HOLLOW: Final = tuple(
    trouble(
        "NET-GARBLED",
        "Respond",
        f"the answer counted a success, and its results were {json.dumps(rows)}",
        after=after,
        times=1 if after else None,
        status=200,
        json={"total": 1, "succeeded": 1, "failed": 0, "results": rows},
    )
    for rows in _NO_ROWS
    for after in (False, True)
)
"""What a client may pass on, but not fill in."""
_FOREIGN_ROWS: Final[tuple[Json, ...]] = (
    [
        {"message_id": "M/0123-aB=:x.y~z", "recorded_at": "2026-03-04T05:06:09.123456+05:45"},
        {"message_id": "1e5", "recorded_at": "2026-03-04T05:06:08.500-03:30"},
    ],
    [
        {"message_id": "0071234567890123456789", "recorded_at": "2026-03-04T05:06:07Z"},
        {"message_id": "m" + "Ab1_" * 40, "recorded_at": "2026-03-03T23:59:59.999Z"},
    ],
    [{"error": "no such customer: Äpfel & Söhne"}, {"error": "too long"}],
    [{"error": "late"}, {"message_id": "00-00", "recorded_at": "2024-02-29T00:00:00+00:00"}, {"error": "early"}],
)
FOREIGN: Final = tuple(
    Trouble(
        "RES-SUCCESS",
        {
            "fault": "Respond",
            "after_commit": True,
            "times": 1,
            "status": 200,
            "json": {
                "total": len(rows),
                "succeeded": sum("error" not in row for row in rows),
                "failed": sum("error" in row for row in rows),
                "results": rows,
            },
        },
        "the server answered in another style",
    )
    for rows in _FOREIGN_ROWS
)
"""Ids of any form, times of any zone that rise or fall, reasons that differ: the page says only that rows have them."""
REFUSED: Final = (
    trouble("REFUSALS", "InsufficientCredits", "the server answered 402", times=None),
    trouble("REFUSALS", "Conflict", "the server answered 409", times=None),
    trouble("REFUSALS", "Respond", "the server answered 413", times=None, status=413, json={"detail": "too large"}),
    trouble("REFUSALS", "Respond", "the server answered 418", times=None, status=418, json={"detail": "a teapot"}),
    trouble("REFUSALS", "Respond", "the server answered 422", times=None, status=422, json={"detail": []}),
)


def elsewhere(status: int) -> Trouble:
    """A redirect to another origin."""
    return trouble(
        "REDIRECT",
        "Respond",
        f"the server answered {status} and named another origin",
        times=None,
        status=status,
        headers={"Location": "$bystander/v1/conversations/messages/batch"},
        json={"detail": "moved"},
    )


def created(status: int, *, after: bool) -> Trouble:
    """A success that is not the documented one."""
    return trouble(
        "REDIRECT", "Respond", f"the server answered {status}", after=after, times=None, status=status, json={}
    )


ELSEWHERE: Final = (
    *map(elsewhere, (301, 302, 303, 307, 308)),
    *(created(status, after=after) for status in (201, 202) for after in (False, True)),
)


def met(troubles: Iterable[Trouble]) -> tuple[Scenario, ...]:
    """Each trouble met by a single message, which a healthy call follows: nothing may be left over."""
    return tuple(Scenario((Call((message(0),), trouble=each), Call((message(1),)))) for each in troubles)


def timeouts(depth: Depth) -> tuple[Scenario, ...]:
    """Silence, for good and once, before and after the commit; twice on one client, whose next call goes well."""
    twice = Scenario((*(Call((message(n),), trouble=TIMEOUTS[0]) for n in range(2)), Call((message(2),))))
    return (
        *met(TIMEOUTS if depth == "deep" else (TIMEOUTS[1], TIMEOUTS[2], TIMEOUTS[4])),
        *([] if depth == "quick" else [twice]),
    )


def lost(depth: Depth) -> tuple[Scenario, ...]:
    """The line cut, for batches that a client may split too."""
    return (*met(LOST), *map(_parts, LOST[:: 1 if depth == "deep" else 4]))


def once(depth: Depth) -> tuple[Scenario, ...]:
    """Everything after which a careless client sends again what was recorded."""
    resent = RESENT if depth != "quick" else (RESENT[0], *RESENT[-2:])
    troubles = [each for each in (*LOST, *SERVER_ERRORS, *GARBLED) if each.commits]
    first = met(troubles if depth == "deep" else [each for each in troubles if each.fault["times"] == 1])
    again = [
        Scenario((Call(several(3), trouble=each), Call(several(2, 2)))) for each in troubles if each.fault["times"] == 1
    ]
    return (
        *first,
        *met(resent),
        *(again if depth == "deep" else again[::3]),
        *map(_parts, (SERVER_ERRORS[2], LOST[2])),
    )


def _parts(each: Trouble) -> Scenario:
    """A batch that a client may split, and the healthy call after it."""
    return Scenario((Call(several(60, 2), trouble=each), Call((message(61),))))


def foreign(depth: Depth) -> tuple[Scenario, ...]:
    """Rows unlike the fake's own."""
    del depth
    return tuple(Scenario((Call(several(len(each.rows or ())), trouble=each),)) for each in FOREIGN)


def later(depth: Depth) -> tuple[Scenario, ...]:
    """Trouble that the second request of a call meets: only who sends in parts gets there."""
    troubles = (*LOST, *SERVER_ERRORS, *RATE_LIMITS, GARBLED[0], GARBLED[2])
    chosen = (
        troubles
        if depth == "deep"
        else (LOST[0], LOST[1], LOST[2], LOST[6], *SERVER_ERRORS[:4], *RATE_LIMITS, *GARBLED[:1])
    )
    return tuple(_parts(replace(each, skips=skips)) for each in chosen for skips in (1, 2))


def slow(depth: Depth) -> tuple[Scenario, ...]:
    """A first answer that takes its time: what is sent meanwhile overtakes it."""
    del depth
    late, later = (
        Trouble("SEND-ORDER", {"fault": "Latency", "seconds": seconds, "times": 1}, "the first answer was slow")
        for seconds in (0.1, 1.2)
    )
    overtaken = tuple(Scenario((Call(several(count), trouble=late),)) for count in (12, 30, 60, 100))
    return (*overtaken, Scenario((Call((message(0),), trouble=later),)))


def rate_wait(depth: Depth) -> tuple[Scenario, ...]:
    """Waits longer than clients like to wait, where there is time for it."""
    waits = {
        "quick": ((1, 2), (2, 1)),
        "default": ((1, 2), (2, 1), (11, 1)),
        "deep": ((1, 2), (2, 2), (11, 1), (20, 1)),
    }[depth]
    return tuple(
        Scenario(
            (
                Call(
                    (message(0),),
                    trouble=Trouble(
                        "RATE-WAIT",
                        {"fault": "RateLimited", "retry_after": wait, "times": times, "after_commit": False},
                        f"the server answered 429 with Retry-After: {wait}",
                        patient=True,
                    ),
                ),
            )
        )
        for wait, times in waits
    )


def rate_limits(depth: Depth) -> tuple[Scenario, ...]:
    """429 for one message, and for the first part of many."""
    del depth
    return (*met(RATE_LIMITS), _parts(RATE_LIMITS[0]))


def refused(depth: Depth) -> tuple[Scenario, ...]:
    """Nobody listens."""
    del depth
    return (
        Scenario((Open(at="nobody"), Call((message(0),)))),
        Scenario((Open(at="nobody"), Call(several(60)))),
        Scenario((Open(at="nobody"), Call((message(0),)), Call((message(1),)))),
    )


@st.composite
def drawn(draw: st.DrawFn) -> Scenario:
    """Any trouble that is over quickly, met by any batch, with calls before and after."""
    each = draw(st.sampled_from((*LOST, *GARBLED, *SERVER_ERRORS)))
    count = draw(st.one_of(st.integers(1, 3), st.integers(1, 60)))
    before = [Call((message(100, 1),))] if draw(st.booleans()) else []
    return Scenario((*before, Call(several(count), trouble=each), Call((message(101),))))


_FAULTS: Final[frozenset[Means]] = frozenset({"faults", "truth"})
_JOURNAL: Final[frozenset[Means]] = _FAULTS | {"journal"}

CHECKS = (
    Check("nobody listens", ("NET-REFUSED", "NET-NAME"), refused, share=0),
    Check("silence", ("NET-TIMEOUT",), timeouts, needs=_FAULTS, share=0, also=("ONCE", "TRUE")),
    Check(
        "the line is cut",
        ("NET-LOST", "NET-NAME", "TRUE"),
        lost,
        needs=_FAULTS,
        share=0,
        also=("SEND-ONLY", "RES-CALLS"),
    ),
    Check("garbled answers", ("NET-GARBLED", "TRUE"), lambda _: met((*GARBLED, *HOLLOW)), needs=_FAULTS, share=0),
    Check(
        "another style of answers",
        (),
        foreign,
        needs=_JOURNAL,
        share=0,
        dialect="documented",
        also=("RES-SUCCESS", "RES-ORDER", "RES-FAILURE"),
    ),
    Check("server errors", ("SERVER-ERROR", "TRUE"), lambda _: met(SERVER_ERRORS), needs=_FAULTS, share=0),
    Check("rate limits", ("RATE-LIMIT", "ONCE"), rate_limits, needs=_FAULTS, share=0, also=("SEND-ORDER",)),
    Check(
        "trouble with a later request",
        ("TRUE", "ONCE"),
        later,
        needs=_FAULTS,
        share=0,
        also=("SEND-ORDER", "RES-ORDER"),
    ),
    Check("a slow answer", (), slow, needs=_FAULTS, share=0, also=("SEND-ORDER", "RES-ORDER", "ACCEPT", "ONCE")),
    Check("sent again", ("ONCE",), once, needs=_FAULTS, share=0),
    Check("refusals", ("REFUSALS",), lambda _: met(REFUSED), needs=_JOURNAL, share=0),
    Check("redirects", ("REDIRECT",), lambda _: met(ELSEWHERE), needs=_JOURNAL, share=0),
    Check("trouble of any kind", ("ONCE", "TRUE"), lambda _: (), drawn(), needs=_FAULTS),
    Check("Retry-After", ("RATE-WAIT",), rate_wait, needs=_JOURNAL, share=0),
)
