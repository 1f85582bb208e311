"""Runs as a badge: one SVG without external fonts or URLs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import tostring

from synap_contracts.report.formats.markup import element
from synap_contracts.report.verdicts import clause_verdict

if TYPE_CHECKING:
    from synap_contracts.report.types import Report, RunReport

_LABEL: Final = "Synap contract"
_COLORS: Final = {
    "failed": "#a8141a",
    "lost": "#a8141a",
    "stale": "#a8141a",
    "error": "#6b2a94",
    "known": "#7a4d00",
    "passed": "#14692f",
}
_GRAY: Final = "#565e6b"
_CHARACTER: Final = 6.6
"""The width of a character of the 11 px font, in px. Texts are fitted to the resulting width."""


def svg(report: Report) -> str:
    """Return the SVG. In a strict report, a SHOULD counts as a MUST."""
    words, color = _summarize(report["runs"], strict=report["strict"])
    left, right = (round(len(text) * _CHARACTER + 12) for text in (_LABEL, words))
    drawing = element(
        "svg",
        element("title", f"{_LABEL}: {words}"),
        element("rect", width=str(left + right), height="20", rx="3", fill="#39414d"),
        element("path", d=f"M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z", fill=color),
        element(
            "g",
            element("text", _LABEL, x="6", y="14", textLength=str(left - 12)),
            element("text", words, x=str(left + 6), y="14", textLength=str(right - 12)),
            fill="#fff",
            font_family="Verdana,DejaVu Sans,sans-serif",
            font_size="11",
        ),
        xmlns="http://www.w3.org/2000/svg",
        width=str(left + right),
        height="20",
        role="img",
        aria_label=f"{_LABEL}: {words}",
    )
    return f"{tostring(drawing, encoding='unicode')}\n"


def _summarize(runs: list[RunReport], *, strict: bool) -> tuple[str, str]:
    """Return the words and the color: how many clients pass, and the worst result."""
    results = [_summarize_one(run, strict=strict) for run in runs]
    if len(results) == 1:
        return results[0]
    passed = sum(color == _COLORS["passed"] for _, color in results)
    worst = next((color for color in (*_COLORS.values(), _GRAY) if any(each[1] == color for each in results)), _GRAY)
    return f"{passed} of {len(results)} clients pass", worst


def _summarize_one(run: RunReport, *, strict: bool) -> tuple[str, str]:
    clauses, counts = run["clauses"], run["summary"]
    if run["error"] is not None and not clauses:
        return "could not be run", _COLORS["error"]
    counting = [each for each in clauses if strict or each["level"] == "MUST"]
    words = [clause_verdict(each, strict=True).word for each in counting]
    if stale := counts["MUST"]["stale"] + counts["SHOULD"]["stale"]:
        words += ["stale"] * (stale - words.count("stale"))
    what = "clauses" if strict else "MUST"
    for word, text in _TEXTS.items():
        if count := words.count(word):
            return text.format(count=count, all=len(counting), what=what), _COLORS[word]
    passed = f"passes {words.count('passed')} of {len(words)} {what}"
    untested = counts["MUST"]["not-testable"]
    if untested or not words:
        return f"{passed}, {untested} not testable" if untested else "no MUST was tested", _GRAY
    return passed, _COLORS["passed"]


_TEXTS: Final = {
    "failed": "fails {count} of {all} {what}",
    "lost": "{count} of {all} {what} no longer tested",
    "stale": "stale known failures: {count}",
    "error": "{count} of {all} {what} not judged",
    "known": "fails {count} of {all} {what}, as known",
}
