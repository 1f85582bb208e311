"""The installed official SDK: the kit finds its known failures without a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.runs.result import Run

FAILED = ("IN-KEYS", "IN-ROLE", "IN-TYPES", "IN-ITERABLE", "NET-NAME", "NET-LOST", "ONCE", "AUTH-SECRET", "REDIRECT")
"""It fails RATE-WAIT too, but that takes the SDK ten seconds: `synap-mock verify sdk --clause RATE-WAIT`."""

PASSED = (
    "ACCEPT",
    "RES-ORDER",
    "RES-PARTIAL",
    "RES-UNIQUE",
    "SEND-CONTENT",
    "SEND-METADATA",
    "AUTH-OWN",
    "NET-REFUSED",
)


SLOW = ("ONCE", "AUTH-SECRET")


@pytest.fixture(scope="module")
def quickly(run: Callable[..., Run]) -> dict[str, str]:
    """Return the outcomes of the failed clauses except the slow ones, of one run: the SDK is slow to load."""
    clauses = [clause for clause in FAILED if clause not in SLOW]
    return {result.clause.id: result.outcome for result in run("sdk", *clauses, in_process=False).clauses}


@pytest.mark.parametrize("clause", [clause for clause in FAILED if clause not in SLOW])
def test_failures_of_the_sdk_are_found(clause: str, quickly: dict[str, str]) -> None:
    assert quickly[clause] == "failed"


@pytest.mark.whole
@pytest.mark.parametrize("clause", SLOW)
def test_slow_failures_of_the_sdk_are_found(clause: str, run: Callable[..., Run]) -> None:
    assert [result.outcome for result in run("sdk", clause, in_process=False).clauses] == ["failed"]


@pytest.mark.whole
def test_other_clauses_pass_for_the_sdk(run: Callable[..., Run]) -> None:
    results = run("sdk", *PASSED, in_process=False, examples=2).clauses
    assert {result.clause.id: result.outcome for result in results} == dict.fromkeys(PASSED, "passed")
