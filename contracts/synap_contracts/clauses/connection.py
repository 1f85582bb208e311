"""Failures of the connection: refused, timed out, lost, and answers that are not batch results."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.clause import ACCEPTED, RAISES, Check, Depth, must, should
from synap_contracts.clauses.results import RES_ROWS
from synap_contracts.clauses.rows import RES_CALLS, RES_FAILURE, RES_ORDER, RES_SUCCESS, RES_TIME, TRUE
from synap_contracts.clauses.sending import ONCE, SEND_ONLY
from synap_contracts.client.protocol import NETWORK_ERRORS, Raised
from synap_contracts.observation.violation import Violation, format_outcome
from synap_contracts.scenarios.messages import message, several
from synap_contracts.scenarios.model import Call, Open, Scenario, Trouble
from synap_contracts.scenarios.troubles import in_part, in_turn, trouble, variants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.observation.observed import ObservedCall
    from synap_contracts.scenarios.model import Json
    from synap_contracts.server.server import Capability

NET_REFUSED = must("NET-REFUSED", "documented", RAISES, "If no server is listening, the client raises NetworkError.")
NET_TIMEOUT = must(
    "NET-TIMEOUT",
    "derived",
    f"{RAISES} (cannot reach Synap)",
    "No response in time: NetworkError or, after a retry, a true answer.",
)
NET_LOST = must(
    "NET-LOST",
    "derived",
    f"{RAISES} (cannot reach Synap)",
    "The connection is cut before, during, or after the response: NetworkError or, after a retry, a true answer.",
)
NET_NAME = should(
    "NET-NAME",
    "documented",
    RAISES,
    "The class raised is, or derives from, a class of the client named NetworkError.",
)
NET_GARBLED = must(
    "NET-GARBLED",
    "derived",
    ACCEPTED,
    "A 200 whose body is HTML, truncated, {}, [], null, a string or a number: an error, or at least no claim of "
    "success.",
)

TIMEOUTS: Final = (
    *variants(NET_TIMEOUT.id, "ReadTimeout", "no response arrived in time"),
    *variants(NET_TIMEOUT.id, "StalledBody", "the response stopped halfway"),
)
_SHAPES: Final[tuple[Json, ...]] = ({}, [], None, "ok", 5, [{}], {"ok": True}, True)
LOST: Final = (
    *variants(NET_LOST.id, "ConnectionReset", "the connection was reset"),
    *variants(NET_LOST.id, "Disconnected", "the connection was closed before the response"),
    *variants(NET_LOST.id, "TruncatedBody", "the connection was cut within the response"),
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
    *variants(NET_GARBLED.id, "MalformedBody", "the response was HTML"),
    *(
        made
        for body in _SHAPES
        for made in (
            trouble(NET_GARBLED.id, "WrongShape", f"the response was {json.dumps(body)}", times=None, json=body),
            trouble(
                NET_GARBLED.id, "WrongShape", f"the response was {json.dumps(body)}", times=1, after=True, json=body
            ),
        )
    ),
    trouble(NET_GARBLED.id, "Respond", "the response was empty", times=None, status=200, content=""),
    *(
        trouble(
            NET_GARBLED.id, "Respond", "the JSON of the response was truncated", times=None, status=200, content=cut
        )
        for cut in (_WHOLE[:32], _WHOLE[:58], _WHOLE[:-40], _WHOLE[:-1])
    ),
)
_NO_ROWS: Final[tuple[Json, ...]] = ([], [None], [{}], None, [{"recorded_at": "2026-01-01T00:00:00Z"}])
HOLLOW: Final = tuple(
    trouble(
        NET_GARBLED.id,
        "Respond",
        f"the response counted a success, and its results were {json.dumps(rows)}",
        after=after,
        times=1 if after else None,
        status=200,
        json={"total": 1, "succeeded": 1, "failed": 0, "results": rows},
    )
    for rows in _NO_ROWS
    for after in (False, True)
)
"""Answers that a client may return, but not complete."""
_PREPARED_ROWS: Final[tuple[Json, ...]] = (
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
PREPARED: Final = tuple(
    Trouble(
        RES_SUCCESS.id,
        {
            "fault": "Respond",
            # A server that recorded what it rejects would lie: a client may send that again.
            "after_commit": not any("error" in row for row in rows),
            "times": 1,
            "status": 200,
            "json": {
                "total": len(rows),
                "succeeded": sum("error" not in row for row in rows),
                "failed": sum("error" in row for row in rows),
                "results": rows,
            },
        },
        "the server returned values in another style",
    )
    for rows in _PREPARED_ROWS
)
"""IDs in any format, times in any zone and order, different reasons: the page states only that rows have them."""


def judge_unreachable(call: ObservedCall) -> Iterator[Violation]:
    """Judge a call to an address where no server listens."""
    if isinstance(call.outcome, Raised):
        yield from judge_name(call, call.outcome)
    if not (isinstance(call.outcome, Raised) and call.outcome.is_a(*NETWORK_ERRORS)):
        message = f"no server is listening, and {format_outcome(call)}; expected NetworkError"
        yield Violation(NET_REFUSED.id, message, call.number, ("answer",))


def judge_name(call: ObservedCall, raised: Raised) -> Iterator[Violation]:
    """Judge the name of the class that reports a network failure."""
    if not raised.is_a("NetworkError"):
        message = f"the client raised {raised.kind}; the page documents a class named NetworkError"
        yield Violation(NET_NAME.id, message, call.number, ("answer",))


def timeouts(depth: Depth) -> tuple[Scenario, ...]:
    """Silence, permanent and once, before and after the commit; twice on one client, whose next call succeeds."""
    twice = Scenario((*(Call((message(n),), trouble=TIMEOUTS[0]) for n in range(2)), Call((message(2),))))
    return (
        *in_turn(TIMEOUTS if depth == "deep" else (TIMEOUTS[1], TIMEOUTS[2], TIMEOUTS[4])),
        *([] if depth == "quick" else [twice]),
    )


def lost(depth: Depth) -> tuple[Scenario, ...]:
    """Lost connections, also for batches that a client may split."""
    return (*in_turn(LOST), *map(in_part, LOST[:: 1 if depth == "deep" else 4]))


def prepared_rows(_: Depth) -> tuple[Scenario, ...]:
    """Rows that differ from the fake's own."""
    return tuple(Scenario((Call(several(len(each.rows or ())), trouble=each),)) for each in PREPARED)


def unreachable(_: Depth) -> tuple[Scenario, ...]:
    """No server is listening."""
    return (
        Scenario((Open(at="nobody"), Call((message(0),)))),
        Scenario((Open(at="nobody"), Call(several(60)))),
        Scenario((Open(at="nobody"), Call((message(0),)), Call((message(1),)))),
    )


_FAULTS: Final[frozenset[Capability]] = frozenset({"faults", "truth"})

CHECKS = (
    Check("no server", (NET_REFUSED, NET_NAME), unreachable),
    Check("timeouts", (NET_TIMEOUT,), timeouts, needs=_FAULTS, also=(ONCE, TRUE)),
    Check("lost connections", (NET_LOST, NET_NAME, TRUE), lost, needs=_FAULTS, also=(SEND_ONLY, RES_CALLS)),
    Check("garbled answers", (NET_GARBLED, TRUE), lambda _: in_turn((*GARBLED, *HOLLOW)), needs=_FAULTS),
    Check(
        "answers in another style",
        (),
        prepared_rows,
        needs=_FAULTS | {"journal"},
        dialect="documented",
        also=(RES_SUCCESS, RES_ORDER, RES_FAILURE, RES_ROWS, RES_TIME),
    ),
)
