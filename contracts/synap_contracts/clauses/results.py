"""An answer summarizes its batch: total, counts, one row per message; a partial failure is an answer too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.clause import OWN_CHOICE, RETURNS, Check, Depth, must, should
from synap_contracts.clauses.inputs import IN_UUID
from synap_contracts.clauses.rows import (
    ACCEPT,
    RES_FAILURE,
    RES_ORDER,
    RES_SUCCESS,
    RES_TIME,
    TRUE,
    claimed_successes,
    complete_rows,
    is_failed,
    judge_outcomes,
    judge_rows,
    parse_time,
    rows_of,
    same_time,
)
from synap_contracts.client.protocol import Raised, Returned
from synap_contracts.observation.expected import canonical
from synap_contracts.observation.violation import Violation, format_outcome, format_value
from synap_contracts.scenarios import strategies
from synap_contracts.scenarios.messages import message, several
from synap_contracts.scenarios.model import Call, Scenario, one

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.observation.facts import CallFacts
    from synap_contracts.observation.observed import ObservedCall
    from synap_contracts.scenarios.model import Json
    from synap_contracts.server.server import Capability

RES_TOTAL = must("RES-TOTAL", "documented", RETURNS, "total is the number of messages submitted.", ordinary=True)
RES_COUNTS = must(
    "RES-COUNTS",
    "documented",
    RETURNS,
    "succeeded + failed = total, and each equals the number of its rows.",
    ordinary=True,
)
RES_ROWS = must("RES-ROWS", "documented", RETURNS, "There is one row per submitted message.", ordinary=True)
RES_PARTIAL = must(
    "RES-PARTIAL",
    "documented",
    f"{RETURNS} (failed, and rows with an error)",
    "An answer with failed rows is returned to the caller, not raised.",
)
RES_EMPTY = should(
    "RES-EMPTY",
    "assumed",
    OWN_CHOICE,
    "An empty batch returns zeros and no rows, or is rejected with InvalidInputError.",
)
DIALECT = should(
    "DIALECT",
    "sdk",
    "SDK 0.5.10 and later parse another format than the page documents",
    "If the server uses the observed dialect, the client still returns the documented answer.",
)


def judge_answer(call: ObservedCall, answer: Json, facts: CallFacts) -> Iterator[Violation]:
    """Judge everything about an answer."""
    number, submitted = call.number, len(call.messages)
    if not isinstance(answer, dict):
        message = f"the client returned {format_value(answer)}, which is not a batch result"
        yield Violation(RES_ROWS.id, message, number, ("answer",))
        return
    rows = answer.get("results")
    if not isinstance(rows, list):
        message = f"results is {format_value(rows)}; expected a list with one row per submitted message"
        yield Violation(RES_ROWS.id, message, number, ("answer.results",))
        yield from _judge_counts(number, submitted, answer, None)
        return
    for index, row in enumerate(rows):
        if not isinstance(row, dict) and index not in facts.rejected:
            message = f"results[{index}] is {format_value(row)}, which is not a row"
            yield Violation(RES_ROWS.id, message, number, (f"answer.results[{index}]",))
    rows = [row if isinstance(row, dict) else {} for row in rows]
    yield from _judge_counts(number, submitted, answer, rows)
    if len(rows) != submitted:
        message = f"results has {_count(len(rows), 'row')} for {_count(submitted, 'submitted message')}"
        yield Violation(RES_ROWS.id, message, number, ("answer.results",))
    yield from judge_rows(call, rows, facts)
    if len(rows) == submitted:
        yield from judge_outcomes(call, rows, facts)


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _judge_counts(number: int, submitted: int, answer: Json, rows: list[Json] | None) -> Iterator[Violation]:
    total, succeeded, failed = (answer.get(name) for name in ("total", "succeeded", "failed"))
    if not _is_number(total) or total != submitted:
        message = f"total is {format_value(total)} for {_count(submitted, 'submitted message')}"
        yield Violation(RES_TOTAL.id, message, number, ("answer.total",))
    if not _is_number(succeeded) or not _is_number(failed):
        message = (
            f"succeeded is {format_value(succeeded)} and failed is {format_value(failed)}; expected numbers of messages"
        )
        yield Violation(RES_COUNTS.id, message, number, ("answer.succeeded", "answer.failed"))
        return
    if rows is not None:
        yield from _judge_row_counts(number, succeeded, failed, rows)
    if _is_number(total) and succeeded + failed != total:
        message = (
            f"succeeded {format_value(succeeded)} and failed {format_value(failed)} "
            f"do not add up to total {format_value(total)}"
        )
        yield Violation(RES_COUNTS.id, message, number, ("answer.succeeded", "answer.failed", "answer.total"))


def _judge_row_counts(number: int, succeeded: Json, failed: Json, rows: list[Json]) -> Iterator[Violation]:
    failures = sum(map(is_failed, rows))
    successes = sum(row.get("message_id") is not None and not is_failed(row) for row in rows)
    vague = len(rows) - failures - successes  # such a row has a violation of its own
    for name, reported, counted in (("succeeded", succeeded, successes), ("failed", failed, failures)):
        if not counted <= reported <= counted + vague:
            message = f"{name} is {format_value(reported)}, but results has {_count(counted, 'row')} that {name}"
            yield Violation(RES_COUNTS.id, message, number, (f"answer.{name}", "answer.results"))


def judge_ordinary_call(call: ObservedCall, facts: CallFacts) -> Iterator[Violation]:
    """Judge a call in which nothing goes wrong, except that the server rejects entries."""
    not_uuids = [i for i, entry in enumerate(call.messages) if canonical(entry["conversation_id"]) is None]
    if isinstance(call.outcome, Returned):
        yield from _judge_returned(call, call.outcome.answer, not_uuids, facts)
        return
    invalid_input = isinstance(call.outcome, Raised) and call.outcome.is_a("InvalidInputError")
    if invalid_input and (not_uuids or not call.messages):
        return
    if not_uuids:
        path = f"messages[{not_uuids[0]}].conversation_id"
        message = (
            f"{path} is not a UUID, and {format_outcome(call)}; expected InvalidInputError or an answer with a "
            "failed row"
        )
        yield Violation(IN_UUID.id, message, call.number, (path,))
    elif facts.rejected:
        message = (
            f"the server rejected messages[{min(facts.rejected)}], and {format_outcome(call)}; "
            "expected the answer to be returned"
        )
        yield Violation(
            RES_PARTIAL.id, message, call.number, tuple(f"messages[{index}]" for index in sorted(facts.rejected))
        )
    else:
        happened = f"{call.trouble.named}, and" if call.trouble else "nothing went wrong, but"
        yield Violation(ACCEPT.id, f"{happened} {format_outcome(call)}", call.number, ("answer",))


def _judge_returned(call: ObservedCall, answer: Json, not_uuids: list[int], facts: CallFacts) -> Iterator[Violation]:
    violations = list(judge_answer(call, answer, facts))
    rows = complete_rows(call, answer)
    accepted = [
        Violation(
            IN_UUID.id,
            f"messages[{index}].conversation_id is not a UUID, but the client reported success",
            call.number,
            (f"messages[{index}].conversation_id", f"answer.results[{index}]"),
            because=TRUE.id,
        )
        for index in not_uuids
        if rows
        and isinstance(rows[index], dict)
        and not is_failed(rows[index])
        and rows[index].get("message_id") is not None
    ]
    swapped = any(violation.clause == RES_ORDER.id for violation in violations)
    yield from violations if swapped else accepted or violations
    yield from _judge_omissions(call, answer, facts)


def _judge_omissions(call: ObservedCall, answer: Json, facts: CallFacts) -> Iterator[Violation]:
    """Judge that a call that returned omitted no message."""
    missing = facts.comparison.missing_of(call.number)
    if not missing:
        return
    claimed, recorded = claimed_successes(answer), facts.comparison.count_of(call.number)
    if claimed <= recorded:
        message = f"the client returned, but messages[{missing[0].index}] is not recorded"
    elif recorded:
        message = f"the client reported {claimed} successful messages, but the server recorded {recorded}"
    else:
        message = "the client reported success, but the server recorded nothing"
    yield Violation(TRUE.id, message, call.number, tuple(f"messages[{each.index}]" for each in missing))


def judge_prepared_rows(
    call: ObservedCall, answer: Json, prepared: list[Json], recorded: Collection[str]
) -> Iterator[Violation]:
    """Judge an answer whose rows the scenario prepared: the caller must receive these rows.

    Args:
        call: The call.
        answer: The value that the client returned.
        prepared: The rows that the client received. If it sent several requests, it received more than these, and
            nothing is judged.
        recorded: The IDs of all recorded messages: a client may read back what it has recorded.
    """
    returned = rows_of(answer)
    if len(call.requests) != 1 or returned is None:
        return
    received = [_as_object(row) for row in prepared]
    if len(returned) != len(received) == len(call.messages):
        message = f"the server returned {_count(len(received), 'row')}, and the client returned {len(returned)}"
        yield Violation(RES_ROWS.id, message, call.number, ("answer.results",))
        return
    for index, row in enumerate(map(_as_object, returned)):
        if row.get("message_id") not in recorded:
            own = received[index] if index < len(received) else {}
            yield from _judge_prepared_row(call, index, row, own, received)


def _as_object(row: Json) -> dict[str, Json]:
    return row if isinstance(row, dict) else {}


def _judge_prepared_row(
    call: ObservedCall, index: int, row: dict[str, Json], received: dict[str, Json], rows: list[dict[str, Json]]
) -> Iterator[Violation]:
    assert call.trouble is not None  # noqa: S101 - the caller checks it

    def difference(clause: ClauseId, name: str) -> Violation:
        path = f"results[{index}].{name}"
        before, after = format_value(received.get(name)), format_value(row.get(name))
        message = f"the server returned {before} as {path}, and the client returned {after}"
        return Violation(clause, message, call.number, (f"answer.{path}",))

    id_, error = row.get("message_id"), received.get("error")
    if id_ is not None and row.get("error") and error:
        yield difference(RES_FAILURE.id, "message_id")
    elif id_ is not None and id_ != received.get("message_id"):
        swapped = any(each.get("message_id") == id_ for each in rows)
        yield difference(RES_ORDER.id if swapped else call.trouble.clause, "message_id")
        return
    elif id_ is not None and not same_time(
        time := parse_time(row.get("recorded_at")), parse_time(received.get("recorded_at"))
    ):
        missing = row.get("recorded_at") is None
        yield difference(RES_TIME.id if time is None and not missing else RES_SUCCESS.id, "recorded_at")
    if error and error not in str(row.get("error")):
        yield difference(RES_FAILURE.id, "error")


def partial_failures(_: Depth) -> tuple[Scenario, ...]:
    """Entries rejected at the first, the last, every and no place of batches that a client may split."""
    found = [one(message(0), refused=(0,)), one(*several(2), refused=(0, 1)), one(*several(2), refused=(0,))]
    found += [one(*several(2), refused=(1,)), one(*several(3), refused=(1,)), one(*several(3), refused=(0, 2))]
    found += [one(*several(4), refused=(1,), relents=True), one(*several(2), refused=(0, 1), relents=True)]
    for count in (12, 33, 60, 100):
        found.append(one(*several(count, 2), refused=(0, count // 2, count - 1)))
        found.append(one(*several(count), refused=tuple(range(count))))
        found.append(one(*several(count), refused=(count - 1,)))
    return tuple(found)


def b2b(_: Depth) -> tuple[Scenario, ...]:
    """Partial failures as users meet them: a B2B instance rejects entries without a customer."""
    customer: Json = {"customer_id": "customer_acme"}
    batches = (
        (message(0), message(1, **customer)),
        (message(0, **customer), message(1), message(2, **customer)),
        (message(0),),
        (message(0, **customer), message(1, **customer)),
    )
    return tuple(Scenario((Call(batch),), tenancy="b2b") for batch in batches)


def empty(_: Depth) -> tuple[Scenario, ...]:
    """An empty batch, alone and between others."""
    return (one(), Scenario((Call((message(0),)), Call(()), Call((message(1),)))))


_REJECTIONS: Final[frozenset[Capability]] = frozenset({"rejections", "truth", "keys"})

CHECKS = (
    Check(
        "partial failures",
        (RES_FAILURE, RES_PARTIAL, RES_ORDER, RES_COUNTS, RES_ROWS, TRUE),
        partial_failures,
        strategies.partial(),
        needs=_REJECTIONS,
        share=1,
        dialect="documented",
        ordinary=True,
    ),
    Check(
        "partial failures on B2B",
        (RES_FAILURE, RES_PARTIAL),
        b2b,
        needs=frozenset({"keys", "truth"}),
        dialect="documented",
    ),
    Check(
        "the observed dialect",
        (DIALECT,),
        lambda depth: (*partial_failures(depth), *b2b(depth)),
        strategies.partial(),
        needs=_REJECTIONS,
        share=1,
        dialect="observed",
    ),
    Check("empty batch", (RES_EMPTY,), empty),
)
