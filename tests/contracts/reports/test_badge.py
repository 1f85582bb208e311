"""Runs as a badge."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree.ElementTree import fromstring

import pytest
from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.report.badge import svg
from synap_contracts.runs.result import ClauseResult

if TYPE_CHECKING:
    from synap_contracts.runs.result import Outcome, Run

GREEN, AMBER, RED, VIOLET, GREY = "#14692f", "#7a4d00", "#a8141a", "#6b2a94", "#565e6b"


def told(*runs: Run, strict: bool = False) -> tuple[str, str]:
    """The words and the colour."""
    root = fromstring(svg([*runs], strict=strict))  # noqa: S314 - our own
    name = "{http://www.w3.org/2000/svg}"
    return root.attrib["aria-label"].removeprefix("Synap contract: "), root.find(f"{name}path").attrib["fill"]  # type: ignore[union-attr]


def but(run: Run, clause: str, outcome: Outcome) -> Run:
    """A run with one clause more."""
    return replace(run, clauses=(*run.clauses, ClauseResult(BY_ID[clause], outcome)))


@pytest.mark.parametrize(
    ("clause", "outcome", "words", "colour"),
    [
        ("RES-ROWS", "passed", "keeps 4 of 4 MUST", GREEN),
        ("RES-ROWS", "failed", "breaks 1 of 4 MUST", RED),
        ("RES-ROWS", "known", "breaks 1 of 4 MUST, as known", AMBER),
        ("RES-ROWS", "stale", "known failures gone stale: 1", RED),
        ("RES-ROWS", "error", "1 of 4 MUST not judged", VIOLET),
        ("RES-ROWS", "not-testable", "keeps 3 of 4 MUST, 1 not testable", GREY),
        ("RES-EMPTY", "failed", "keeps 3 of 3 MUST", GREEN),
        ("RES-EMPTY", "stale", "known failures gone stale: 1", RED),
    ],
)
def test_a_badge_claims_no_more_than_was_found(
    clause: str, outcome: Outcome, words: str, colour: str, kept: Run
) -> None:
    assert told(but(kept, clause, outcome)) == (words, colour)


def test_strict_counts_every_clause(kept: Run) -> None:
    assert told(but(kept, "RES-EMPTY", "failed"), strict=True) == ("breaks 1 of 4 clauses", RED)


def test_several_clients_are_counted(kept: Run, broken: Run) -> None:
    assert told(kept, broken, kept) == ("2 of 3 clients keep it", RED)


def test_a_run_that_asked_no_must_claims_nothing(kept: Run) -> None:
    assert told(replace(kept, clauses=())) == ("no MUST was asked", GREY)


def test_a_badge_fetches_nothing(kept: Run) -> None:
    assert svg([kept]).count("http") == 1  # the name of its format
