"""`--against`: what differs from an earlier report, and which of it fails the run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from contracts.reports.documents import report_of
from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.commands import report, verify
from synap_contracts.report.document import dumps
from synap_contracts.runs.result import ClauseResult

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result
    from synap_contracts.runs.result import Outcome, Run

FORMATS = ("html", "junit", "summary", "badge")


def run_with(run: Run, **outcomes: Outcome) -> Run:
    """Return a run with other clauses. A word of an ID is separated by an underscore."""
    results = (ClauseResult(BY_ID[name.replace("_", "-")], outcome) for name, outcome in outcomes.items())
    return replace(run, clauses=tuple(results), findings=())


def compare(folder: Path, now: Run, before: Run, *more: str, strict: bool = False) -> Result:
    """Print a run compared with an earlier one, and write every format."""
    for name, each in (("now", now), ("before", before)):
        (folder / f"{name}.json").write_text(dumps(report_of(each, strict=strict)), encoding="utf-8")
    files = [part for each in FORMATS for part in (f"--{each}", str(folder / each))]
    return CliRunner().invoke(
        report, ["render", str(folder / "now.json"), "--against", str(folder / "before.json"), *files, *more]
    )


def test_differences_are_listed(passed: Run, tmp_path: Path) -> None:
    same: dict[str, Outcome] = {"RES_TIME": "failed", "IN_KEYS": "not-testable"}
    before = run_with(passed, ACCEPT="passed", TRUE="passed", ONCE="failed", REUSE="known", SEND_ALL="passed", **same)
    now = run_with(passed, ACCEPT="not-testable", TRUE="failed", ONCE="passed", REUSE="stale", SEND_ALL="known", **same)
    done = compare(tmp_path, now, replace(before, seed=6))
    assert done.stdout.splitlines()[-5:-1] == [
        "compared with mine:passed 1.0, documented dialect, profile quick, seed 6, contract of 2026-11-23",
        "   new failures: TRUE",
        "   fixed: ONCE, REUSE",
        "   passed before, not testable now: ACCEPT",
    ]
    assert "new failures: TRUE" in (tmp_path / "html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("case", "status"),
    [
        pytest.param(("ACCEPT", "passed", "not-testable", False), 1, id="must-lost"),
        pytest.param(("REUSE", "passed", "not-testable", False), 0, id="should-lost"),
        pytest.param(("REUSE", "passed", "not-testable", True), 1, id="should-lost-strict"),
        pytest.param(("ACCEPT", "failed", "not-testable", False), 0, id="failure-lost"),
        pytest.param(("ACCEPT", "not-testable", "not-testable", False), 0, id="never-tested"),
        pytest.param(("ACCEPT", "failed", "failed", False), 1, id="still-failed"),
        pytest.param(("ACCEPT", "passed", "known", True), 0, id="listed-as-known"),
        pytest.param(("ACCEPT", "failed", "passed", False), 0, id="fixed"),
    ],
)
def test_lost_clause_fails_the_run(
    case: tuple[str, Outcome, Outcome, bool], status: int, passed: Run, tmp_path: Path
) -> None:
    clause, before, now, strict = case
    new, old = (run_with(passed, **{clause: each}) for each in (now, before))
    assert compare(tmp_path, new, old, strict=strict).exit_code == status


def test_lost_clause_is_a_failure_in_every_format(passed: Run, tmp_path: Path) -> None:
    done = compare(tmp_path, run_with(passed, ACCEPT="not-testable"), run_with(passed, ACCEPT="passed"))
    texts = {name: (tmp_path / name).read_text(encoding="utf-8") for name in FORMATS}
    assert "ACCEPT                  MUST    LOST" in done.stdout
    assert '<failure message="lost: ' in texts["junit"]
    assert 'title="ACCEPT, mine:passed 1.0: lost"' in texts["html"]
    assert "| ACCEPT MUST | lost |" in texts["summary"]
    assert "1 of 1 MUST no longer tested" in texts["badge"]


def test_equal_reports_have_no_difference(passed: Run, tmp_path: Path) -> None:
    done = compare(tmp_path, passed, passed)
    assert (done.exit_code, done.stdout.splitlines()[-2]) == (0, "   no difference")


def test_only_client_is_compared_with_another_release(passed: Run, tmp_path: Path) -> None:
    done = compare(tmp_path, passed, replace(passed, spec="sdk==0.5.9", name="sdk", version="0.5.9"))
    assert "compared with sdk 0.5.9, documented dialect" in done.stdout


def test_report_without_the_client_is_refused_before_the_run(passed: Run, failed: Run, tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text(dumps(report_of(passed, replace(failed, spec="b:make"))), encoding="utf-8")
    done = CliRunner().invoke(verify, ["reference", "--against", str(old)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        f"Error: cannot compare with {old}: it has no run of reference; expected one of mine:passed, b:make\n"
    )


def test_shard_is_not_compared(passed: Run, tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text(dumps(report_of(passed)), encoding="utf-8")
    done = CliRunner().invoke(verify, ["reference", "--seed", "1", "--shard", "1/2", "--against", str(old)])
    assert (done.exit_code, "compare the merged report" in done.stderr) == (2, True)
