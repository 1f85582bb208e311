"""What the caller was told against what is true."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synap_contracts.observation.finding import Finding, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.observation.comparison import Comparison, Placed
    from synap_contracts.observation.observed import CallSeen

Json = Any


@dataclass(frozen=True)
class Known:
    """What the oracle knows when it reads an answer.

    Args:
        comparison: What the calls of this step recorded.
        by_id: Every recorded message by its id, now.
        earlier: The ids that were there before.
        refused: Indexes of entries that the server was to refuse.
        reason: The text that the server was told to refuse them with, or None.
        beside: The likenesses of the messages of calls that run beside this one.
    """

    comparison: Comparison
    by_id: dict[str, Placed]
    earlier: frozenset[str]
    refused: frozenset[int]
    reason: str | None = None
    beside: frozenset[str] = frozenset()


def instant(value: Json) -> dt.datetime | None:
    """A date-time with a zone, or None."""
    if not isinstance(value, str):
        return None
    try:
        read = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return read if read.tzinfo is not None and len(value) > len("2026-01-01") else None


def failed_row(row: Json) -> bool:
    """Whether a row says that its message failed; null counts as absent, and false beside an id as a flag."""
    if not isinstance(row, dict) or row.get("error") is None:
        return False
    return bool(row["error"]) or row.get("message_id") is None


def claims(answer: Json) -> int:
    """How many messages an answer says were accepted."""
    if not isinstance(answer, dict):
        return 0
    rows = answer.get("results")
    said = answer.get("succeeded")
    claimed = [row for row in rows if isinstance(row, dict) and not failed_row(row)] if isinstance(rows, list) else []
    return max(len(claimed), said if isinstance(said, int) and not isinstance(said, bool) else 0)


def read(seen: CallSeen, answer: Json, known: Known) -> Iterator[Finding]:
    """Everything that is wrong with an answer."""
    number, submitted = seen.number, len(seen.messages)
    if not isinstance(answer, dict):
        yield Finding(
            "RES-ROWS", f"your client returned {shown(answer)}, which is no batch result", number, ("answer",)
        )
        return
    rows = answer.get("results")
    if not isinstance(rows, list):
        yield Finding(
            "RES-ROWS",
            f"results is {shown(rows)}; it has to be a list with one row per submitted message",
            number,
            ("answer.results",),
        )
        yield from _counts(number, submitted, answer, None)
        return
    for index, row in enumerate(rows):
        if not isinstance(row, dict) and index not in known.refused:
            at = f"answer.results[{index}]"
            yield Finding("RES-ROWS", f"results[{index}] is {shown(row)}, which is no row", number, (at,))
    rows = [row if isinstance(row, dict) else {} for row in rows]
    yield from _counts(number, submitted, answer, rows)
    if len(rows) != submitted:
        yield Finding(
            "RES-ROWS",
            f"{_several(submitted, 'message')} submitted, and results has {_several(len(rows), 'row')}",
            number,
            ("answer.results",),
        )
    yield from _each_row(number, rows, known)
    if len(rows) == submitted:
        yield from _fates(seen, rows, known)


def formal(finding: Finding) -> bool:
    """Whether a finding is about the shape or the time of rows, and not about what is recorded or was left out."""
    beside_the_id = all(mark.endswith((".recorded_at", ".error")) for mark in finding.marks)
    return finding.clause in {"RES-TIME", "RES-FAILURE"} or (finding.clause == "RES-SUCCESS" and beside_the_id)


def _several(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _counts(number: int, submitted: int, answer: Json, rows: list[Json] | None) -> Iterator[Finding]:
    total, succeeded, failed = (answer.get(name) for name in ("total", "succeeded", "failed"))
    if not _number(total) or total != submitted:
        yield Finding(
            "RES-TOTAL",
            f"{_several(submitted, 'message')} submitted, and total is {shown(total)}",
            number,
            ("answer.total",),
        )
    if not _number(succeeded) or not _number(failed):
        yield Finding(
            "RES-COUNTS",
            f"succeeded is {shown(succeeded)} and failed is {shown(failed)}; both have to be numbers of messages",
            number,
            ("answer.succeeded", "answer.failed"),
        )
        return
    if rows is not None:
        good, bad = (
            sum(row.get("message_id") is not None and not failed_row(row) for row in rows),
            sum(map(failed_row, rows)),
        )
        vague = len(rows) - good - bad  # such a row is told of by itself
        for name, told, seen in (("succeeded", succeeded, good), ("failed", failed, bad)):
            if not seen <= told <= seen + vague:
                yield Finding(
                    "RES-COUNTS",
                    f"{name} is {shown(told)}, and results has {_several(seen, 'row')} that {name}",
                    number,
                    (f"answer.{name}", "answer.results"),
                )
    if _number(total) and succeeded + failed != total:
        yield Finding(
            "RES-COUNTS",
            f"succeeded {shown(succeeded)} and failed {shown(failed)} don't add up to total {shown(total)}",
            number,
            ("answer.succeeded", "answer.failed", "answer.total"),
        )


def _each_row(number: int, rows: list[Json], known: Known) -> Iterator[Finding]:
    """What can be said of a row alone, whatever message it is about."""
    for index, row in enumerate(rows):
        yield from (_failed if failed_row(row) else _succeeded)(number, index, row, known)
    ids = Counter(id_ for row in rows if isinstance(id_ := row.get("message_id"), str))
    for id_, times in ids.items():
        if times > 1:
            where = [index for index, row in enumerate(rows) if row.get("message_id") == id_]
            yield Finding(
                "RES-UNIQUE",
                f"message_id {shown(id_)} stands in results[{where[0]}] and results[{where[1]}]",
                number,
                tuple(f"answer.results[{index}].message_id" for index in where),
            )


def _succeeded(number: int, index: int, row: Json, known: Known) -> Iterator[Finding]:
    at = f"answer.results[{index}]"
    id_ = row.get("message_id")
    placed = known.by_id.get(id_) if isinstance(id_, str) else None
    if id_ is None:
        clause = "RES-FAILURE" if index in known.refused else "RES-SUCCESS"
        yield Finding(clause, f"results[{index}] has neither message_id nor error", number, (at,))
    elif placed is None:
        yield Finding(
            "RES-SUCCESS",
            f"results[{index}].message_id is {shown(id_)}, and the server never gave out that id",
            number,
            (f"{at}.message_id",),
        )
    elif id_ in known.earlier:
        yield Finding(
            "RES-CALLS",
            f"results[{index}].message_id is {shown(id_)}, which the server gave out before this call",
            number,
            (f"{at}.message_id",),
        )
    if row.get("error") is not None:
        yield Finding("RES-SUCCESS", f"results[{index}] succeeded, and has an error too", number, (f"{at}.error",))
    if id_ is not None or row.get("recorded_at") is not None:
        yield from _time(number, index, row.get("recorded_at"), placed)


def _time(number: int, index: int, recorded_at: Json, placed: Placed | None) -> Iterator[Finding]:
    at = (f"answer.results[{index}].recorded_at",)
    told = instant(recorded_at)
    if told is None:
        yield Finding(
            "RES-SUCCESS" if recorded_at is None else "RES-TIME",
            f"results[{index}].recorded_at is {shown(recorded_at)}; it has to be an ISO 8601 date-time with a zone",
            number,
            at,
        )
    elif placed is not None and not same_instant(told, instant(placed.record.recorded_at)):
        yield Finding(
            "RES-SUCCESS",
            f"results[{index}].recorded_at is {shown(recorded_at)}, and the server said "
            f"{shown(placed.record.recorded_at)}",
            number,
            at,
        )


def same_instant(left: dt.datetime | None, right: dt.datetime | None) -> bool:
    """Whether two times are one, to the millisecond."""
    return left is not None and right is not None and abs(left - right) < dt.timedelta(milliseconds=1)


def _failed(number: int, index: int, row: Json, known: Known) -> Iterator[Finding]:
    at = f"answer.results[{index}]"
    if row.get("message_id") is not None:
        yield Finding(
            "RES-FAILURE",
            f"results[{index}] has an error and a message_id too",
            number,
            (f"{at}.message_id", f"{at}.error"),
        )
    if row["error"] in ("", False, [], {}):
        yield Finding("RES-FAILURE", f"results[{index}].error is {shown(row['error'])}; it says nothing", number, (at,))
    elif index in known.refused and known.reason and known.reason not in str(row["error"]):
        yield Finding(
            "RES-FAILURE",
            f"results[{index}].error is {shown(row['error'])}, and the server said {shown(known.reason)}",
            number,
            (f"{at}.error",),
        )


def _fates(seen: CallSeen, rows: list[Json], known: Known) -> Iterator[Finding]:
    """Whether row i tells the fate of message i."""
    comparison = known.comparison
    owner = {placed.record.message_id: key for key, placed in comparison.kept.items()}
    told = {row["message_id"] for row in rows if not failed_row(row) and isinstance(row.get("message_id"), str)}
    for index, row in enumerate(rows):
        if failed_row(row):
            yield from _told_failed(seen, index, told, known)
            continue
        id_ = row.get("message_id")
        placed = known.by_id.get(id_) if isinstance(id_, str) else None
        own = comparison.kept.get((seen.number, index))
        at = f"answer.results[{index}]"
        if placed is None:
            if own is None and id_ is not None:
                yield Finding(
                    "TRUE",
                    f"your client told success for messages[{index}], and the server has nothing",
                    seen.number,
                    (f"messages[{index}]", at),
                )
            continue
        if own is None or not _about(comparison, seen.messages[index], placed, own):
            yield from _anothers(seen, index, placed, owner, known)
        if own is None:
            yield Finding(
                "TRUE",
                f"your client told success for messages[{index}], and the server has nothing",
                seen.number,
                (f"messages[{index}]", at),
            )


def _anothers(
    seen: CallSeen, index: int, placed: Placed, owner: dict[Json, tuple[int, int]], known: Known
) -> Iterator[Finding]:
    """A row whose id is that of another message."""
    at = (f"answer.results[{index}].message_id", f"messages[{index}]")
    id_ = placed.record.message_id
    alike = known.comparison.likeness(placed.record.entry)
    whose = next((n for n, entry in enumerate(seen.messages) if known.comparison.likeness(entry) == alike), None)
    call, place = owner.get(id_, (seen.number, whose))
    if id_ in known.earlier or (call, place) == (seen.number, index):
        return  # told by the row itself, or its own message in another conversation: that is told where it lies
    if call != seen.number or (whose is None and alike in known.beside):
        yield Finding("RES-CALLS", f"results[{index}] is a message of another call that ran beside it", seen.number, at)
    elif place is not None:
        yield Finding("RES-ORDER", f"results[{index}] is messages[{place}]", seen.number, at)
    else:
        yield Finding("RES-ORDER", f"results[{index}] is a message that you did not send", seen.number, at)


def _about(comparison: Comparison, entry: Json, placed: Placed, own: Placed) -> bool:
    """Whether a recorded message is the one that was asked, or one equal to it."""
    if placed.record.message_id == own.record.message_id:
        return True
    alike = {comparison.likeness(entry), comparison.likeness(own.record.entry)}  # what was changed may be alike, too
    return placed.place == own.place and comparison.likeness(placed.record.entry) in alike


def _told_failed(seen: CallSeen, index: int, told: set[str], known: Known) -> Iterator[Finding]:
    own = known.comparison.kept.get((seen.number, index))
    at = (f"messages[{index}]", f"answer.results[{index}]")
    if own is not None and own.record.message_id not in told:
        yield Finding(
            "RES-ORDER" if known.refused else "ACCEPT",
            f"results[{index}] says that messages[{index}] failed, and the server recorded it",
            seen.number,
            at,
        )
    elif own is None and index not in known.refused:
        yield Finding(
            "TRUE" if known.refused else "ACCEPT",
            f"results[{index}] says that messages[{index}] failed, and the server never refused it",
            seen.number,
            at,
        )
