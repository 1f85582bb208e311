"""A run on the terminal: a line per clause, then each counterexample in full."""

from __future__ import annotations

import json
import shlex
import textwrap
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from synap_contracts.observation.redaction import redact
from synap_contracts.observation.violation import format_value
from synap_contracts.report import reproduce
from synap_contracts.report.document import describe_circumstances, keys_of, outcome_to_json, recorded_to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synap_contracts.observation.observed import ObservedCall
    from synap_contracts.runs.result import ClauseResult, Counterexample, Finding, Outcome, Run

Json: TypeAlias = Any
Paint: TypeAlias = "Callable[[str, str], str]"
"""Returns a text in a color, or unchanged."""

_SIGNS: Final[dict[Outcome, tuple[str, str]]] = {
    "passed": ("ok", "green"),
    "failed": ("FAILED", "red"),
    "known": ("known", "yellow"),
    "stale": ("STALE", "red"),
    "not-testable": ("not testable", "cyan"),
    "error": ("ERROR", "magenta"),
}
_MANY: Final = 12
"""Messages after this many are counted, not listed, unless they differ."""
_WIDE: Final = 150
_SCREEN: Final = 4_000
_SHOWN_FIELDS: Final = ("role", "content", "user_id", "customer_id", "session_id", "metadata")


def format_run(run: Run, paint: Paint, *, strict: bool = False) -> Iterator[str]:
    """Yield the lines of a run.

    Args:
        run: The run.
        paint: Returns a text in a color, or unchanged.
        strict: Whether a SHOULD that fails fails the run.
    """
    client = run.name if run.version is None else f"{run.name} {run.version}"
    yield f"{client} against {run.server} ({run.dialect} dialect), profile {run.profile}, seed {run.seed}"
    yield from (f"  {limit}" for limit in run.limits)
    yield ""
    if run.error is not None:
        yield from (paint(line, "red") for line in f"The run stopped: {run.error}".splitlines())
        yield ""
    for result in run.clauses:
        yield _format_line(result, run, paint, strict=strict)
    for finding in run.findings:
        yield ""
        yield from format_finding(finding, run, paint)
    for result in run.clauses:
        if result.counterexample is not None and result.outcome != "known" and run.finding_of(result) is None:
            yield ""
            yield from format_evidence(result, run, paint)
    yield ""
    yield from _format_summary(run, paint, strict=strict)


def _format_line(result: ClauseResult, run: Run, paint: Paint, *, strict: bool) -> str:
    sign, color = _SIGNS[result.outcome]
    if result.outcome == "failed" and result.clause.level == "SHOULD" and not strict:
        sign, color = "warning", "yellow"
    if (finding := run.finding_of(result)) is not None:
        head = f"{result.clause.id:<23} {result.clause.level:<7} "
        return f"{head}{paint(f'{sign} (finding {finding.id})', color)}"
    count = f"{result.exercised:>5} calls " if result.exercised else " " * 12
    head = f"{result.clause.id:<23} {result.clause.level:<7} {paint(f'{sign:<13}', color)}{count}"
    return f"{head}  {result.message}".rstrip()


def format_finding(finding: Finding, run: Run, paint: Paint = lambda text, _: text) -> Iterator[str]:
    """Yield the lines of a finding, with keys redacted."""
    keys = keys_of(run, finding.counterexample)
    yield from (redact(line, keys) for line in _format_finding(finding, run, paint))


def _format_finding(finding: Finding, run: Run, paint: Paint) -> Iterator[str]:
    clause, example = finding.clause, finding.counterexample
    yield paint(f"── finding {finding.id}: {finding.summary}", "bold")
    yield f"   violates {clause.id} ({clause.level}, {clause.evidence}): {clause.statement}"
    if finding.also:
        yield from textwrap.wrap(
            f"and also {', '.join(finding.also)}", 117, initial_indent="   ", subsequent_indent="   "
        )
    if example.violation.message not in finding.summary:
        yield f"   {paint(example.violation.message, 'red')}"
    yield from _format_example(example, run, paint)
    if finding.fix:
        yield f"   {paint('what to change:', 'bold')} {finding.fix}"


