"""Recorded observations of wrong clients keep their findings."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from synap_contracts.clauses.judge import judge
from synap_contracts.client import protocol
from synap_contracts.observation import observed
from synap_contracts.scenarios import model
from synap_contracts.server import server

NAMES = {"datetime": dt, **vars(protocol), **vars(model), **vars(server), **vars(observed)}
LINES = Path(__file__).with_name("verdicts.txt").read_text(encoding="utf-8").split("\n")[:-1]
"""For each clause that a client of the zoo violated, the smallest observation, and the clause, call and paths of its
findings: both as Python writes them."""


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_observation_has_the_recorded_findings(line: str) -> None:
    observation, expected = eval(line, dict(NAMES))  # noqa: S307 - our own file
    assert [(each.clause, each.call, each.paths) for each in judge(observation)] == expected
