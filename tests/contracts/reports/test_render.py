"""`synap-mock report render`: every report is made from the JSON report alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from contracts.reports.documents import report_of
from synap_contracts.commands import report, verify
from synap_contracts.report.document import dumps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from synap_contracts.runs.result import Run

FORMATS = ("junit", "html", "summary", "badge")
CLIENT = '''
class Client:
    """Answers like the page for nobody, and shows its key."""

    def __init__(self, base_url, api_key):
        self.key = api_key

    def record_messages_batch(self, messages):
        if not messages:
            raise ValueError(f"nothing to send with {self.key}")
        return {"total": float("nan"), "results": [{"error": "\\ud800"}]}
'''


def files(folder: Path) -> list[str]:
    """Return options that write every format into a folder."""
    return [part for each in FORMATS for part in (f"--{each}", str(folder / each))]


@pytest.mark.parametrize("strict", [(), ("--strict",)], ids=["normal", "strict"])
def test_render_writes_what_the_run_wrote(strict: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "answerless.py").write_text(CLIENT, encoding="utf-8")
    written = str(tmp_path / "run.json")
    where = ["--path", str(tmp_path), "--folder", str(tmp_path / "saved"), "--in-process", "--profile", "quick"]
    clauses = [part for each in ("ACCEPT", "RES-EMPTY", "DIALECT") for part in ("--clause", each)]
    run = CliRunner().invoke(
        verify,
        ["answerless:Client", "no_such:make", *clauses, *where, *strict, "--json", written, *files(tmp_path / "run")],
    )
    again = CliRunner().invoke(report, ["render", written, *files(tmp_path / "again")])
    assert "finding 1" in run.stdout
    json.loads((tmp_path / "run.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)  # NaN is not JSON
    assert (again.exit_code, again.stdout, again.stderr) == (run.exit_code, run.stdout, run.stderr)
    for each in FORMATS:
        assert (tmp_path / "again" / each).read_bytes() == (tmp_path / "run" / each).read_bytes()


def _without_clauses(value: Any) -> None:
    del value["runs"][0]["clauses"]


def _other_outcome(value: Any) -> None:
    value["runs"][0]["clauses"][2]["outcome"] = "good"


def _other_finding(value: Any) -> None:
    value["runs"][0]["clauses"][0]["finding"] = 9


def _of_other_kit(value: Any) -> None:
    value["kit"] = "0.0.1"
    del value["strict"]


BROKEN: list[tuple[Callable[[Any], None], str]] = [
    (_without_clauses, "runs[0].clauses is missing; expected a list"),
    (_other_outcome, "runs[0].clauses[2].outcome is 'good'; expected 'passed' or 'failed' or "),
    (_other_finding, "runs[0].clauses[0].finding is 9; expected a finding of the run"),
    (_of_other_kit, "strict is missing; expected a boolean (synap-mock 0.0.1 wrote it; this is "),
]


@pytest.mark.parametrize(("change", "expected"), BROKEN, ids=[each.__name__[1:] for each, _ in BROKEN])
def test_broken_report_is_an_error(change: Callable[[Any], None], expected: str, failed: Run, tmp_path: Path) -> None:
    value = json.loads(dumps(report_of(failed)))
    change(value)
    file = tmp_path / "run.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    done = CliRunner().invoke(report, ["render", str(file), "--html", str(tmp_path / "html")])
    assert (done.exit_code, done.stdout, (tmp_path / "html").exists()) == (2, "", False)
    assert f"Error: {file} is not a report of synap-mock verify --json: {expected}" in done.stderr


@pytest.mark.parametrize("content", ["", "[", "[]", "<html>", "7", "[" * 99_999], ids=range(6))
def test_file_that_is_not_a_report_is_an_error(content: str, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text(content, encoding="utf-8")
    done = CliRunner().invoke(report, ["render", str(file)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: {file} is not ")
