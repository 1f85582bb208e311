"""Findings and counterexamples as text, for the terminal, JUnit, Markdown and pytest."""

from __future__ import annotations

import json
import shlex
import textwrap
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from synap_contracts.observation.violation import format_value
from synap_contracts.report.reproduce import file_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synap_contracts.report.types import CallReport, ClauseReport, ExampleReport, FindingReport, RunReport

Json: TypeAlias = Any
Paint: TypeAlias = "Callable[[str, str], str]"
"""Returns a text in a color, or unchanged."""

_MANY: Final = 12
"""Messages after this many are counted, not listed, unless they differ."""
_WIDE: Final = 150
_SCREEN: Final = 4_000
_WIDTH: Final = 117
_SHOWN_FIELDS: Final = ("role", "content", "user_id", "customer_id", "session_id", "metadata")


def _unpainted(text: str, _: str) -> str:
    return text


def format_finding(finding: FindingReport, run: RunReport, paint: Paint = _unpainted) -> Iterator[str]:
    """Yield the lines of a finding."""
    clause = next(each for each in run["clauses"] if each["id"] == finding["clause"])
    example = finding["counterexample"]
    yield paint(f"── finding {finding['id']}: {finding['summary']}", "bold")
    yield f"   violates {clause['id']} ({clause['level']}, {clause['evidence']}): {clause['statement']}"
    if finding["also"]:
        text = f"and also {', '.join(finding['also'])}"
        yield from textwrap.wrap(text, _WIDTH, initial_indent="   ", subsequent_indent="   ", break_on_hyphens=False)
    if example["sentence"] not in finding["summary"]:
        yield f"   {paint(example['sentence'], 'red')}"
    yield from _format_example(example, run, paint)
    if finding["fix"]:
        yield f"   {paint('what to change:', 'bold')} {finding['fix']}"


def format_evidence(result: ClauseReport, run: RunReport, paint: Paint = _unpainted) -> Iterator[str]:
    """Yield the evidence for the outcome of a clause.

    The finding, if the clause names it, or a reference to it; the counterexample of an error or a known failure.
    """
    finding = next((each for each in run["findings"] if each["id"] == result["finding"]), None)
    example = result["counterexample"]
    if finding is not None and finding["clause"] == result["id"]:
        yield from format_finding(finding, run, paint)
    elif finding is not None:
        yield f"finding {finding['id']}: {finding['summary']}"
        yield f"The example is with {finding['clause']}."
    elif example is None:
        yield result["message"] or result["statement"]
    else:
        yield paint(f"── {result['id']}: {result['statement']}", "bold")
        yield f"   {result['level']}, {result['evidence']}: {result['source']}"
        yield f"   {paint(example['sentence'], 'red')}"
        if result["outcome"] == "error":
            yield f"   {result['message']}"
        yield from _format_example(example, run, paint)


def _format_example(example: ExampleReport, run: RunReport, paint: Paint) -> Iterator[str]:
    if not example["steady"]:
        yield "   (it does not happen every time)"
    for call in example["calls"]:
        yield from _format_call(call, example, paint)
    yield from _format_requests(example)
    if example["heard"]:
        yield "   logged or printed, with the key:"
        yield from (f"      {line}" for text in example["heard"][:_MANY] for line in text.splitlines()[:_MANY])
    yield "   recorded:"
    yield from _format_recorded(example)
    yield from _format_reproduction(example, run)


def _format_reproduction(example: ExampleReport, run: RunReport) -> Iterator[str]:
    yield f"   run it again: {example['reproduce']['command']}"
    if run["scripts"] is not None:
        script = f"{run['scripts']}/{file_name(example)}"
        yield f"   as a script: {shlex.join(['python', script])}"
    # The commands and scripts of several examples would hide the rest.
    if len(run["findings"]) <= 1:
        yield "   with curl, as a client should send it:"
        yield from _indent(example["reproduce"]["curl"], "      ", example)


