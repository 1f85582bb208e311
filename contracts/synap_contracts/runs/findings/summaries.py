"""What a client did, in one sentence without a subject: "drops the second of two equal messages"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses import results, rows, sending
from synap_contracts.clauses.rows import claimed_successes
from synap_contracts.client.protocol import Ended, Hung, Returned
from synap_contracts.observation.comparison import likeness
from synap_contracts.observation.violation import format_end, format_value
from synap_contracts.runs.findings.outcomes import (
    EXPECTED,
    JUDGED_BY_RETURN,
    call_of,
    error_of,
    failures_before,
    sends_again,
    shape_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.observation.observed import ObservedCall
    from synap_contracts.observation.violation import Violation
    from synap_contracts.runs.result import Counterexample

_ANSWER: Final = frozenset(
    clause.id
    for clause in (
        *(results.RES_TOTAL, results.RES_COUNTS, results.RES_ROWS, rows.RES_ORDER, rows.RES_SUCCESS),
        *(rows.RES_UNIQUE, rows.RES_TIME, rows.RES_FAILURE),
    )
)
_FIELDS: Final = frozenset(
    clause.id for clause in (sending.SEND_CONTENT, sending.SEND_ROLE, sending.SEND_ATTRIBUTION, sending.SEND_METADATA)
)
ONE_REQUEST: Final = 20
"""A batch that must be larger than this to lose or repeat a message shows a limit."""
_DID: Final = re.compile(",(?: and)? the client (?:returned|raised) ")
"""Between the circumstances and the outcome, in messages about a call where the page requires an exception."""
_ALTHOUGH: Final = re.compile(r"(.+), but the client reported success")
_EARLIER: Final = ("which the server issued before this call", "a row of an earlier client")
_INDEX: Final = re.compile(r"messages\[(\d+)\]")


def summarize(example: Counterexample, clauses: tuple[ClauseId, ...], others: Iterable[Counterexample] = ()) -> str:
    """Return what the client did.

    Args:
        example: The example of the finding.
        clauses: The violated clauses, the one that names the finding first.
        others: The examples of the other clauses.
    """
    violation, call = example.violation, call_of(example)
    if call is not None and (text := _summarize_outcome(call, example, clauses, others)):
        return text
    if call is not None and violation.clause in {sending.SEND_ALL.id, rows.TRUE.id} and not call.trouble:
        return _drops(call, example)
    if violation.clause in {sending.ONCE.id, sending.SEND_ONLY.id} and violation.message.endswith(" twice"):
        return _repeats(call, example, others)
    if found := _ALTHOUGH.fullmatch(violation.message):
        return f"reports success although {found[1]}"
    return _introduction(violation) + violation.message.removeprefix("the client ")


def _summarize_outcome(
    call: ObservedCall, example: Counterexample, clauses: tuple[ClauseId, ...], others: Iterable[Counterexample]
) -> str:
    """Return what the client did if the outcome of a call shows it, or an empty text."""
    violation = example.violation
    after = _after(example)
    if isinstance(call.outcome, Ended):
        return f"{format_end(call.outcome).replace('ended', 'ends').replace('closed', 'closes')}{_circumstances(call)}"
    if isinstance(call.outcome, Hung):
        return f"does not respond{_circumstances(call)}{after}"
    if (raised := error_of(example)) is not None:
        return _raises(raised.kind, call, clauses, circumstances_of([example])) + after
    if violation.clause in JUDGED_BY_RETURN and _DID.search(violation.message):
        return _returns(call, violation.clause, (example, *others))
    if violation.clause == rows.RES_CALLS.id and violation.message.endswith(_EARLIER):
        return f"returns the row of an earlier call: {violation.message}"
    return ""


def _introduction(violation: Violation) -> str:
    """Return words that turn the message of a violation into what the client did."""
    if violation.clause in _FIELDS:
        return "changes what it sends: "
    if violation.clause == sending.SEND_ORDER.id:
        return "changes the order of a conversation: "
    if violation.clause == results.RES_EMPTY.id:
        return "for an empty batch, "
    about_answer = violation.clause in _ANSWER and not violation.message.startswith(("the client ", "the server "))
    return "returns an answer in which " if about_answer else ""


def _after(example: Counterexample) -> str:
    """Return that an ordinary call fails because earlier ones did."""
    if example.violation.clause != rows.RES_CALLS.id:
        return ""
    failed = failures_before(example)
    return (
        f" after {'a call' if failed == 1 else f'{failed} calls'} that failed"
        if failed
        else " after or during another call"
    )


def _returns(call: ObservedCall, clause: ClauseId, examples: tuple[Counterexample, ...]) -> str:
    """Return what an answer claims, and under which circumstances the page requires an exception."""
    assert isinstance(call.outcome, Returned)  # noqa: S101 - the message states it
    answer, count = call.outcome.answer, len(call.messages)
    what = {
        "success": "reports success",
        "failed rows": "returns failed rows",
        "part": f"returns only rows for {claimed_successes(answer)} of {count} messages",
        "nothing": "returns an answer without rows",
    }.get(shape := shape_of(call, answer), f"returns {format_value(answer)}")
    same = [
        each
        for each in examples
        if (other := call_of(each)) and isinstance(other.outcome, Returned)
        if shape_of(other, other.outcome.answer) == shape
    ]
    where = f", where the page names {EXPECTED[clause]}" if clause in EXPECTED else ""
    return f"{what}{circumstances_of(same)}{where}"


def circumstances_of(examples: Iterable[Counterexample]) -> str:
    """Return the circumstances of the first two examples that differ in them."""
    found = []
    for each in examples:
        call, condition = call_of(each), _DID.split(each.violation.message)[0]
        if call is not None and (call.trouble or call.place == "nobody"):
            found.append(_circumstances(call))
        elif condition != each.violation.message:
            found.append(f" {condition}" if condition.startswith(("with", "after")) else f" if {condition}")
    return " or".join(list(dict.fromkeys(found))[:2])


def _circumstances(call: ObservedCall) -> str:
    if call.place == "nobody":
        return " if no server is listening"
    return f" if {call.trouble.named}" if call.trouble else " to an ordinary call"


def _raises(kind: str, call: ObservedCall, clauses: tuple[ClauseId, ...], when: str) -> str:
    expected = list(dict.fromkeys(EXPECTED[clause] for clause in clauses if clause in EXPECTED))
    if clauses[0] in EXPECTED:
        verb = "names" if len(expected) == 1 else "names its classes:"
        return f"raises {kind}{when}, where the page {verb} {' and '.join(expected)}"
    if clauses[0] == results.RES_PARTIAL.id:
        return f"raises {kind} instead of returning an answer with failed rows"
    if call.trouble:
        return f"raises {kind} if {call.trouble.named}"
    size = len(call.messages)
    batch = f"an ordinary batch of {size} messages" if size > 1 else "an ordinary message" if size else "an empty batch"
    return f"raises {kind} for {batch}"


def _missing(example: Counterexample) -> int | None:
    found = next((_INDEX.match(path) for path in example.violation.paths), None)
    return int(found[1]) if found else None


def _drops(call: ObservedCall, example: Counterexample) -> str:
    index, count = _missing(example), len(call.messages)
    if "is recorded in conversation" in example.violation.message:
        return f"records a message in another conversation than its own: {example.violation.message}"
    if index is None:
        return example.violation.message.removeprefix("the client ")
    entry = call.messages[index]
    same = [n for n, each in enumerate(call.messages) if likeness(each) == likeness(entry) and n != index]
    earlier = [each for each in example.observation.calls if each.number < call.number]
    if same:
        return "drops the second of two equal messages"
    if any(likeness(each) == likeness(entry) for past in earlier for each in past.messages):
        return "drops a message that equals one of an earlier call"
    if count > ONE_REQUEST:
        return f"drops messages[{index}] of a batch of {count:,}"
    return f"drops a message: {format_value(entry.get('content'))}, messages[{index}] of {count}"


def _repeats(call: ObservedCall | None, example: Counterexample, others: Iterable[Counterexample]) -> str:
    index = _missing(example)
    if call is not None and call.trouble:
        again = [each for each in others if sends_again(each)]
        return f"sends a batch again{circumstances_of((example, *again))}, and records messages[{index or 0}] twice"
    size = f" of a batch of {len(call.messages):,}" if call and len(call.messages) > ONE_REQUEST else ""
    return f"records messages[{index or 0}]{size} twice"
