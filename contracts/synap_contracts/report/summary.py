"""Runs as Markdown, for the page of a CI job.

Texts from a client or a server are written only as code, where they cannot become markup, links or mentions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.catalogue import CLAUSES
from synap_contracts.report.markup import visible
from synap_contracts.report.terminal import format_evidence, format_finding
from synap_contracts.report.verdicts import format_counts, summarize, verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.runs.result import ClauseResult, Run

_LONG: Final = 6_000
"""The maximum number of characters of one counterexample."""
_WHOLE: Final = 900_000
"""The maximum number of characters in total: GitHub drops a summary of more than a megabyte."""


def markdown(runs: list[Run], *, strict: bool = False) -> str:
    """Return the Markdown.

    Args:
        runs: The run of each client.
        strict: Whether a SHOULD that fails fails the run.
    """
    parts = ["\n".join(_head(runs, strict=strict))]
    left = _WHOLE - len(parts[0])
    for part in _details(runs, strict=strict):
        if len(part) > left:
            parts.append("The rest does not fit into this page; `--html FILE` has everything.\n")
            break
        left -= len(part)
        parts.append(part)
    return "\n".join(parts)


def _head(runs: list[Run], *, strict: bool) -> Iterator[str]:
    yield "## Synap's contract"
    yield ""
    yield "| client | verdict | clauses |"
    yield "| --- | --- | --- |"
    for run in runs:
        counts = ", ".join(format_counts(run, strict=strict))
        yield f"| {_code(_name(run))} | {summarize(run, strict=strict)[0]} | {counts} |"
    yield ""
    results = [{result.clause.id: result for result in run.clauses} for run in runs]
    shown = [clause for clause in CLAUSES if any(_is_shown(each.get(clause.id)) for each in results)]
    if shown:
        yield f"| clause | {' | '.join(_code(_name(run)) for run in runs)} |"
        yield f"| --- | {' | '.join('---' for _ in runs)} |"
    for clause in shown:
        words = (_word(run, each.get(clause.id), strict=strict) for run, each in zip(runs, results, strict=True))
        yield f"| {clause.id} {clause.level} | {' | '.join(words)} |"
    yield ""


def _word(run: Run, result: ClauseResult | None, *, strict: bool) -> str:
    if result is None:
        return ""
    finding = run.finding_of(result)
    word = verdict_of(result.outcome, result.clause.level, strict=strict).word
    return word if finding is None else f"{word} (finding {finding.id})"


def _is_shown(result: ClauseResult | None) -> bool:
    return result is not None and result.outcome not in {"passed", "not-testable"}


def _details(runs: list[Run], *, strict: bool) -> Iterator[str]:
    """Yield the findings and the clauses that did not pass; what could not be run and what fails the run first."""
    for run in runs:
        if run.error is not None:
            yield _folded("the run stopped" if run.clauses else "could not be run", run, run.error)
    shown = [
        (verdict_of("failed", each.level, strict=strict), f"finding {each.id}: {', '.join(each.clauses)}", run, text)
        for run in runs
        for each in run.findings
        for text in ["\n".join(format_finding(each, run))]
    ]
    shown += [
        (verdict_of(result.outcome, result.clause.level, strict=strict), result.clause.id, run, text)
        for run in runs
        for result in run.clauses
        if _is_shown(result) and run.finding_of(result) is None
        for text in ["\n".join(format_evidence(result, run))]
    ]
    for verdict, head, run, text in sorted(shown, key=lambda each: not each[0].fails):
        yield _folded(f"{verdict.word}: {head}", run, text)


def _folded(head: str, run: Run, evidence: str) -> str:
    """Return a collapsed text below a heading."""
    text = visible(evidence)
    shown = text if len(text) <= _LONG else f"{text[:_LONG]}\n… ({len(text):,} characters)"
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", shown)), default=0))
    summary = f"<details><summary>{head}</summary>\n\n{_code(_name(run))}\n"
    return f"{summary}\n{fence}text\n{shown}\n{fence}\n</details>\n"


def _name(run: Run) -> str:
    return run.spec if run.version is None else f"{run.spec} {run.version}"


def _code(text: str) -> str:
    """Return a text as code that is valid in a table too."""
    shown = " ".join(visible(text).split()).replace("|", "\\|") or " "
    ticks = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"
