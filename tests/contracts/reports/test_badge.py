"""Runs as a badge."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree.ElementTree import fromstring

import pytest
from contracts.reports.documents import report_of
from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.report.formats.badge import svg
from synap_contracts.runs.result import ClauseResult

if TYPE_CHECKING:
    from synap_contracts.runs.result import Outcome, Run

GREEN, AMBER, RED, VIOLET, GRAY = "#14692f", "#7a4d00", "#a8141a", "#6b2a94", "#565e6b"


def words_and_color(*runs: Run, strict: bool = False) -> tuple[str, str]:
    """Return the words and the color of a badge."""
    root = fromstring(svg(report_of(*runs, strict=strict)))  # noqa: S314 - our own
    name = "{http://www.w3.org/2000/svg}"
    return root.attrib["aria-label"].removeprefix("Synap contract: "), root.find(f"{name}path").attrib["fill"]  # type: ignore[union-attr]


def add(run: Run, clause: str, outcome: Outcome) -> Run:
    """Return a run with one more clause."""
    return replace(run, clauses=(*run.clauses, ClauseResult(BY_ID[clause], outcome)))


@pytest.mark.parametrize(
    ("clause", "outcome", "words", "color"),
    [
        ("RES-ROWS", "passed", "passes 4 of 4 MUST", GREEN),
        ("RES-ROWS", "failed", "fails 1 of 4 MUST", RED),
        ("RES-ROWS", "known", "fails 1 of 4 MUST, as known", AMBER),
        ("RES-ROWS", "stale", "stale known failures: 1", RED),
        ("RES-ROWS", "error", "1 of 4 MUST not judged", VIOLET),
        ("RES-ROWS", "not-testable", "passes 3 of 4 MUST, 1 not testable", GRAY),
        ("RES-EMPTY", "failed", "passes 3 of 3 MUST", GREEN),
        ("RES-EMPTY", "stale", "stale known failures: 1", RED),
    ],
)
def test_badge_shows_the_worst_result(clause: str, outcome: Outcome, words: str, color: str, passed: Run) -> None:
    assert words_and_color(add(passed, clause, outcome)) == (words, color)


def test_strict_counts_all_clauses(passed: Run) -> None:
    assert words_and_color(add(passed, "RES-EMPTY", "failed"), strict=True) == ("fails 1 of 4 clauses", RED)


def test_several_clients_are_counted(passed: Run, failed: Run) -> None:
    assert words_and_color(passed, failed, passed) == ("2 of 3 clients pass", RED)


def test_run_without_must_is_gray(passed: Run) -> None:
    assert words_and_color(replace(passed, clauses=())) == ("no MUST was tested", GRAY)


def test_badge_has_no_external_resources(passed: Run) -> None:
    assert svg(report_of(passed)).count("http") == 1  # the name of its format
