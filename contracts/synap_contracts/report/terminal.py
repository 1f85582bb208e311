"""A run on the terminal: a line a clause, then each counterexample in full."""

from __future__ import annotations

import json
import shlex
import textwrap
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.observation.finding import shown
from synap_contracts.observation.redaction import hidden, keys_of
from synap_contracts.report import reproduce
from synap_contracts.report.circumstances import circumstances
from synap_contracts.report.document import recorded, told_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synap_contracts.observation.observed import CallSeen
    from synap_contracts.runs.result import ClauseResult, Counterexample, Outcome, Run

Json = Any

_SIGNS: Final[dict[Outcome, tuple[str, str]]] = {
    "passed": ("ok", "green"),
    "failed": ("FAILED", "red"),
    "known": ("known", "yellow"),
    "stale": ("STALE", "red"),
    "not-testable": ("not testable", "cyan"),
    "error": ("ERROR", "magenta"),
}
_MANY: Final = 12
"""Messages beyond this many are counted, not listed, unless something about them differs."""
_WIDE: Final = 150
_SEVERAL: Final = 3


def lines(run: Run, paint: Callable[[str, str], str]) -> Iterator[str]:
    """A run, line by line.

    Args:
        run: The run.
        paint: Gives a text a colour, or leaves it as it is.
    """
    named = run.name if run.version is None else f"{run.name} {run.version}"
    yield f"{named} against {run.server} ({run.dialect} dialect), profile {run.profile}, seed {run.seed}"
    yield from (f"  {limit}" for limit in run.limits)
    yield ""
    for result in run.clauses:
        yield _line(result, paint)
    for result in run.clauses:
        if result.counterexample is not None and result.outcome != "known":
            yield ""
            yield from evidence(result, run, paint)
    yield ""
    yield from _summary(run, paint)


def _line(result: ClauseResult, paint: Callable[[str, str], str]) -> str:
    sign, colour = _SIGNS[result.outcome]
    if result.outcome == "failed" and result.clause.level == "SHOULD":
        sign, colour = "warning", "yellow"
    count = f"{result.examples:>5} played" if result.examples else " " * 12
    head = f"{result.clause.id:<21} {result.clause.level:<7} {paint(f'{sign:<13}', colour)}{count}"
    return f"{head}  {result.message}".rstrip()


def evidence(result: ClauseResult, run: Run, paint: Callable[[str, str], str] = lambda text, _: text) -> Iterator[str]:
    """What became of a clause, line by line: the counterexample in full, keys hidden, or what was said without one."""
    found = result.counterexample
    if found is None:
        yield result.message or result.clause.statement
        return
    keys = keys_of(run, found)
    yield from (hidden(line, keys) for line in _counterexample(result, found, run, paint))


def _counterexample(
    result: ClauseResult, found: Counterexample, run: Run, paint: Callable[[str, str], str]
) -> Iterator[str]:
    clause = result.clause
    yield paint(f"── {clause.id}: {clause.statement}", "bold")
    yield f"   {clause.level}, {clause.evidence}: {clause.source}"
    yield f"   {paint(found.finding.sentence, 'red')}"
    if result.outcome == "error":
        yield f"   {result.message}"
    if not found.steady:
        yield "   (it does not happen every time)"
    for seen in found.observation.calls:
        yield ""
        yield from _call(seen, found, paint)
    yield from _wire(found)
    if heard := [text for text in found.observation.heard if hidden(text, keys_of(run, found)) != text]:
        yield "   logged or printed, with the key:"
        yield from (f"      {line}" for text in heard[:_MANY] for line in text.splitlines()[:_MANY])
    yield "   recorded:"
    yield from _recorded(found)
    yield "   again:"
    yield f"      {reproduce.command(run, found)}"
    yield "   by curl, as a client should send it:"
    yield from (
        textwrap.indent(reproduce.curl(run, found), "      ", lambda _: True).splitlines()
        if _fits(found)
        else ["      (too long to print; --json FILE has it)"]
    )
    yield "   by a script:"
    if run.scripts is not None:
        yield f"      {shlex.join(['python', f'{run.scripts}/{reproduce.file_name(found)}'])}"
    if run.scripts is None or _alone(run):
        yield from (
            textwrap.indent(reproduce.python(run, found), "      | ", lambda _: True).splitlines()
            if _fits(found)
            else ["      (too long to print; --json FILE has it)"]
        )