def _indent(text: str, prefix: str, example: ExampleReport) -> list[str]:
    if len(json.dumps([call["messages"] for call in example["calls"]])) >= _SCREEN:
        return ["      (too long to print; --json FILE has it)"]
    return textwrap.indent(text, prefix, lambda _: True).splitlines()


def _format_requests(example: ExampleReport) -> Iterator[str]:
    """Yield the requests that the server received, if they are not simply one per call."""
    requests = example["wire"]
    troubled = any(call["trouble"] for call in example["calls"])
    if len(requests) <= len(example["calls"]) and not troubled:
        return
    yield "   requests to the server:" if requests else "   requests to the server: none"
    for request in requests[:_MANY]:
        status = "no response" if request["status"] is None else f"response {request['status']}"
        time = request["at"].partition("T")[2].removesuffix("Z")
        yield f"      {time} {request['method']} {request['path']}, {status}"
    if len(requests) > _MANY:
        yield f"      … {len(requests):,} requests in total"


def is_marked(path: str, call: CallReport, example: ExampleReport) -> bool:
    """Return whether an example marks a path of a call, or a part of its value."""
    own = example["call"] in {None, call["number"]}
    return own and any(each == path or each.startswith((f"{path}.", f"{path}[")) for each in example["differs"])


def _mark(path: str, call: CallReport, example: ExampleReport) -> str:
    return "  <<<" if is_marked(path, call, example) else ""


def _format_call(call: CallReport, example: ExampleReport, paint: Paint) -> Iterator[str]:
    yield f"   call {call['number']}{call['circumstances']}"
    for index, entry in enumerate(call["messages"]):
        mark = _mark(f"messages[{index}]", call, example)
        if index < _MANY or mark:
            yield f"      messages[{index}] = {_format_entry(entry)}{paint(mark, 'red')}"
    if len(call["messages"]) > _MANY:
        yield f"      … {len(call['messages']):,} messages in total"
    yield from _format_outcome(call, example, paint)


def _format_entry(entry: Json) -> str:
    if not isinstance(entry, dict):
        return format_value(entry)
    return "{" + ", ".join(f"{json.dumps(key)}: {format_value(value)}" for key, value in entry.items()) + "}"


def _format_outcome(call: CallReport, example: ExampleReport, paint: Paint) -> Iterator[str]:
    outcome = call["outcome"]
    answer = outcome.get("returned")
    mark = paint(_mark("answer", call, example), "red")
    if "raised" in outcome:
        when = " when it was opened" if call["opening"] else ""
        yield f"      raised{when}: {outcome['raised']['class']}: {format_value(outcome['raised']['text'])}{mark}"
    elif "ended" in outcome:
        yield f"      ended its process (status {outcome['ended']['status']}){mark}"
        output = outcome["ended"]["output"]
        yield from ([f"      its last output: {format_value(output, 300)}"] if output else ())
    elif "hung" in outcome:
        yield f"      no answer for {outcome['hung']} s{mark}"
    elif not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
        yield f"      returned {format_value(answer)}{mark}"
    else:
        yield from _format_answer(answer, call, example, paint)


def _format_answer(answer: Json, call: CallReport, example: ExampleReport, paint: Paint) -> Iterator[str]:
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
    text = json.dumps(row, ensure_ascii=False)
    return text if len(text) <= _WIDE else format_value(row)


def _format_recorded(example: ExampleReport) -> Iterator[str]:
    if not example["recorded"]:
        yield "      nothing"
    for each in example["recorded"]:
        yield f"      {each['conversation_id']}"
        for place, row in enumerate(each["messages"][:_MANY], 1):
            fields = {key: value for key, value in row.items() if key in _SHOWN_FIELDS and value not in (None, {})}
            yield f"         {place}. {row.get('message_id', '')} {_format_entry(fields)}"
        if len(each["messages"]) > _MANY:
            yield f"         … {len(each['messages']):,} messages in total"
