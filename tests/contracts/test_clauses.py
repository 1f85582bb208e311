"""The catalogue of clauses, and their checks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from synap_contracts.clauses.catalogue import BY_ID, CHECKS, CLAUSES, REVISION, REVISIONS, clauses_of
from synap_contracts.client.spec import Spec
from synap_contracts.commands import verify
from synap_contracts.runs.run import RunOptions

if TYPE_CHECKING:
    from synap_contracts.clauses.clause import Check, Clause

UNCHECKED: dict[str, str] = {}
"""Clauses without a check, with the reasons."""


def test_ids_are_unique() -> None:
    assert len(BY_ID) == len(CLAUSES)


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.id)
def test_must_is_documented_or_derived(clause: Clause) -> None:
    assert clause.level == "SHOULD" or clause.evidence in {"documented", "derived"}


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.id)
def test_every_clause_has_a_check_or_a_reason(clause: Clause) -> None:
    assert any(clause in check.proves for check in CHECKS) != (clause.id in UNCHECKED)


def test_checks_name_existing_clauses() -> None:
    assert {clause for check in CHECKS for clause in check.clauses} <= BY_ID.keys()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name.replace(" ", "-"))
def test_check_has_scenarios(check: Check) -> None:
    assert check.fixed("quick") or (check.drawn is not None and check.share)


def test_clauses_of_a_revision_never_change() -> None:
    """A line is a clause of a published revision: add the lines of a new one, and change none."""
    recorded = Path(__file__).with_name("revisions.txt").read_text(encoding="utf-8").splitlines()
    current = [f"{each} {clause.id} {clause.level}" for each in REVISIONS for clause in CLAUSES if clause.since <= each]
    assert sorted(current) == sorted(recorded)


def test_older_contract_lacks_later_clauses() -> None:
    later = replace(CLAUSES[0], since="9999-01-01")
    assert later.id not in clauses_of(REVISION, (later, *CLAUSES[1:]))
    assert later.id in clauses_of("9999-01-01", (later, *CLAUSES[1:]))


def test_run_tests_the_clauses_of_its_contract() -> None:
    """No revision is as old as the second one: its contract has no clause."""
    assert RunOptions(Spec("reference")).plan.clauses == clauses_of(REVISION)
    assert RunOptions(Spec("reference"), contract="2000-01-01").plan.clauses == frozenset()


def test_unknown_contract_is_an_error_that_lists_the_known_ones() -> None:
    result = CliRunner().invoke(verify, ["reference", "--contract", "2020-02-30"])
    assert result.exit_code == 2
    assert f"no revision is named '2020-02-30'; expected one of {', '.join(REVISIONS)}" in " ".join(
        result.output.split()
    )