def _wire(found: Counterexample) -> Iterator[str]:
    """What the server was asked, where that is more than a call's one request."""
    requests = found.observation.wire
    if len(requests) <= len(found.observation.calls) and not any(call.trouble for call in found.scenario.calls):
        return
    yield "   asked of the server:" if requests else "   asked of the server: nothing"
    for request in requests[:_MANY]:
        status = "not answered" if request.status is None else f"answered {request.status}"
        yield f"      {request.at:%H:%M:%S.%f} {request.method} {request.path}, {status}"
    if len(requests) > _MANY:
        yield f"      … {len(requests):,} requests in all"


def _alone(run: Run) -> bool:
    """Whether there is one counterexample: the scripts of several would bury what they are about."""
    return sum(result.counterexample is not None for result in run.clauses) == 1


def _fits(found: Counterexample) -> bool:
    return len(json.dumps([list(seen.messages) for seen in found.observation.calls])) < 4_000  # noqa: PLR2004 - a screen


def _marked(path: str, seen: CallSeen, found: Counterexample) -> str:
    own = found.finding.call in {None, seen.number}
    differs = own and any(mark == path or mark.startswith((f"{path}.", f"{path}[")) for mark in found.finding.marks)
    return "  <<<" if differs else ""


def _call(seen: CallSeen, found: Counterexample, paint: Callable[[str, str], str]) -> Iterator[str]:
    yield f"   call {seen.number}{circumstances(seen, found.observation)}"
    for index, entry in enumerate(seen.messages):
        mark = _marked(f"messages[{index}]", seen, found)
        if index < _MANY or mark:
            yield f"      messages[{index}] = {_entry(entry)}{paint(mark, 'red')}"
    if len(seen.messages) > _MANY:
        yield f"      … {len(seen.messages):,} messages in all"
    yield from _told(seen, found, paint)


def _entry(entry: Json) -> str:
    if not isinstance(entry, dict):
        return shown(entry)
    return "{" + ", ".join(f"{json.dumps(key)}: {shown(value)}" for key, value in entry.items()) + "}"


def _told(seen: CallSeen, found: Counterexample, paint: Callable[[str, str], str]) -> Iterator[str]:
    told = told_of(seen.told)
    answer = told.get("returned")
    mark = paint(_marked("answer", seen, found), "red")
    if "raised" in told:
        where = " when it was opened" if seen.opening else ""
        yield f"      raised{where}: {told['raised']['class']}: {shown(told['raised']['text'])}{mark}"
    elif "hung" in told:
        yield f"      no answer for {told['hung']} s{mark}"
    elif not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
        yield f"      returned {shown(answer)}{mark}"
    else:
        for key, value in answer.items():
            if key != "results":
                yield f"      answer.{key} = {shown(value)}{paint(_marked(f'answer.{key}', seen, found), 'red')}"
        if not answer["results"]:
            yield f"      answer.results = []{mark}"
        for index, row in enumerate(answer["results"]):
            differs = _marked(f"answer.results[{index}]", seen, found)
            if index < _MANY or differs:
                yield f"      answer.results[{index}] = {_row(row)}{paint(differs, 'red')}"


def _row(row: Json) -> str:
    text = json.dumps(row, ensure_ascii=False, default=str)
    return text if len(text) <= _WIDE else shown(row)


def _recorded(found: Counterexample) -> Iterator[str]:
    conversations = recorded(found.observation)
    if not conversations:
        yield "      nothing"
    for each in conversations:
        yield f"      {each['conversation_id']}"
        for place, row in enumerate(each["messages"], 1):
            if place <= _MANY:
                said = {key: value for key, value in row.items() if key in _SAID and value not in (None, {})}
                yield f"         {place}. {row.get('message_id', '')} {_entry(said)}"
        if len(each["messages"]) > _MANY:
            yield f"         … {len(each['messages']):,} messages in all"


_SAID: Final = ("role", "content", "user_id", "customer_id", "session_id", "metadata")


def _counted(run: Run, outcome: Outcome, level: str) -> str:
    """How many clauses came to that; of broken ones which, for what stands last is read first."""
    found = run.of(outcome, level)
    named = f" ({', '.join(each.clause.id for each in found)})" if outcome in {"failed", "stale", "error"} else ""
    return f"{len(found)} {outcome}{named}"


def _summary(run: Run, paint: Callable[[str, str], str]) -> Iterator[str]:
    for level in ("MUST", "SHOULD"):
        said = [paint(_counted(run, each, level), _SIGNS[each][1]) for each in _SIGNS if run.of(each, level)]
        yield f"{level + ':':<8} {', '.join(said) or 'not asked'}"
    if len(run.of("failed")) >= _SEVERAL:
        yield "One defect may break several clauses: mend the first, and run again."
    where = f"; counterexamples are kept in {run.folder}" if run.folder and run.of("failed") else ""
    yield f"{run.seconds:.1f} s{where}"
