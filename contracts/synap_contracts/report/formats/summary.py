"""Runs as Markdown, for the page of a CI job.

Texts from a client or a server are written only as code, where they cannot become markup, links or mentions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.catalogue import CLAUSES
from synap_contracts.report.formats.example import format_evidence, format_finding
from synap_contracts.report.formats.markup import visible
from synap_contracts.report.verdicts import clause_verdict, format_counts, summarize, verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.report.types import ClauseReport, Report, RunReport

_LONG: Final = 6_000
"""The maximum number of characters of one counterexample."""
_ORDER: Final[dict[str, int]] = {clause.id: number for number, clause in enumerate(CLAUSES)}
_WHOLE: Final = 900_000
"""The maximum number of characters in total: GitHub drops a summary of more than a megabyte."""


def markdown(report: Report) -> str:
    """Return the Markdown."""
    runs, strict = report["runs"], report["strict"]
    parts = ["\n".join(_head(runs, strict=strict))]
    left = _WHOLE - len(parts[0])
    for part in _details(runs, strict=strict):
        if len(part) > left:
            parts.append("The rest does not fit into this page; `--html FILE` has everything.\n")
            break
        left -= len(part)
        parts.append(part)
    return "\n".join(parts)


def _head(runs: list[RunReport], *, strict: bool) -> Iterator[str]:
    yield "## Synap's contract"
    yield ""
    yield "| client | verdict | clauses |"
    yield "| --- | --- | --- |"
    for run in runs:
        counts = ", ".join(format_counts(run, strict=strict))
        yield f"| {_code(_name(run))} | {summarize(run, strict=strict)[0]} | {counts} |"
    yield ""
    results = [{each["id"]: each for each in run["clauses"]} for run in runs]
    heads = {id_: each["level"] for found in results for id_, each in found.items() if _is_shown(each)}
    if heads:
        yield f"| clause | {' | '.join(_code(_name(run)) for run in runs)} |"
        yield f"| --- | {' | '.join('---' for _ in runs)} |"
    for id_ in sorted(heads, key=lambda each: _ORDER.get(each, len(_ORDER))):
        words = (_word(found.get(id_), strict=strict) for found in results)
        yield f"| {id_} {heads[id_]} | {' | '.join(words)} |"
    yield ""


def _word(result: ClauseReport | None, *, strict: bool) -> str:
    if result is None:
        return ""
    word = clause_verdict(result, strict=strict).word
    return word if result["finding"] is None else f"{word} (finding {result['finding']})"


def _is_shown(result: ClauseReport) -> bool:
    return clause_verdict(result, strict=True).word not in {"passed", "not testable"}


def _details(runs: list[RunReport], *, strict: bool) -> Iterator[str]:
    """Yield the findings and the clauses that did not pass; what could not be run and what fails the run first."""
    for run in runs:
        if run["error"] is not None:
            yield _folded("the run stopped" if run["clauses"] else "could not be run", run, run["error"])
    shown = [
        (
            verdict_of("failed", each["level"], strict=strict),
            f"finding {each['id']}: {', '.join((each['clause'], *each['also']))}",
            run,
            "\n".join(format_finding(each, run)),
        )
        for run in runs
        for each in run["findings"]
    ]
    shown += [
        (
            clause_verdict(result, strict=strict),
            result["id"],
            run,
            "\n".join(format_evidence(result, run)),
        )
        for run in runs
        for result in run["clauses"]
        if _is_shown(result) and result["finding"] is None
    ]
    for verdict, head, run, text in sorted(shown, key=lambda each: not each[0].fails):
        yield _folded(f"{verdict.word}: {head}", run, text)


def _folded(head: str, run: RunReport, evidence: str) -> str:
    """Return a collapsed text below a heading."""
    text = visible(evidence)
    shown = text if len(text) <= _LONG else f"{text[:_LONG]}\n… ({len(text):,} characters)"
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", shown)), default=0))
    summary = f"<details><summary>{head}</summary>\n\n{_code(_name(run))}\n"
    return f"{summary}\n{fence}text\n{shown}\n{fence}\n</details>\n"


def _name(run: RunReport) -> str:
    spec, version = run["client"]["spec"], run["client"]["version"]
    return spec if version is None else f"{spec} {version}"


def _code(text: str) -> str:
    """Return a text as code that is valid in a table too."""
    shown = " ".join(visible(text).split()).replace("|", "\\|") or " "
    ticks = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"
