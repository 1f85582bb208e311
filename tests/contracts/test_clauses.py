"""The catalogue of clauses, and the checks that ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from synap_contracts.clauses.catalogue import BY_ID, CLAUSES, Clause
from synap_contracts.clauses.checks import CHECKS

if TYPE_CHECKING:
    from synap_contracts.clauses.check import Check

UNCHECKED: dict[str, str] = {}
"""Clauses without a check, each with the reason."""


def test_no_id_is_given_twice() -> None:
    assert len(BY_ID) == len(CLAUSES)


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.id)
def test_a_must_is_documented_or_derived(clause: Clause) -> None:
    assert clause.level == "SHOULD" or clause.evidence in {"documented", "derived"}


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.id)
def test_every_clause_has_a_check_or_a_written_reason(clause: Clause) -> None:
    assert any(clause.id in check.proves for check in CHECKS) != (clause.id in UNCHECKED)


def test_a_check_names_clauses_that_there_are() -> None:
    assert {clause for check in CHECKS for clause in check.asks} <= BY_ID.keys()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name.replace(" ", "-"))
def test_a_check_has_something_to_play(check: Check) -> None:
    assert check.corners("quick") or (check.drawn is not None and check.share)
