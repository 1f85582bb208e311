"""Runs as a badge: one SVG that names no font to fetch and no address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import tostring

from synap_contracts.report.markup import element
from synap_contracts.report.standing import standing

if TYPE_CHECKING:
    from synap_contracts.runs.result import Run

_LABEL: Final = "Synap contract"
_COLOURS: Final = {"failed": "#a8141a", "stale": "#a8141a", "error": "#6b2a94", "known": "#7a4d00", "passed": "#14692f"}
_GREY: Final = "#565e6b"
_CHARACTER: Final = 6.6
"""Width of a character of the 11 px font, in px: texts are fitted into what this gives."""


def svg(runs: list[Run], *, strict: bool = False) -> str:
    """The SVG.

    Args:
        runs: A run for each client.
        strict: Whether a SHOULD counts as a MUST.
    """
    words, colour = _told(runs, strict=strict)
    left, right = (round(len(text) * _CHARACTER + 12) for text in (_LABEL, words))
    drawing = element(
        "svg",
        element("title", f"{_LABEL}: {words}"),
        element("rect", width=str(left + right), height="20", rx="3", fill="#39414d"),
        element("path", d=f"M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z", fill=colour),
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


def _told(runs: list[Run], *, strict: bool) -> tuple[str, str]:
    """The words and the colour: how many are kept of those that count, and the worst that became of the others."""
    kept = [_of_one(run, strict=strict) for run in runs]
    if len(kept) == 1:
        return kept[0]
    green = sum(colour == _COLOURS["passed"] for _, colour in kept)
    worst = next((colour for colour in (*_COLOURS.values(), _GREY) if any(each[1] == colour for each in kept)), _GREY)
    return f"{green} of {len(kept)} clients keep it", worst


def _of_one(run: Run, *, strict: bool) -> tuple[str, str]:
    if run.error is not None:
        return "could not be run", _COLOURS["error"]
    counting = [result for result in run.clauses if strict or result.clause.level == "MUST"]
    words = [standing(result.outcome, result.clause.level, strict=True).word for result in counting]
    if stale := len(run.of("stale")):
        words += ["stale"] * (stale - words.count("stale"))
    what = "clauses" if strict else "MUST"
    for word, said in _SAID.items():
        if count := words.count(word):
            return said.format(count=count, all=len(counting), what=what), _COLOURS[word]
    kept = f"keeps {words.count('passed')} of {len(words)} {what}"
    unasked = len(run.of("not-testable", "MUST"))
    if unasked or not words:
        return f"{kept}, {unasked} not testable" if unasked else "no MUST was asked", _GREY
    return kept, _COLOURS["passed"]


_SAID: Final = {
    "failed": "breaks {count} of {all} {what}",
    "stale": "known failures gone stale: {count}",
    "error": "{count} of {all} {what} not judged",
    "known": "breaks {count} of {all} {what}, as known",
}