def format_evidence(result: ClauseResult, run: Run, paint: Paint = lambda text, _: text) -> Iterator[str]:
    """Yield the evidence for the outcome of a clause, with keys redacted.

    The finding, if the clause names it, or a reference to it; the counterexample of an error or a known failure.
    """
    finding, example = run.finding_of(result), result.counterexample
    if finding is not None and finding.clause.id == result.clause.id:
        yield from format_finding(finding, run, paint)
    elif finding is not None:
        yield redact(f"finding {finding.id}: {finding.summary}", run.secrets)
        yield f"The example is with {finding.clause.id}."
    elif example is None:
        yield result.message or result.clause.statement
    else:
        keys = keys_of(run, example)
        yield from (redact(line, keys) for line in _format_counterexample(result, example, run, paint))


def _format_counterexample(result: ClauseResult, example: Counterexample, run: Run, paint: Paint) -> Iterator[str]:
    clause = result.clause
    yield paint(f"── {clause.id}: {clause.statement}", "bold")
    yield f"   {clause.level}, {clause.evidence}: {clause.source}"
    yield f"   {paint(example.violation.message, 'red')}"
    if result.outcome == "error":
        yield f"   {result.message}"
    yield from _format_example(example, run, paint)


def _format_example(example: Counterexample, run: Run, paint: Paint) -> Iterator[str]:
    if not example.steady:
        yield "   (it does not happen every time)"
    for call in example.observation.calls:
        yield from _format_call(call, example, run, paint)
    yield from _format_requests(example)
    keys = keys_of(run, example)
    if leaks := [text for text in example.observation.output if redact(text, keys) != text]:
        yield "   logged or printed, with the key:"
        yield from (f"      {line}" for text in leaks[:_MANY] for line in text.splitlines()[:_MANY])
    yield "   recorded:"
    yield from _format_recorded(example)
    yield from _format_reproduction(example, run)


def _format_reproduction(example: Counterexample, run: Run) -> Iterator[str]:
    yield f"   run it again: {reproduce.command(run, example)}"
    if run.scripts is not None:
        yield f"   as a script: {shlex.join(['python', f'{run.scripts}/{reproduce.file_name(example)}'])}"
    # The commands and scripts of several examples would hide the rest.
    if len(run.findings) <= 1:
        yield "   with curl, as a client should send it:"
        yield from _indent(reproduce.curl(run, example), "      ", example)


def _indent(text: str, prefix: str, example: Counterexample) -> list[str]:
    if len(json.dumps([list(call.messages) for call in example.observation.calls])) >= _SCREEN:
        return ["      (too long to print; --json FILE has it)"]
    return textwrap.indent(text, prefix, lambda _: True).splitlines()


def _format_requests(example: Counterexample) -> Iterator[str]:
    """Yield the requests that the server received, if they are not simply one per call."""
    requests = example.observation.requests
    troubled = any(call.trouble for call in example.scenario.calls)
    if len(requests) <= len(example.observation.calls) and not troubled:
        return
    yield "   requests to the server:" if requests else "   requests to the server: none"
    for request in requests[:_MANY]:
        status = "no response" if request.status is None else f"response {request.status}"
        yield f"      {request.at:%H:%M:%S.%f} {request.method} {request.path}, {status}"
    if len(requests) > _MANY:
        yield f"      … {len(requests):,} requests in total"


def _mark(path: str, call: ObservedCall, example: Counterexample) -> str:
    own = example.violation.call in {None, call.number}
    paths = example.violation.paths
    return "  <<<" if own and any(each == path or each.startswith((f"{path}.", f"{path}[")) for each in paths) else ""


def _format_call(call: ObservedCall, example: Counterexample, run: Run, paint: Paint) -> Iterator[str]:
    yield f"   call {call.number}{describe_circumstances(call, example.observation)}"
    for index, entry in enumerate(call.messages):
        mark = _mark(f"messages[{index}]", call, example)
        if index < _MANY or mark:
            yield f"      messages[{index}] = {_format_entry(entry)}{paint(mark, 'red')}"
    if len(call.messages) > _MANY:
        yield f"      … {len(call.messages):,} messages in total"
    yield from _format_outcome(call, example, run, paint)


