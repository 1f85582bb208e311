"""The catalogue of clauses, and their checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from synap_contracts.clauses.catalogue import BY_ID, CHECKS, CLAUSES

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
