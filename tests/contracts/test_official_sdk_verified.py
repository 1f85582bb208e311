"""The official SDK, as it is installed: the kit finds by itself what it is known to break."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.runs.result import Run

BROKEN = ("IN-KEYS", "IN-ROLE", "IN-TYPES", "IN-ITERABLE", "NET-NAME", "NET-LOST", "ONCE", "AUTH-SECRET", "REDIRECT")
"""RATE-WAIT too, but to see it takes the SDK's own ten seconds: `synap-mock verify sdk --clause RATE-WAIT`."""

KEPT = ("ACCEPT", "RES-ORDER", "RES-PARTIAL", "RES-UNIQUE", "SEND-CONTENT", "SEND-METADATA", "AUTH-OWN", "NET-REFUSED")


SLOW = ("ONCE", "AUTH-SECRET")


@pytest.fixture(scope="module")
def quickly(run: Callable[..., Run]) -> dict[str, str]:
    """What becomes of what it breaks, but for what takes long, in one run: the SDK takes its time to load."""
    asked = [clause for clause in BROKEN if clause not in SLOW]
    return {result.clause.id: result.outcome for result in run("sdk", *asked, in_process=False).clauses}


@pytest.mark.parametrize("clause", [clause for clause in BROKEN if clause not in SLOW])
def test_what_the_sdk_breaks_is_found(clause: str, quickly: dict[str, str]) -> None:
    assert quickly[clause] == "failed"


@pytest.mark.whole
@pytest.mark.parametrize("clause", SLOW)
def test_what_the_sdk_breaks_is_found_in_the_end(clause: str, run: Callable[..., Run]) -> None:
    assert [result.outcome for result in run("sdk", clause, in_process=False).clauses] == ["failed"]


@pytest.mark.whole
def test_what_it_keeps_is_left_alone(run: Callable[..., Run]) -> None:
    results = run("sdk", *KEPT, in_process=False, examples=2).clauses
    assert {result.clause.id: result.outcome for result in results} == dict.fromkeys(KEPT, "passed")
