"""Hypothesis's observations of a run, which Tyche shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

NAME = "sessions"
SCRIPT = f"""
import sys
from synap_contracts.clauses.catalogue import CHECKS
from synap_contracts.client.spec import Spec
from synap_contracts.runs.jobs.job import new_checks
from synap_contracts.runs.jobs.workplace import workplace
from synap_contracts.runs.known import KnownFailures
from synap_contracts.runs.run import RunOptions
from synap_contracts.runs.tally import Tally

options = RunOptions(Spec("right:OneByOne", (sys.argv[1],)), "quick", seed=1, examples=20)
number = next(n for n, check in enumerate(CHECKS) if check.name == {NAME!r})
with workplace(options, "lane") as place:
    new_checks(options, place, KnownFailures(), Tally()).run([number])
"""


@pytest.fixture(scope="module")
def rows(zoo: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Run one check with a client that splits batches and sends again, and return what hypothesis wrote of it."""
    folder = tmp_path_factory.mktemp("observed")
    variables = {**os.environ, "HYPOTHESIS_EXPERIMENTAL_OBSERVABILITY_NOCOVER": "1", "PYTHONWARNINGS": "ignore"}
    del variables["HYPOTHESIS_STORAGE_DIRECTORY"]
    command = [sys.executable, "-P", "-c", SCRIPT, str(zoo)]
    subprocess.run(command, check=True, cwd=folder, env=variables, timeout=120)
    written = folder.glob(".hypothesis/observed/*_testcases.jsonl")
    return [json.loads(line) for file in written for line in file.read_bytes().splitlines()]


def test_observations_are_named_by_check(rows: list[dict[str, Any]]) -> None:
    assert {row["property"] for row in rows} == {NAME}


@pytest.mark.parametrize("event", ["chunks seen", "retries seen", "fault hit"])
def test_observations_have_events(rows: list[dict[str, Any]], event: str) -> None:
    assert any(name.startswith(event) for row in rows for name in row["features"])
