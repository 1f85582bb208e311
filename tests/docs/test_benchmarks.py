"""The benchmarks run, in miniature. What they say at full length stands in benchmarks/RESULTS.md."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
LINUX = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="it holds server and load on a CPU each, which Linux can"
)


def bench(command: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / command), *options], capture_output=True, text=True, check=False
    )


def rows(page: str, heading: str) -> dict[str, str]:
    """The table under a heading: each row's first cell to the others."""
    section = re.split(r"\n#+ ", page.partition(f"# {heading}")[2], maxsplit=1)[0]
    table = [line.strip("| ").partition(" | ") for line in section.splitlines() if line.startswith("| ")]
    return {first: others for first, _, others in table[2:]}


def figures(page: str, *headings: str) -> dict[str, dict[str, int]]:
    """How many each row has, under each heading."""
    return {
        heading: {row: len(re.findall(r"\d[\d,.]*", cells)) for row, cells in rows(page, heading).items()}
        for heading in headings
    }


@LINUX
@pytest.mark.whole  # it holds servers and load on CPUs that the other tests want
def test_a_run_in_miniature_fills_every_row_of_every_table(tmp_path: Path) -> None:
    pytest.importorskip("fastapi", reason="the contender by hand needs the dependency group bench")
    output = tmp_path / "RESULTS.md"
    done = bench(
        "throughput.py", "--rounds=1", "--seconds=0.05", "--sizes=1,10", "--messages=500", f"--output={output}"
    )
    assert (done.returncode, done.stderr) == (0, "")
    page = output.read_text(encoding="utf-8")
    assert figures(page, "Messages a second", "Who waited", "After 500 messages", "Beginning") == {
        "Messages a second": {"1": 9, "10": 11},  # a batch of 1 has no targets
        "Who waited": {"1": 12, "10": 12},
        "After 500 messages": {"synap-mock": 7, "by hand": 5},
        "Beginning": {
            "`import synap_mock`, in a fresh process": 2,
            "`synap-mock serve`, from start to ready": 2,
        },
    }


@pytest.mark.whole  # 13 s of CPU
@pytest.mark.skipif(sys.platform == "win32", reason="its clock of computing time is too coarse to divide by")
def test_a_small_fixture_run_fills_its_own_section(tmp_path: Path) -> None:
    output = tmp_path / "RESULTS.md"
    output.write_text("# Results\n\n## The pytest fixture\n\nof old\n\n## Notes\n\n- kept\n", encoding="utf-8")
    done = bench("fixture.py", "--rounds=1", "--tests=2", "--examples=2", "--calls=2", f"--output={output}")
    assert (done.returncode, done.stderr) == (0, "")
    page = output.read_text(encoding="utf-8")
    others, _, section = page.partition("## The pytest fixture\n")
    assert others == "# Results\n\n## Notes\n\n- kept\n\n"
    assert "of old" not in section
    assert figures(section, "What it takes", "The same by the clock", "Where no test uses it") == {
        "What it takes": {
            "an empty test that doesn't use it": 5,
            "an empty test that uses it: set-up and clean-up": 10,
            "an example of a test under `@given`": 10,
            "a batch of 20 in process": 6,
            "the first test that uses it, once a session": 3,
        },
        "The same by the clock": {
            "an empty test that doesn't use it": 5,
            "an empty test that uses it: set-up and clean-up": 9,
            "an example of a test under `@given`": 9,
            "a batch of 20 in process": 5,
            "the first test that uses it, once a session": 3,
        },
        "Where no test uses it": {
            "`import synap_mock.pytest_plugin`": 2,
            "`import respx.plugin`": 1,
        },
    }


def test_a_run_for_the_journal_fills_every_row(tmp_path: Path) -> None:
    output = tmp_path / "RESULTS.md"
    output.write_text("# Results\n\n## Reading the journal\n\nof old\n\n## Notes\n\n- kept\n", encoding="utf-8")
    done = bench("journal.py", "--rounds=1", "--calls=2", f"--output={output}")
    assert (done.returncode, done.stderr) == (0, "round 1 of 1\n")
    page = output.read_text(encoding="utf-8")
    assert ("of old" in page, page.endswith("\n## Notes\n\n- kept\n")) == (False, True)
    assert len(re.findall(r"^\| (?:the default key|2,000 keys)", page, re.MULTILINE)) == 9


@pytest.mark.parametrize(
    ("command", "option", "reported"),
    [
        ("fixture.py", "--calls=0", "'0' is not a whole number from 1"),
        ("fixture.py", "--output=nowhere/RESULTS.md", "the folder does not exist"),
        ("journal.py", "--calls=x", "'x' is not a whole number from 1"),
        ("soak.py", "--keys=0", "'0' is not a whole number from 1"),
        ("sdk_object.py", "--rounds=0", "'0' is not a whole number from 1"),
        ("throughput.py", "--rounds=0", "'0' is not a whole number from 1"),
        ("throughput.py", "--sizes=10,many", "'many' is not a whole number from 1"),
        ("throughput.py", "--seconds=nan", "'nan' is not a number of seconds over 0"),
        pytest.param("throughput.py", "--output=nowhere/RESULTS.md", "the folder does not exist", marks=LINUX),
    ],
)
def test_a_bad_option_is_named_before_anything_is_measured(command: str, option: str, reported: str) -> None:
    pytest.importorskip("psutil")
    done = bench(command, option)
    assert (done.returncode, done.stdout) == (2, "")
    assert option.partition("=")[0] in done.stderr
    assert reported in done.stderr


def test_a_run_for_the_bounds_fills_every_row(tmp_path: Path) -> None:
    output = tmp_path / "RESULTS.md"
    output.write_text("# Results\n\n## Bounds\n\nof old\n\n## Notes\n\n- kept\n", encoding="utf-8")
    done = bench("bounds.py", "--rounds=4", "--items=3", "--messages=1000", f"--output={output}")
    assert (done.returncode, done.stderr) == (0, "")
    page = output.read_text(encoding="utf-8")
    assert ("of old" in page, page.endswith("\n## Notes\n\n- kept\n")) == (False, True)
    assert [len(re.findall(r"\d[\d,.]*", cells)) for cells in rows(page, "Bounds").values()][:5] == [3] * 5


def test_the_ledgers_section_replaces_an_earlier_one(tmp_path: Path) -> None:
    output = tmp_path / "RESULTS.md"
    output.write_text("# Measurements\n\n## The ledger\n\nof old\n\n## Notes\n\n- kept\n", encoding="utf-8")
    done = bench("ledger_cost.py", "--rounds=4", f"--output={output}")
    assert (done.returncode, done.stderr) == (0, "")
    page = output.read_text(encoding="utf-8")
    assert ("of old" in page, page.endswith("\n## Notes\n\n- kept\n")) == (False, True)
    assert len(re.findall(r"^\| 1", page, re.MULTILINE)) == 4


@pytest.mark.whole  # it needs the CPUs that the other tests want
def test_a_soak_in_miniature_fills_every_row(tmp_path: Path) -> None:
    output = tmp_path / "RESULTS.md"
    done = bench("soak.py", "--conversations=200", "--keys=20", "--idle=5", "--stalled=5", f"--output={output}")
    assert done.returncode == 0
    assert {row: len(re.findall(r"\d[\d,.]*", cells)) for row, cells in rows(output.read_text(), "A soak").items()} == {
        "seconds": 1,
        "the healthy client's p50": 2,
        "its p99": 4,
        "memory before, after one half, at the end": 4,
        "evicted": 2,
        "connections that the server closed": 4,
    }
