"""Each row of an answer reports the outcome of its own message."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

from synap_contracts.clauses.clause import ACCEPTED, PARAMETERS, RETURNS, must
from synap_contracts.observation.violation import Violation, format_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.observation.comparison import Comparison, Stored
    from synap_contracts.observation.facts import CallFacts
    from synap_contracts.observation.observed import ObservedCall
    from synap_contracts.scenarios.model import Json

ACCEPT = must(
    "ACCEPT",
    "documented",
    PARAMETERS,
    "A batch whose every entry follows the parameter list returns an answer when nothing goes wrong, and all messages "
    "succeed.",
    ordinary=True,
)
RES_ORDER = must(
    "RES-ORDER",
    "documented",
    f"{RETURNS} (in submission order)",
    "Row i reports the outcome of message i: in the recorded data, its message_id identifies that message.",
    ordinary=True,
)
RES_SUCCESS = must(
    "RES-SUCCESS",
    "documented",
    RETURNS,
    "A successful row has the server's message_id and the server's recorded_at, and no error.",
    ordinary=True,
)
RES_FAILURE = must("RES-FAILURE", "documented", RETURNS, "A failed row has an error, and no message_id.")
RES_UNIQUE = must(
    "RES-UNIQUE",
    "derived",
    f"{RETURNS} (message_id identifies a message)",
    "No message_id appears twice.",
    ordinary=True,
)
RES_TIME = must(
    "RES-TIME",
    "documented",
    "record_message page, Returns",
    "recorded_at is a date-time with a time zone.",
    ordinary=True,
)
RES_CALLS = must(
    "RES-CALLS",
    "derived",
    f"{RETURNS} (messages submitted)",
    "An answer describes only its own call, regardless of earlier or concurrent calls.",
)
TRUE = must(
    "TRUE",
    "derived",
    ACCEPTED,
    "Every message whose row reports success is recorded, and a call that returns omits no message.",
    ordinary=True,
)


def is_failed(row: Json) -> bool:
    """Return whether a row reports a failure. Null counts as absent, and false next to an ID as a flag."""
    if not isinstance(row, dict) or row.get("error") is None:
        return False
    return bool(row["error"]) or row.get("message_id") is None


def rows_of(answer: Json) -> list[Json] | None:
    """Return the rows of an answer, or None if it has no list of results."""
    rows = answer.get("results") if isinstance(answer, dict) else None
    return rows if isinstance(rows, list) else None


def complete_rows(call: ObservedCall, answer: Json) -> list[Json]:
    """Return the rows of an answer that has one per message, or an empty list."""
    rows = rows_of(answer) or []
    return rows if len(rows) == len(call.messages) else []


def claimed_successes(answer: Json) -> int:
    """Return how many messages an answer reports as accepted."""
    if not isinstance(answer, dict):
        return 0
    succeeded = answer.get("succeeded")
    successful = [row for row in rows_of(answer) or () if isinstance(row, dict) and not is_failed(row)]
    return max(len(successful), succeeded if isinstance(succeeded, int) and not isinstance(succeeded, bool) else 0)


def is_about_format(violation: Violation) -> bool:
    """Return whether a violation is about the format or the time of rows, not about what is recorded or omitted."""
    next_to_the_id = all(path.endswith((".recorded_at", ".error")) for path in violation.paths)
    about_success = violation.clause == RES_SUCCESS.id and next_to_the_id
    return about_success or violation.clause in {RES_TIME.id, RES_FAILURE.id}


def judge_rows(call: ObservedCall, rows: list[Json], facts: CallFacts) -> Iterator[Violation]:
    """Judge each row without its message."""
    for index, row in enumerate(rows):
        judge = _judge_failed_row if is_failed(row) else _judge_successful_row
        yield from judge(call.number, index, row, facts)
    ids = Counter(id_ for row in rows if isinstance(id_ := row.get("message_id"), str))
    for id_ in (id_ for id_, times in ids.items() if times > 1):
        places = [index for index, row in enumerate(rows) if row.get("message_id") == id_]
        yield Violation(
            RES_UNIQUE.id,
            f"results[{places[0]}] and results[{places[1]}] have the same message_id {format_value(id_)}",
            call.number,
            tuple(f"answer.results[{index}].message_id" for index in places),
        )


def _judge_successful_row(number: int, index: int, row: Json, facts: CallFacts) -> Iterator[Violation]:
    path = f"answer.results[{index}]"
    id_ = row.get("message_id")
    stored = facts.stored(id_)
    if id_ is None:
        clause = RES_FAILURE if index in facts.rejected else RES_SUCCESS
        yield Violation(clause.id, f"results[{index}] has neither message_id nor error", number, (path,))
    elif stored is None:
        message = f"results[{index}].message_id is {format_value(id_)}, which the server never issued"
        yield Violation(RES_SUCCESS.id, message, number, (f"{path}.message_id",))
    elif id_ in facts.earlier_ids:
        whose = "a row of an earlier client" if facts.is_foreign(stored) else "which the server issued before this call"
        message = f"results[{index}].message_id is {format_value(id_)}, {whose}"
        yield Violation(RES_CALLS.id, message, number, (f"{path}.message_id",))
    if row.get("error") is not None:
        yield Violation(RES_SUCCESS.id, f"results[{index}] succeeded, but has an error", number, (f"{path}.error",))
    if id_ is not None or row.get("recorded_at") is not None:
        yield from _judge_time(number, index, row.get("recorded_at"), stored)


def _judge_time(number: int, index: int, recorded_at: Json, stored: Stored | None) -> Iterator[Violation]:
    paths = (f"answer.results[{index}].recorded_at",)
    value = f"results[{index}].recorded_at is {format_value(recorded_at)}"
    time = parse_time(recorded_at)
    if time is None:
        clause = RES_SUCCESS if recorded_at is None else RES_TIME
        yield Violation(clause.id, f"{value}; expected an ISO 8601 date-time with a time zone", number, paths)
    elif stored is not None and not same_time(time, parse_time(stored.record.recorded_at)):
        message = f"{value}; the server returned {format_value(stored.record.recorded_at)}"
        yield Violation(RES_SUCCESS.id, message, number, paths)


def parse_time(value: Json) -> dt.datetime | None:
    """Return a date-time with a time zone, or None."""
    if not isinstance(value, str):
        return None
    try:
        time = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return time if time.tzinfo is not None and len(value) > len("2026-01-01") else None


def same_time(left: dt.datetime | None, right: dt.datetime | None) -> bool:
    """Return whether two times are equal to the millisecond."""
    return left is not None and right is not None and abs(left - right) < dt.timedelta(milliseconds=1)


def _judge_failed_row(number: int, index: int, row: Json, facts: CallFacts) -> Iterator[Violation]:
    path = f"answer.results[{index}]"
    error = f"results[{index}].error is {format_value(row['error'])}"
    if row.get("message_id") is not None:
        message = f"results[{index}] has both an error and a message_id"
        yield Violation(RES_FAILURE.id, message, number, (f"{path}.message_id", f"{path}.error"))
    if row["error"] in ("", False, [], {}):
        yield Violation(RES_FAILURE.id, f"{error}, which states no reason", number, (path,))
    elif index in facts.rejected and facts.reason and facts.reason not in str(row["error"]):
        message = f"{error}; the server returned {format_value(facts.reason)}"
        yield Violation(RES_FAILURE.id, message, number, (f"{path}.error",))


def judge_outcomes(call: ObservedCall, rows: list[Json], facts: CallFacts) -> Iterator[Violation]:
    """Judge whether row i reports the outcome of message i, in an answer that has one row per message."""
    comparison = facts.comparison
    owners = {stored.record.message_id: key for key, stored in comparison.matched.items()}
    reported = {row["message_id"] for row in rows if not is_failed(row) and isinstance(row.get("message_id"), str)}
    for index, row in enumerate(rows):
        if is_failed(row):
            yield from _judge_reported_failure(call, index, reported, facts)
            continue
        stored = facts.stored(row.get("message_id"))
        own = comparison.matched.get((call.number, index))
        if stored is not None and (own is None or not _is_about(comparison, call.messages[index], stored, own)):
            yield from _judge_other_message(call, index, stored, owners, facts)
        if own is None and (stored is not None or row.get("message_id") is not None):
            owner, place = owners.get(row.get("message_id"), (None, None))
            message = f"the client reported success for messages[{index}], which the server did not record"
            if owner == call.number:
                message += f": the message_id in its row is that of messages[{place}]"
            yield Violation(TRUE.id, message, call.number, (f"messages[{index}]", f"answer.results[{index}]"))


def _judge_other_message(
    call: ObservedCall, index: int, stored: Stored, owners: dict[Json, tuple[int, int]], facts: CallFacts
) -> Iterator[Violation]:
    """Judge a row whose message_id belongs to another message."""
    paths = (f"answer.results[{index}].message_id", f"messages[{index}]")
    id_ = stored.record.message_id
    likeness = facts.comparison.likeness(stored.record.entry)
    same = (n for n, entry in enumerate(call.messages) if facts.comparison.likeness(entry) == likeness)
    equal = next(same, None)
    owner, place = owners.get(id_, (call.number, equal))
    if id_ in facts.earlier_ids or (owner, place) == (call.number, index):
        return  # judge_rows reports the first; the second is the right message in another conversation
    if owner != call.number or (equal is None and likeness in facts.concurrent):
        yield Violation(RES_CALLS.id, f"results[{index}] is a message of a concurrent call", call.number, paths)
    elif place is not None:
        yield Violation(RES_ORDER.id, f"results[{index}] is messages[{place}]", call.number, paths)
    else:
        yield Violation(RES_ORDER.id, f"results[{index}] is a message that was not submitted", call.number, paths)


def _is_about(comparison: Comparison, entry: Json, stored: Stored, own: Stored) -> bool:
    """Return whether a recorded message is the submitted one or an equal one."""
    if stored.record.message_id == own.record.message_id:
        return True
    # Two messages can become equal when they are changed, or differ only in what is changed.
    recorded = stored.record.entry
    alike = {comparison.likeness(entry), comparison.likeness(own.record.entry)}
    equal = comparison.likeness(recorded) in alike or comparison.differ_only_in_changes(recorded, entry)
    return stored.place == own.place and equal


def _judge_reported_failure(
    call: ObservedCall, index: int, reported: set[str], facts: CallFacts
) -> Iterator[Violation]:
    own = facts.comparison.matched.get((call.number, index))
    claim = f"results[{index}] reports that messages[{index}] failed"
    paths = (f"messages[{index}]", f"answer.results[{index}]")
    if own is not None and own.record.message_id not in reported:
        clause = RES_ORDER if facts.rejected else ACCEPT
        yield Violation(clause.id, f"{claim}, but the server recorded it", call.number, paths, contradicted=True)
    elif own is None and index not in facts.rejected:
        clause = TRUE if facts.rejected else ACCEPT
        yield Violation(clause.id, f"{claim}, but the server did not reject it", call.number, paths)
