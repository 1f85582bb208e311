"""The verdict on a scenario: all clauses are judged in all scenarios, whatever clause a scenario was written for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.auth import AUTH_OWN, AUTH_SECRET, judge_secrecy, judge_unauthorized_call
from synap_contracts.clauses.connection import judge_unreachable
from synap_contracts.clauses.inputs import (
    IN_ATOMIC,
    IN_ITERABLE,
    IN_KEYS,
    IN_ROLE,
    IN_TYPES,
    IN_UUID,
    judge_invalid_call,
    violated_clauses,
)
from synap_contracts.clauses.results import (
    DIALECT,
    RES_COUNTS,
    RES_EMPTY,
    RES_PARTIAL,
    RES_ROWS,
    RES_TOTAL,
    judge_ordinary_call,
    judge_prepared_rows,
)
from synap_contracts.clauses.rows import (
    ACCEPT,
    RES_FAILURE,
    RES_ORDER,
    RES_SUCCESS,
    TRUE,
    is_about_format,
)
from synap_contracts.clauses.sending import SEND_INPUT, judge_input, judge_recorded, judge_unexpected
from synap_contracts.clauses.sessions import (
    REUSE,
    judge_altered_answers,
    judge_dependence,
    judge_shared_ids,
)
from synap_contracts.clauses.trouble import judge_troubled_call
from synap_contracts.clauses.wide import wide_clause_of
from synap_contracts.client.protocol import Hung, Raised, Returned
from synap_contracts.observation.comparison import Submitted, compare, new_messages
from synap_contracts.observation.expected import canonical, is_rejected
from synap_contracts.observation.facts import CallFacts
from synap_contracts.observation.remembering import remembered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.observation.comparison import Comparison
    from synap_contracts.observation.observed import Observation, ObservedCall, ObservedStep
    from synap_contracts.observation.violation import Violation

_ABOUT_INPUT: Final = frozenset(clause.id for clause in (IN_KEYS, IN_ROLE, IN_ATOMIC, IN_UUID, IN_TYPES, IN_ITERABLE))
_ABOUT_ANSWER: Final = frozenset(
    clause.id for clause in (RES_TOTAL, RES_COUNTS, RES_ROWS, RES_ORDER, RES_SUCCESS, RES_FAILURE, TRUE)
)
_EXPLICIT: Final = frozenset({ACCEPT.id, RES_PARTIAL.id})
"""What an explicit error violates, in calls that every client must accept."""


def judge(observation: Observation) -> list[Violation]:
    """Return the first violation of each clause that a scenario shows to be violated."""
    first: dict[ClauseId, Violation] = {}
    for violation in _judge_all(observation):
        first.setdefault(violation.clause, violation)
    return list(first.values())


def _judge_all(observation: Observation) -> Iterator[Violation]:
    past: list[ObservedCall] = []
    for step in observation.steps:
        yield from _judge_step(observation, step, past)
        past += step.calls
    yield from judge_altered_answers(observation)
    yield from judge_secrecy(observation)


def _judge_step(observation: Observation, step: ObservedStep, past: list[ObservedCall]) -> Iterator[Violation]:
    submitted = submitted_messages(step)
    comparison = compare(submitted, new_messages(step.before, step.after))
    for call in step.calls:
        facts = CallFacts.of(
            step,
            call,
            comparison,
            rejected=rejected_indexes(call),
            others=(each.entry for each in submitted if each.call != call.number),
        )
        violations = [
            *judge_input(call),
            *(_by_other_key(each, call, comparison) for each in _judge_call(call, facts, observation)),
            *judge_recorded(call, comparison),
        ]
        violations += judge_dependence(call, violations, [*past, *step.calls])
        if _may_reject(call):
            # The client is judged by what it recorded. The format of rows is judged in calls that it must accept.
            violations = [each for each in violations if not is_about_format(each)]
        for violation in violations:
            yield from _attribute(violation, call, observation, recorded=comparison.count_of(call.number) > 0)
    yield from judge_shared_ids(step)
    for violation in judge_unexpected(step, comparison, past):
        yield from _attribute(violation, step.calls[0], observation)


def _by_other_key(violation: Violation, call: ObservedCall, comparison: Comparison) -> Violation:
    """Mark a violation whose reason is that the client used the key of another client."""
    used = any(stored.place[0] != call.key.instance_id for stored in comparison.unexpected)
    return replace(violation, because=AUTH_OWN.id) if call.unauthorized and used else violation


def submitted_messages(step: ObservedStep) -> list[Submitted]:
    """Return the messages of a step that the server had to record or to reject one by one."""
    return [
        Submitted(call.number, index, entry, call.key.instance_id, optional=index in rejected)
        for call in step.calls
        if not call.unauthorized and call.place == "server"
        for rejected in [rejected_indexes(call)]
        for index, (entry, clause) in enumerate(zip(call.messages, violated_clauses(call), strict=True))
        if clause is None and canonical(entry["conversation_id"])
    ]


@remembered
def rejected_indexes(call: ObservedCall) -> frozenset[int]:
    """Return the entries of a call that the server rejects: by a scheduled rejection, or because of their meaning."""
    by_meaning = {
        index
        for index, (entry, clause) in enumerate(zip(call.messages, violated_clauses(call), strict=True))
        if clause is None and is_rejected(entry, call.tenancy)
    }
    return call.rejected | by_meaning


def _judge_call(call: ObservedCall, facts: CallFacts, observation: Observation) -> Iterator[Violation]:
    """Judge the outcome of a call, by what happened during it."""
    trouble = call.trouble
    if call.place == "nobody":
        yield from judge_unreachable(call)
    elif _is_free(call) or _queues_behind_trouble(call, observation):
        return
    elif call.unauthorized:
        yield from judge_unauthorized_call(call)
    elif any(violated_clauses(call)):
        yield from judge_invalid_call(call, facts)
    elif _may_time_out(call):
        return
    elif trouble and trouble.rows is not None and isinstance(call.outcome, Returned):
        yield from judge_prepared_rows(call, call.outcome.answer, trouble.rows, facts.by_id)
    elif trouble and not trouble.slow:
        yield from judge_troubled_call(call, trouble, facts, observation.elsewhere)
    else:
        yield from judge_ordinary_call(call, facts)


def _is_free(call: ObservedCall) -> bool:
    """Return whether any outcome is allowed that does not show the key."""
    malformed = call.key_kind in {"newline", "accented"}
    return call.place == "bystander" or (malformed and not isinstance(call.outcome, Returned))


def _queues_behind_trouble(call: ObservedCall, observation: Observation) -> bool:
    """Return whether a call of the same client still waits because of a failure: some clients send one at a time."""
    waiting = (
        each for each in observation.calls if each.trouble and isinstance(each.outcome, Hung) and each is not call
    )
    return any(each.call.client == call.call.client and each.number <= call.number for each in waiting)


def _may_time_out(call: ObservedCall) -> bool:
    """Return whether a client with a short timeout failed although no fault occurred."""
    short = call.call.trouble is not None and call.call.trouble.short
    return short and not call.fault_hit and not isinstance(call.outcome, Returned)


def _may_reject(call: ObservedCall) -> bool:
    """Return whether a client may reject a call with an explicit error."""
    return call.call.loop == "own" or call.call.given != "list" or wide_clause_of(call) is not None


def _attribute(
    violation: Violation, call: ObservedCall, observation: Observation, *, recorded: bool = False
) -> Iterator[Violation]:
    """Attribute a violation to the clause about this kind of call; drop it if that clause allows an explicit error."""
    wide = wide_clause_of(call)
    if violation.clause in {SEND_INPUT.id, AUTH_SECRET.id} or (violation.clause in _ABOUT_INPUT and not wide):
        yield violation
    elif call.call.loop == "own":
        yield from _attribute_to_reuse(violation, call, recorded=recorded)
    elif clause := IN_ITERABLE.id if call.call.given != "list" else wide:
        if violation.clause not in _EXPLICIT or isinstance(call.outcome, Hung):
            yield replace(violation, clause=clause, plainly=violation.clause)
    elif _is_empty_batch(call) and (violation.clause in _ABOUT_ANSWER or violation.clause == ACCEPT.id):
        yield replace(violation, clause=RES_EMPTY.id, because=violation.clause)
    elif _is_about_dialect(violation, call, observation):
        yield replace(violation, clause=DIALECT.id, unless_alone=None)
    else:
        yield violation


def _attribute_to_reuse(violation: Violation, call: ObservedCall, *, recorded: bool) -> Iterator[Violation]:
    """Attribute a violation to REUSE, unless it is an explicit error and nothing was recorded.

    If the messages are recorded, the caller sends them again after the error.
    """
    raised = isinstance(call.outcome, Raised)
    if raised and violation.clause in _EXPLICIT and not recorded:
        return
    also = " (but the server recorded the messages)" if raised and recorded else ""
    message = f"called from another event loop, {violation.message}{also}"
    yield replace(violation, clause=REUSE.id, message=message, plainly=violation.clause)


def _is_empty_batch(call: ObservedCall) -> bool:
    """Return whether a call submits nothing, under conditions in which any other call must succeed."""
    ordinary = not call.trouble and call.key_kind == "own" and not call.revoked and call.place == "server"
    return ordinary and not call.messages


def _is_about_dialect(violation: Violation, call: ObservedCall, observation: Observation) -> bool:
    """Return whether a violation is about a partial failure in the observed dialect."""
    if observation.dialect != "observed" or not rejected_indexes(call):
        return False
    return violation.clause in _ABOUT_ANSWER or violation.clause == RES_PARTIAL.id or violation.unless_alone is not None
