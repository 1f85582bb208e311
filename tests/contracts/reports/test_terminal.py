"""The report on the terminal: what is read first is there, and what would bury it is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner
from synap_contracts.commands import verify
from synap_contracts.observation.redaction import HIDDEN
from synap_contracts.report import terminal

if TYPE_CHECKING:
    from synap_contracts.runs.result import Run

CLIENT = """
class Client:
    def __init__(self, base_url, api_key):
        pass

    def record_messages_batch(self, messages):
        return {}
"""


def lines(run: Run) -> list[str]:
    return list(terminal.lines(run, lambda text, _: text))


def test_the_last_lines_name_what_is_broken(broken: Run) -> None:
    assert lines(broken)[-3] == "MUST:    1 passed, 1 failed (RES-TOTAL), 1 known, 1 stale (ONCE), 1 error (RES-ORDER)"
    assert lines(broken)[-2] == "SHOULD:  1 failed (AUTH-SECRET), 1 not-testable"


def test_of_a_known_failure_the_line_is_enough(broken: Run) -> None:
    assert not any(line.startswith("── IN-ROLE") for line in lines(broken))


def test_scripts_of_several_counterexamples_are_named_not_printed(broken: Run) -> None:
    text = "\n".join(lines(replace(broken, scripts="kept/scripts")))
    assert "   by a script:\n      python kept/scripts/RES-TOTAL-0123abcdef.py\n" in text
    assert "import asyncio" not in text


def test_the_script_of_a_single_counterexample_is_printed_too(broken: Run) -> None:
    text = "\n".join(lines(replace(broken, clauses=broken.clauses[:1], scripts="kept/scripts")))
    assert "      python kept/scripts/RES-TOTAL-0123abcdef.py\n      | # RES-TOTAL: 1 message submitted" in text


def test_scripts_are_written_where_counterexamples_are_kept(tmp_path: Path) -> None:
    (tmp_path / "empties.py").write_text(CLIENT, encoding="utf-8")
    where = ["--path", str(tmp_path), "--folder", str(tmp_path / "kept"), "--in-process", "--profile", "quick"]
    clauses = ["--clause", "RES-TOTAL", "--clause", "RES-ROWS"]
    done = CliRunner().invoke(verify, ["empties:Client", *clauses, *where])
    named = [Path(line.split()[1]) for line in done.output.splitlines() if line.startswith("      python ")]
    assert [file.read_text(encoding="utf-8").splitlines()[0][:11] for file in named] == ["# RES-TOTAL", "# RES-ROWS:"]


def test_a_replay_is_of_the_clause_that_it_is_printed_for(tmp_path: Path) -> None:
    (tmp_path / "empties.py").write_text(CLIENT, encoding="utf-8")
    where = ["--path", str(tmp_path), "--folder", str(tmp_path / "kept"), "--in-process", "--profile", "quick"]
    clauses = ["--clause", "RES-TOTAL", "--clause", "RES-ROWS"]
    done = CliRunner().invoke(verify, ["empties:Client", *clauses, *where])
    (again,) = [line.split()[2:] for line in done.output.splitlines() if "--clause RES-ROWS --replay" in line]
    assert "MUST:    1 failed (RES-ROWS)" in CliRunner().invoke(verify, [*again, "--in-process"]).output


def test_what_was_printed_with_the_key_is_told(broken: Run) -> None:
    text = "\n".join(lines(broken))
    assert f"   logged or printed, with the key:\n      mine: sent with {HIDDEN}\n" in text


def test_requests_are_told_where_a_call_had_several(broken: Run) -> None:
    result = broken.clauses[0]
    assert result.counterexample is not None
    observation = replace(result.counterexample.observation, wire=result.counterexample.observation.wire * 2)
    shown = replace(result, counterexample=replace(result.counterexample, observation=observation))
    asked = [line for line in lines(replace(broken, clauses=(shown,))) if line.endswith("batch, answered 200")]
    assert asked == ["      00:00:00.000000 POST /v1/conversations/messages/batch, answered 200"] * 2
    assert not any("asked of the server" in line for line in lines(replace(broken, clauses=(result,))))
