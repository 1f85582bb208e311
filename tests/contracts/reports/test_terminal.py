"""The report on the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner
from synap_contracts.commands import verify
from synap_contracts.observation.redaction import REDACTED
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
    return list(terminal.format_run(run, lambda text, _: text))


def test_last_lines_name_the_failed_clauses(failed: Run) -> None:
    assert lines(failed)[-3] == "MUST:    1 passed, 1 failed (RES-TOTAL), 1 known, 1 stale (ONCE), 1 error (RES-ORDER)"
    assert lines(failed)[-2] == "SHOULD:  1 failed (AUTH-SECRET), 1 not-testable"


def test_known_failure_has_only_a_line(failed: Run) -> None:
    assert not any(line.startswith("── IN-ROLE") for line in lines(failed))


def test_several_scripts_are_named_but_not_printed(failed: Run) -> None:
    text = "\n".join(lines(replace(failed, scripts="saved/scripts")))
    assert "   with a script:\n      python saved/scripts/RES-TOTAL-0123abcdef.py\n" in text
    assert "import asyncio" not in text


def test_single_script_is_printed_too(failed: Run) -> None:
    text = "\n".join(lines(replace(failed, clauses=failed.clauses[:1], scripts="saved/scripts")))
    assert "      python saved/scripts/RES-TOTAL-0123abcdef.py\n      | # RES-TOTAL: total is 2 for" in text


def test_scripts_are_written_next_to_saved_examples(tmp_path: Path) -> None:
    (tmp_path / "empties.py").write_text(CLIENT, encoding="utf-8")
    where = ["--path", str(tmp_path), "--folder", str(tmp_path / "saved"), "--in-process", "--profile", "quick"]
    clauses = ["--clause", "RES-TOTAL", "--clause", "RES-ROWS"]
    done = CliRunner().invoke(verify, ["empties:Client", *clauses, *where])
    files = [Path(line.split()[1]) for line in done.output.splitlines() if line.startswith("      python ")]
    assert [file.read_text(encoding="utf-8").splitlines()[0][:11] for file in files] == ["# RES-TOTAL", "# RES-ROWS:"]


def test_replay_command_tests_its_own_clause(tmp_path: Path) -> None:
    (tmp_path / "empties.py").write_text(CLIENT, encoding="utf-8")
    where = ["--path", str(tmp_path), "--folder", str(tmp_path / "saved"), "--in-process", "--profile", "quick"]
    clauses = ["--clause", "RES-TOTAL", "--clause", "RES-ROWS"]
    done = CliRunner().invoke(verify, ["empties:Client", *clauses, *where])
    (again,) = [line.split()[2:] for line in done.output.splitlines() if "--clause RES-ROWS --replay" in line]
    assert "MUST:    1 failed (RES-ROWS)" in CliRunner().invoke(verify, [*again, "--in-process"]).output


def test_output_with_the_key_is_shown_redacted(failed: Run) -> None:
    text = "\n".join(lines(failed))
    assert f"   logged or printed, with the key:\n      mine: sent with {REDACTED}\n" in text


def test_requests_are_shown_if_a_call_had_several(failed: Run) -> None:
    result = failed.clauses[0]
    assert result.counterexample is not None
    observation = replace(result.counterexample.observation, requests=result.counterexample.observation.requests * 2)
    shown = replace(result, counterexample=replace(result.counterexample, observation=observation))
    requests = [line for line in lines(replace(failed, clauses=(shown,))) if line.endswith("batch, response 200")]
    assert requests == ["      00:00:00.000000 POST /v1/conversations/messages/batch, response 200"] * 2
    assert not any("requests to the server" in line for line in lines(replace(failed, clauses=(result,))))
