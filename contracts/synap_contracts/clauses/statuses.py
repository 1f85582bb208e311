"""HTTP statuses other than 200, and what a client sends again after them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from synap_contracts.clauses.clause import ACCEPTED, OWN_CHOICE, Check, Depth, must, should
from synap_contracts.clauses.connection import GARBLED, LOST
from synap_contracts.clauses.rows import ACCEPT, RES_ORDER, TRUE
from synap_contracts.clauses.sending import ONCE, SEND_ORDER
from synap_contracts.observation.violation import Violation
from synap_contracts.scenarios.messages import message, several
from synap_contracts.scenarios.model import Call, Scenario, Trouble, one
from synap_contracts.scenarios.troubles import in_part, in_turn, trouble, variants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.observation.observed import ObservedCall
    from synap_contracts.server.server import Capability

RATE_LIMIT = must(
    "RATE-LIMIT",
    "derived",
    "errors page (RATE_LIMITED)",
    "429: an error that reports it or, after waiting, a true answer.",
)
RATE_WAIT = should(
    "RATE-WAIT",
    "documented",
    "errors page (RATE_LIMITED, Retry-After)",
    "A retry after 429 is not sent before Retry-After has elapsed.",
)
SERVER_ERROR = must(
    "SERVER-ERROR",
    "derived",
    ACCEPTED,
    "500, 502, 503, 504: an error or, after a retry, a true answer.",
)
REFUSALS = should(
    "REFUSALS",
    "sdk",
    "SDK releases",
    "402, 409, 413, 418, 422: an immediate error, without a retry storm.",
)
REDIRECT = should(
    "REDIRECT",
    "assumed",
    OWN_CHOICE,
    "3xx to another origin: neither the key nor the messages are sent there. 201 and 202: the batch is not sent again.",
)

TOO_MANY: Final = 429
_CREATED: Final = (201, 202)
_TOLERANCE_S: Final = 0.15
"""How much too early a retry may seem: the times in the journal are those of the responses."""

SERVER_ERRORS: Final = tuple(
    made
    for status in (500, 502, 503, 504)
    for made in variants(SERVER_ERROR.id, "ServerError", f"the server returned {status}", status=status)
)
RATE_LIMITS: Final = (
    trouble(RATE_LIMIT.id, "RateLimited", "the server returned 429", times=1, retry_after=1),
    trouble(RATE_LIMIT.id, "RateLimited", "the server returned 429", times=None, retry_after=0),
)
RESENT: Final = (
    *(
        trouble(ONCE.id, "ServerError", f"the server returned {status}", after=True, status=status)
        for status in (520, 505, 501, 507, 522, 524, 529, 599)
    ),
    trouble(ONCE.id, "Respond", "the server returned 408", after=True, status=408, json={"detail": "slow"}),
    trouble(
        ONCE.id,
        "Respond",
        "the server returned 503 with Retry-After: 0",
        after=True,
        status=503,
        headers={"Retry-After": "0"},
        json={"detail": "later"},
    ),
)
"""Responses after which some libraries send again by default."""
REFUSED: Final = (
    trouble(REFUSALS.id, "InsufficientCredits", "the server returned 402", times=None),
    trouble(REFUSALS.id, "Conflict", "the server returned 409", times=None),
    trouble(REFUSALS.id, "Respond", "the server returned 413", times=None, status=413, json={"detail": "too large"}),
    trouble(REFUSALS.id, "Respond", "the server returned 418", times=None, status=418, json={"detail": "a teapot"}),
    trouble(REFUSALS.id, "Respond", "the server returned 422", times=None, status=422, json={"detail": []}),
)


def redirect(status: int) -> Trouble:
    """Return a redirect to another origin."""
    return trouble(
        REDIRECT.id,
        "Respond",
        f"the server returned {status} with the address of another origin",
        times=None,
        status=status,
        headers={"Location": "$bystander/v1/conversations/messages/batch"},
        json={"detail": "moved"},
    )


def created(status: int, *, after: bool) -> Trouble:
    """Return a success that is not the documented one."""
    return trouble(
        REDIRECT.id, "Respond", f"the server returned {status}", after=after, times=None, status=status, json={}
    )


REDIRECTS: Final = (
    *map(redirect, (301, 302, 303, 307, 308)),
    *(created(status, after=after) for status in (201, 202) for after in (False, True)),
)


def judge_requests(call: ObservedCall) -> Iterator[Violation]:
    """Judge what was sent again, and when."""
    trouble = call.trouble
    if trouble is None or len({request.body for request in call.requests}) != 1 or len(call.requests) == 1:
        return
    created = trouble.clause == REDIRECT.id and trouble.fault.get("status") in _CREATED
    if trouble.clause == REFUSALS.id or created:
        message = f"{trouble.named}, and the client sent the same request {len(call.requests)} times"
        yield Violation(trouble.clause, message, call.number)
    wait = trouble.fault.get("retry_after")
    if trouble.clause == RATE_WAIT.id and wait:
        for first, second in pairwise(call.requests):
            gap = (second.at - first.at) / dt.timedelta(seconds=1)
            if first.status == TOO_MANY and gap < wait - _TOLERANCE_S:
                message = f"{trouble.named}, and the client tried again after {gap:.1f} s"
                yield Violation(RATE_WAIT.id, message, call.number)
                return


def judge_redirect(call: ObservedCall, elsewhere: tuple[tuple[str, str, str], ...]) -> Iterator[Violation]:
    """Judge what another origin received after a redirect."""
    if call.trouble is not None and call.trouble.clause == REDIRECT.id and elsewhere:
        _, headers, body = elsewhere[0]
        sent = "the key" if "authorization" in headers.lower() else "the messages" if body else ""
        if sent:
            yield Violation(REDIRECT.id, f"{call.trouble.named}, and the client sent {sent} there", call.number)


def once(depth: Depth) -> tuple[Scenario, ...]:
    """All failures after which a careless client sends recorded messages again."""
    resent = RESENT if depth != "quick" else (RESENT[0], *RESENT[-2:])
    troubles = [each for each in (*LOST, *SERVER_ERRORS, *GARBLED) if each.commits]
    first = in_turn(troubles if depth == "deep" else [each for each in troubles if each.fault["times"] == 1])
    again = [
        Scenario((Call(several(3), trouble=each), Call(several(2, 2)))) for each in troubles if each.fault["times"] == 1
    ]
    # The caller repeats a call whose answer was lost, or whose messages the server already has.
    same = Call((message(0),))
    repeated = [
        Scenario((replace(same, trouble=LOST[2]), same)),
        *(Scenario((same, replace(same, trouble=each))) for each in (LOST[0], SERVER_ERRORS[0], SERVER_ERRORS[2])),
    ]
    return (
        *first,
        *repeated,
        *in_turn(resent),
        *(again if depth == "deep" else again[::3]),
        *map(in_part, (SERVER_ERRORS[2], LOST[2])),
    )


def later(depth: Depth) -> tuple[Scenario, ...]:
    """Failures of a later request of a call: only a client that splits its batches sends one."""
    troubles = (*LOST, *SERVER_ERRORS, *RATE_LIMITS, GARBLED[0], GARBLED[2])
    chosen = (
        troubles
        if depth == "deep"
        else (LOST[0], LOST[1], LOST[2], LOST[6], *SERVER_ERRORS[:4], *RATE_LIMITS, *GARBLED[:1])
    )
    return tuple(in_part(replace(each, skips=skips)) for each in chosen for skips in (1, 2))


def slow(depth: Depth) -> tuple[Scenario, ...]:
    """A slow first response, which is in time: requests that are sent in the meantime overtake it."""
    late, later = (
        Trouble(SEND_ORDER.id, {"fault": "Latency", "seconds": seconds, "times": 1}, "the first response was slow")
        for seconds in (0.1, {"quick": 1.2, "default": 2.2, "deep": 4.0}[depth])
    )
    overtaken = tuple(Scenario((Call(several(count), trouble=late),)) for count in (12, 30, 60, 100))
    return (*overtaken, Scenario((Call((message(0),), trouble=later),)))


def rate_wait(depth: Depth) -> tuple[Scenario, ...]:
    """Waits of different length; the longest where the profile has the time."""
    waits = {
        "quick": ((1, 2), (3, 1)),
        "default": ((1, 2), (3, 1), (11, 1)),
        "deep": ((1, 2), (3, 2), (11, 1), (20, 1)),
    }[depth]
    troubles = [
        trouble(
            RATE_WAIT.id,
            "RateLimited",
            f"the server returned 429 with Retry-After: {wait}",
            times=times,
            retry_after=wait,
        )
        for wait, times in waits
    ]
    return tuple(one(message(0), trouble=replace(each, patient=True)) for each in troubles)


def rate_limits(_: Depth) -> tuple[Scenario, ...]:
    """429 for one message, and for the first part of many."""
    return (*in_turn(RATE_LIMITS), in_part(RATE_LIMITS[0]))


@st.composite
def failures(draw: st.DrawFn) -> Scenario:
    """Any failure that passes quickly, in any batch, with calls before and after."""
    each = draw(st.sampled_from((*LOST, *GARBLED, *SERVER_ERRORS)))
    count = draw(st.one_of(st.integers(1, 3), st.integers(1, 60)))
    before = [Call((message(100, 1),))] if draw(st.booleans()) else []
    return Scenario((*before, Call(several(count), trouble=each), Call((message(101),))))


_FAULTS: Final[frozenset[Capability]] = frozenset({"faults", "truth"})
_JOURNAL: Final[frozenset[Capability]] = _FAULTS | {"journal"}

CHECKS = (
    Check("server errors", (SERVER_ERROR, TRUE), lambda _: in_turn(SERVER_ERRORS), needs=_FAULTS),
    Check("rate limits", (RATE_LIMIT, ONCE), rate_limits, needs=_FAULTS, also=(SEND_ORDER,)),
    Check("failures of a later request", (TRUE, ONCE), later, needs=_FAULTS, also=(SEND_ORDER, RES_ORDER)),
    Check("a slow response", (), slow, needs=_FAULTS, also=(SEND_ORDER, RES_ORDER, ACCEPT, ONCE)),
    Check("sent again", (ONCE,), once, needs=_FAULTS),
    Check("refusals", (REFUSALS,), lambda _: in_turn(REFUSED), needs=_JOURNAL),
    Check("redirects", (REDIRECT,), lambda _: in_turn(REDIRECTS), needs=_JOURNAL),
    Check("failures of any kind", (ONCE, TRUE), drawn=failures(), needs=_FAULTS, share=1),
    Check("Retry-After", (RATE_WAIT,), rate_wait, needs=_JOURNAL),
)