def _format_entry(entry: Json) -> str:
    if not isinstance(entry, dict):
        return format_value(entry)
    return "{" + ", ".join(f"{json.dumps(key)}: {format_value(value)}" for key, value in entry.items()) + "}"


def _format_outcome(call: ObservedCall, example: Counterexample, run: Run, paint: Paint) -> Iterator[str]:
    outcome = outcome_to_json(call.outcome)
    answer = outcome.get("returned")
    mark = paint(_mark("answer", call, example), "red")
    if "raised" in outcome:
        when = " when it was opened" if call.opening else ""
        text = format_value(redact(outcome["raised"]["text"], keys_of(run, example)))
        yield f"      raised{when}: {outcome['raised']['class']}: {text}{mark}"
    elif "ended" in outcome:
        yield f"      ended its process (status {outcome['ended']['status']}){mark}"
        output = redact(outcome["ended"]["output"], keys_of(run, example))
        yield from ([f"      its last output: {format_value(output, 300)}"] if output else ())
    elif "hung" in outcome:
        yield f"      no answer for {outcome['hung']} s{mark}"
    elif not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
        yield f"      returned {format_value(answer)}{mark}"
    else:
        yield from _format_answer(answer, call, example, paint)


def _format_answer(answer: Json, call: ObservedCall, example: Counterexample, paint: Paint) -> Iterator[str]:
    for key, value in answer.items():
        if key != "results":
            mark = paint(_mark(f"answer.{key}", call, example), "red")
            yield f"      answer.{key} = {format_value(value)}{mark}"
    if not answer["results"]:
        yield f"      answer.results = []{paint(_mark('answer', call, example), 'red')}"
    for index, row in enumerate(answer["results"]):
        mark = _mark(f"answer.results[{index}]", call, example)
        if index < _MANY or mark:
            yield f"      answer.results[{index}] = {_format_row(row)}{paint(mark, 'red')}"


def _format_row(row: Json) -> str:
    text = json.dumps(row, ensure_ascii=False, default=str)
    return text if len(text) <= _WIDE else format_value(row)


def _format_recorded(example: Counterexample) -> Iterator[str]:
    conversations = recorded_to_json(example.observation)
    if not conversations:
        yield "      nothing"
    for each in conversations:
        yield f"      {each['conversation_id']}"
        for place, row in enumerate(each["messages"][:_MANY], 1):
            fields = {key: value for key, value in row.items() if key in _SHOWN_FIELDS and value not in (None, {})}
            yield f"         {place}. {row.get('message_id', '')} {_format_entry(fields)}"
        if len(each["messages"]) > _MANY:
            yield f"         … {len(each['messages']):,} messages in total"


def _format_count(run: Run, outcome: Outcome, level: str, *, strict: bool) -> str:
    """Return the number of clauses with an outcome, with the ids of failed ones: the last lines are read first."""
    results = run.of(outcome, level)
    warnings = outcome == "failed" and level == "SHOULD" and not strict
    word = ("warning" if len(results) == 1 else "warnings") if warnings else outcome
    failed = outcome in {"failed", "stale", "error"}
    return f"{len(results)} {word}" + (f" ({', '.join(each.clause.id for each in results)})" if failed else "")


def _format_summary(run: Run, paint: Paint, *, strict: bool) -> Iterator[str]:
    for level in ("MUST", "SHOULD"):
        counts = [
            paint(_format_count(run, each, level, strict=strict), _SIGNS[each][1])
            for each in _SIGNS
            if run.of(each, level)
        ]
        yield f"{level + ':':<8} {', '.join(counts) or 'not tested'}"
    if run.findings:
        yield f"{len(run.findings)} finding{'' if len(run.findings) == 1 else 's'}"
        yield from (f"   {each.id}. {redact(each.summary, run.secrets)}" for each in run.findings)
    where = f"; counterexamples are saved in {run.folder}" if run.folder and run.of("failed") else ""
    yield f"{run.seconds:.1f} s{where}"
