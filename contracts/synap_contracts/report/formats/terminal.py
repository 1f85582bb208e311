"""A run on the terminal: what did not pass, then each finding with its example, then the counts."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final, TypeAlias, get_args

from synap_contracts.clauses.clause import Level
from synap_contracts.report.formats.compared import format_comparison
from synap_contracts.report.formats.example import format_evidence, format_finding
from synap_contracts.report.verdicts import clause_verdict, client_name, search_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synap_contracts.report.types import ClauseReport, RunReport
    from synap_contracts.runs.result import Outcome

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
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
_WIDTH: Final = 117


def format_run(run: RunReport, paint: Paint, *, strict: bool = False) -> Iterator[str]:
    """Yield the lines of a run.

    Args:
        run: The run.
        paint: Returns a text in a color, or unchanged.
        strict: Whether a SHOULD that fails fails the run.
    """
    server = f"{run['server']['url']} ({run['server']['dialect']} dialect)"
    yield f"{client_name(run)} against {server}, {search_of(run)}"
    yield from (f"  {limit}" for limit in run["client"]["limits"])
    yield ""
    if run["error"] is not None:
        yield from (paint(line, "red") for line in f"The run stopped: {run['error']}".splitlines())
        yield ""
    plain = [each for each in run["clauses"] if each["outcome"] == "passed" and not each["message"]]
    for result in run["clauses"]:
        if result not in plain:
            yield _format_line(result, paint, strict=strict)
    yield from _format_passed(plain, paint)
    for finding in run["findings"]:
        yield ""
        yield from format_finding(finding, run, paint)
    for result in run["clauses"]:
        if result["counterexample"] is not None and result["outcome"] != "known" and result["finding"] is None:
            yield ""
            yield from format_evidence(result, run, paint)
    yield ""
    yield from _format_summary(run, paint, strict=strict)


def _format_line(result: ClauseReport, paint: Paint, *, strict: bool) -> str:
    sign, color = _SIGNS[result["outcome"]]
    word = clause_verdict(result, strict=strict).word
    sign, color = {"warning": ("warning", "yellow"), "lost": ("LOST", "red")}.get(word, (sign, color))
    head = f"{result['id']:<23} {result['level']:<7} "
    if result["finding"] is not None:
        referring = f"{sign} (finding {result['finding']})"
        return f"{head}{paint(referring, color)}"
    count = f"{result['exercised']:>5} calls " if result["exercised"] else " " * 12
    return f"{head}{paint(f'{sign:<13}', color)}{count}  {result['message']}".rstrip()


def _format_passed(results: list[ClauseReport], paint: Paint) -> Iterator[str]:
    """Yield the clauses that passed, many in a line: a long list of them would hide the others."""
    if results:
        yield paint("passed, with the number of calls that exercised each clause:", "green")
    for level in LEVELS:
        text = ", ".join(f"{each['id']} {each['exercised']}" for each in results if each["level"] == level)
        # A clause and its number must not be separated.
        lines = textwrap.wrap(text.replace(" ", "\0").replace(",\0", ", "), _WIDTH - 11, break_on_hyphens=False)
        for number, line in enumerate(lines):
            yield f"   {level if number == 0 else '':<7} {line}".replace("\0", " ")


def _format_count(run: RunReport, outcome: Outcome, level: Level, *, strict: bool) -> str:
    """Return the number of clauses with an outcome, with the ids of failed ones: the last lines are read first."""
    ids = [each["id"] for each in run["clauses"] if (each["outcome"], each["level"]) == (outcome, level)]
    warnings = outcome == "failed" and level == "SHOULD" and not strict
    word = ("warning" if len(ids) == 1 else "warnings") if warnings else outcome
    return f"{len(ids)} {word}" + (f" ({', '.join(ids)})" if outcome in {"failed", "stale", "error"} else "")


def _format_summary(run: RunReport, paint: Paint, *, strict: bool) -> Iterator[str]:
    for level in LEVELS:
        counts = [
            paint(_format_count(run, outcome, level, strict=strict), _SIGNS[outcome][1])
            for outcome in _SIGNS
            if run["summary"][level][outcome]
        ]
        yield f"{level + ':':<8} {', '.join(counts) or 'not tested'}"
    if findings := run["findings"]:
        yield f"{len(findings)} finding{'' if len(findings) == 1 else 's'}"
    for each in findings:
        yield f"   {each['id']}. {each['summary']}"
        if each["fix"]:
            yield f"      what to change: {each['fix']}"
    if run["against"] is not None:
        first, *others = format_comparison(run["against"])
        yield from (first, *(f"   {each}" for each in others))
    failed = any(run["summary"][level]["failed"] for level in LEVELS)
    where = f"; counterexamples are saved in {run['folder']}" if run["folder"] and failed else ""
    yield f"{run['seconds']:.1f} s{where}"
