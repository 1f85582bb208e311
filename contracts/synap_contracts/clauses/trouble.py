"""What must come out when something goes wrong on the way."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.answers import claims, failed_row, formal, read
from synap_contracts.client.protocol import NETWORK_ERRORS, Hung, Raised, Returned
from synap_contracts.observation.finding import Finding, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.clauses.answers import Known
    from synap_contracts.observation.observed import CallSeen

_SAYS_SO: Final = re.compile(r"rate.?limit|too many|throttl|\b429\b|quota", re.IGNORECASE)
_EARLY: Final = 0.15
"""Seconds that a retry may seem too early: the journal's times are those of the answers."""

TOO_MANY: Final = 429
CREATED: Final = (201, 202)

TOLD_AS: Final = {
    "NET-TIMEOUT": "NetworkError",
    "NET-LOST": "NetworkError",
    "AUTH-FORBIDDEN": "AuthenticationError",
}


_TO_BE_RAISED: Final = frozenset({*TOLD_AS, "RATE-LIMIT", "SERVER-ERROR", "NET-GARBLED"})
"""Where the caller gets either an error or a whole answer: half an answer is told of once."""


def unreachable(seen: CallSeen) -> Iterator[Finding]:
    """Nobody listens where the client was sent."""
    match seen.told:
        case Raised() as raised if raised.is_a(*NETWORK_ERRORS):
            yield from _named(seen, raised)
        case _:
            if isinstance(seen.told, Raised):
                yield from _named(seen, seen.told)
            yield Finding(
                "NET-REFUSED",
                f"nobody listens, and {told(seen)}; it has to raise NetworkError",
                seen.number,
                ("answer",),
            )


def _named(seen: CallSeen, raised: Raised) -> Iterator[Finding]:
    if not raised.is_a("NetworkError"):
        yield Finding(
            "NET-NAME",
            f"your client raised {raised.kind}; the page names the class NetworkError",
            seen.number,
            ("answer",),
        )


def judged(seen: CallSeen, known: Known, overheard: tuple[tuple[str, str, str], ...]) -> Iterator[Finding]:
    """A call that met trouble."""
    trouble = seen.trouble
    if trouble is None:
        return
    match seen.told:
        case Hung():
            if seen.settable:
                yield Finding(trouble.clause, f"{trouble.named}, and {told(seen)}", seen.number, ("answer",))
        case Raised() as raised:
            yield from _raised(seen, raised)
        case Returned(answer=answer):
            if trouble.clause in {"AUTH-FORBIDDEN", "REFUSALS"}:
                yield Finding(
                    trouble.clause,
                    f"{trouble.named}, and {told(seen)}; it has to raise an error",
                    seen.number,
                    ("answer",),
                )
            elif trouble.clause != "REDIRECT" or claims(answer):
                yield from _returned(seen, known)
    yield from _repeated(seen)
    if trouble.clause == "REDIRECT" and overheard:
        _, headers, body = overheard[0]
        what = "the key" if "authorization" in headers.lower() else "the messages" if body else ""
        if what:
            yield Finding("REDIRECT", f"{trouble.named}, and your client sent {what} there", seen.number)


def _raised(seen: CallSeen, raised: Raised) -> Iterator[Finding]:
    trouble = seen.trouble
    assert trouble is not None  # noqa: S101 - the caller asked
    wanted = TOLD_AS.get(trouble.clause)
    accepted = NETWORK_ERRORS if wanted == "NetworkError" else {wanted}
    if wanted and not raised.is_a(*(name for name in accepted if name)):
        yield Finding(
            trouble.clause, f"{trouble.named}, and {told(seen)}; it has to raise {wanted}", seen.number, ("answer",)
        )
    if wanted == "NetworkError":
        yield from _named(seen, raised)
    named = _SAYS_SO.search(" ".join((raised.kind, *raised.names)))
    elsewise = raised.is_a("InvalidInputError", "AuthenticationError")
    said_so = named or (not elsewise and (_SAYS_SO.search(raised.text) or raised.status == TOO_MANY))
    if trouble.clause == "RATE-LIMIT" and not said_so:
        yield Finding(
            "RATE-LIMIT", f"{trouble.named}, and {told(seen)}, which does not say so", seen.number, ("answer",)
        )


def _returned(seen: CallSeen, known: Known) -> Iterator[Finding]:
    """A call that returned all the same: its answer has to be true."""
    trouble = seen.trouble
    assert trouble is not None  # noqa: S101 - as above
    assert isinstance(seen.told, Returned)  # noqa: S101 - as above
    answer = seen.told.answer
    if trouble.clause == "NET-GARBLED" and not claims(answer):
        return
    rows = answer.get("results") if isinstance(answer, dict) else None
    whole = rows if isinstance(rows, list) and len(rows) == len(seen.messages) else []
    half = trouble.clause in _TO_BE_RAISED and len(whole) != len(seen.messages)
    if half:
        sentence = f"{trouble.named}, and {told(seen)}; it has to raise an error"
        findings = [Finding(trouble.clause, sentence, seen.number, ("answer",))]
    else:
        findings = list(read(seen, answer, known))
    if whole and not all(map(failed_row, whole)):
        # Sent in parts, one of which failed: a row that says so is true.
        findings = [each for each in findings if each.clause != "ACCEPT" or "recorded it" in each.sentence]
    lost = [each.index for each in known.comparison.lost if each.call == seen.number]
    silent = [index for index in lost if not (whole and failed_row(whole[index]))]
    if silent:
        findings.append(
            Finding(
                "TRUE",
                f"{trouble.named}, your client returned, and the server has no messages[{silent[0]}]",
                seen.number,
                tuple(f"messages[{index}]" for index in silent),
            )
        )
    yield from (each for each in findings if each.clause != "ACCEPT")
    untrue = [each for each in findings if not formal(each)]
    if untrue and not half and trouble.clause not in {"ONCE", "TRUE", "AUTH-SECRET", "RATE-WAIT"}:
        yield Finding(trouble.clause, f"{trouble.named}, and {untrue[0].sentence}", seen.number, untrue[0].marks)


def _repeated(seen: CallSeen) -> Iterator[Finding]:
    """What was sent again, and when."""
    trouble = seen.trouble
    assert trouble is not None  # noqa: S101 - as above
    if len({request.body for request in seen.requests}) != 1 or len(seen.requests) == 1:
        return
    times = len(seen.requests)
    if trouble.clause == "REFUSALS" or (trouble.clause == "REDIRECT" and trouble.fault.get("status") in CREATED):
        yield Finding(
            trouble.clause, f"{trouble.named}, and your client sent the same request {times} times", seen.number
        )
    waited = trouble.fault.get("retry_after")
    if trouble.clause == "RATE-WAIT" and waited:
        for first, then in pairwise(seen.requests):
            gap = (then.at - first.at) / dt.timedelta(seconds=1)
            if first.status == TOO_MANY and gap < waited - _EARLY:
                yield Finding(
                    "RATE-WAIT", f"{trouble.named}, and your client tried again after {gap:.1f} s", seen.number
                )
                return
