"""The benchmark runs, in miniature. What it says at full length stands in benchmarks/RESULTS.md."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(__file__).parents[1] / "benchmarks" / "throughput.py"

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="it holds server and load on a CPU each, which Linux can"
)


def bench(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(COMMAND), *options], capture_output=True, text=True, check=False, timeout=60
    )


def rows(page: str, heading: str) -> dict[str, str]:
    """The table under a heading: each row's first cell to the others."""
    section = page.partition(f"\n## {heading}")[2].partition("\n## ")[0]
    table = [line.strip("| ").partition(" | ") for line in section.splitlines() if line.startswith("| ")]
    return {first: others for first, _, others in table[2:]}


def test_a_run_in_miniature_fills_every_row_of_every_table(tmp_path: Path) -> None:
    pytest.importorskip("fastapi", reason="the contender by hand needs the dependency group bench")
    output = tmp_path / "RESULTS.md"
    done = bench("--rounds=1", "--seconds=0.05", "--sizes=1,10", "--messages=500", f"--output={output}")
    assert (done.returncode, done.stderr) == (0, "")
    page = output.read_text(encoding="utf-8")
    figures = {
        heading: {row: len(re.findall(r"\d[\d,.]*", cells)) for row, cells in rows(page, heading).items()}
        for heading in ("Messages a second", "Who waited", "After 500 messages", "Beginning")
    }
    assert figures == {
        "Messages a second": {"1": 9, "10": 11},  # a batch of 1 has no targets
        "Who waited": {"1": 12, "10": 12},
        "After 500 messages": {"synap-mock": 7, "by hand": 5},
        "Beginning": {
            "`import synap_mock`, in a fresh process": 2,
            "`synap-mock serve`, from start to ready": 2,
        },
    }


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--rounds=0", "'0' is not a whole number from 1"),
        ("--sizes=10,many", "'many' is not a whole number from 1"),
        ("--seconds=nan", "'nan' is not a number of seconds over 0"),
        ("--output=nowhere/RESULTS.md", "the folder does not exist"),
    ],
)
def test_a_bad_option_is_named_before_anything_is_measured(option: str, told: str) -> None:
    pytest.importorskip("psutil")
    done = bench(option)
    assert (done.returncode, done.stdout) == (2, "")
    assert option.partition("=")[0] in done.stderr
    assert told in done.stderr
