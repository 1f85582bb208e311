"""Runs as Markdown, for the page that a CI job has.

What came from a client or a server stands in code only, where nothing of it is markup, a link or a name to notify.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.catalogue import CLAUSES
from synap_contracts.report.markup import visible
from synap_contracts.report.standing import counted_words, standing, verdict
from synap_contracts.report.terminal import evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.runs.result import ClauseResult, Run

_LONG: Final = 6_000
"""Characters of one counterexample."""
_WHOLE: Final = 900_000
"""Characters of all: GitHub takes a megabyte, and drops what has more."""


def markdown(runs: list[Run], *, strict: bool = False) -> str:
    """The Markdown.

    Args:
        runs: A run for each client.
        strict: Whether a SHOULD that fails fails the run.
    """
    parts = ["\n".join(_head(runs, strict=strict))]
    left = _WHOLE - len(parts[0])
    for part in _details(runs, strict=strict):
        if len(part) > left:
            parts.append("There is more than this page can hold; `--html FILE` has it all.\n")
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
        counts = ", ".join(counted_words(run, strict=strict))
        yield f"| {_code(_named(run))} | {verdict(run, strict=strict)[0]} | {counts} |"
    yield ""
    results = [{result.clause.id: result for result in run.clauses} for run in runs]
    told = [clause for clause in CLAUSES if any(_tells(each.get(clause.id)) for each in results)]
    if told:
        yield f"| clause | {' | '.join(_code(_named(run)) for run in runs)} |"
        yield f"| --- | {' | '.join('---' for _ in runs)} |"
    for clause in told:
        found = (each.get(clause.id) for each in results)
        words = ("" if r is None else standing(r.outcome, r.clause.level, strict=strict).word for r in found)
        yield f"| {clause.id} {clause.level} | {' | '.join(words)} |"
    yield ""


def _tells(result: ClauseResult | None) -> bool:
    return result is not None and result.outcome not in {"passed", "not-testable"}


def _details(runs: list[Run], *, strict: bool) -> Iterator[str]:
    """What was not kept, each with its evidence; what could not be run, and what fails the run, first."""
    yield from (_folded("could not be run", run, run.error) for run in runs if run.error is not None)
    told = [
        (standing(result.outcome, result.clause.level, strict=strict), result, run)
        for run in runs
        for result in run.clauses
        if _tells(result)
    ]
    for stands, result, run in sorted(told, key=lambda each: not each[0].breaks):
        yield _folded(f"{stands.word}: {result.clause.id}", run, "\n".join(evidence(result, run)))


def _folded(head: str, run: Run, evidence: str) -> str:
    """A text that opens below its head."""
    text = visible(evidence)
    shown = text if len(text) <= _LONG else f"{text[:_LONG]}\n… ({len(text):,} characters)"
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", shown)), default=0))
    summary = f"<details><summary>{head}</summary>\n\n{_code(_named(run))}\n"
    return f"{summary}\n{fence}text\n{shown}\n{fence}\n</details>\n"


def _named(run: Run) -> str:
    return run.spec if run.version is None else f"{run.spec} {run.version}"


def _code(text: str) -> str:
    """A text as code, in a table too."""
    shown = " ".join(visible(text).split()).replace("|", "\\|") or " "
    ticks = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"
