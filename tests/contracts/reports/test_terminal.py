"""The report on the terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner
from synap_contracts.clauses.auth import AUTH_SECRET
from synap_contracts.clauses.catalogue import CLAUSES
from synap_contracts.clauses.results import RES_ROWS
from synap_contracts.client.protocol import Raised
from synap_contracts.commands import verify
from synap_contracts.observation.observed import Observation, ObservedStep
from synap_contracts.observation.redaction import REDACTED
from synap_contracts.report.document import run_to_json
from synap_contracts.report.formats import terminal
from synap_contracts.runs.result import ClauseResult

if TYPE_CHECKING:
    from synap_contracts.report.types import RunReport
    from synap_contracts.runs.result import Run

KEY = "synap_0123456789abcdef0123456789abcdef"
CLIENT = """
class Client:
    def __init__(self, base_url, api_key):
        pass

    def record_messages_batch(self, messages):
        return {}
"""


def lines(run: Run) -> list[str]:
    return list(terminal.format_run(run_to_json(run), lambda text, _: text))


def test_last_lines_name_the_failed_clauses(failed: Run) -> None:
    assert lines(failed)[-8] == "MUST:    1 passed, 1 failed (RES-TOTAL), 1 known, 1 stale (ONCE), 1 error (RES-ORDER)"
    assert lines(failed)[-7] == "SHOULD:  1 warning (AUTH-SECRET), 1 not-testable"


def test_known_failure_has_only_a_line(failed: Run) -> None:
    assert not any(line.startswith("── IN-ROLE") for line in lines(failed))


def test_script_of_a_finding_is_a_file(failed: Run) -> None:
    run: RunReport = {**run_to_json(failed), "scripts": "saved/scripts"}
    text = "\n".join(terminal.format_run(run, lambda text, _: text))
    assert "\n   as a script: python saved/scripts/RES-TOTAL-0123abcdef.py\n" in text
    assert "import asyncio" not in text


def test_clauses_refer_to_their_finding(failed: Run) -> None:
    total = failed.findings[0]
    both = replace(failed, findings=(replace(total, also=(RES_ROWS.id, AUTH_SECRET.id), summary="miscounts"),))
    found = [line.split(maxsplit=2) for line in lines(both) if "(finding 1)" in line]
    assert found == [
        ["RES-TOTAL", "MUST", "FAILED (finding 1)"],
        ["AUTH-SECRET", "SHOULD", "warning (finding 1)"],
    ]


def test_finding_has_its_clauses_and_what_to_change(failed: Run) -> None:
    total = failed.findings[0]
    text = "\n".join(lines(replace(failed, findings=(replace(total, also=(RES_ROWS.id,), summary="miscounts"),))))
    assert (
        "\n── finding 1: miscounts\n"
        "   violates RES-TOTAL (MUST, documented): total is the number of messages submitted.\n"
        "   and also RES-ROWS\n"
        "   total is 2 for 1 submitted message\n"
        "   call 0\n"
    ) in text
    assert "\n   what to change: Change it.\n" in text


def test_strict_turns_warnings_into_failures(failed: Run) -> None:
    found = "\n".join(terminal.format_run(run_to_json(failed), lambda text, _: text, strict=True))
    assert "\nAUTH-SECRET             SHOULD  FAILED (finding 2)\n" in found
    assert "\nSHOULD:  1 failed (AUTH-SECRET), 1 not-testable\n" in found


def test_key_is_redacted_before_a_text_is_shortened(failed: Run) -> None:
    finding = failed.findings[1]
    call = finding.counterexample.observation.calls[0]
    long = replace(call, outcome=Raised("mine.Error", frozenset(), f"{'x' * 30} {KEY} {'x' * 30}"))
    steps = (ObservedStep((long,), {}, {}),)
    shown = replace(finding.counterexample, observation=Observation(finding.counterexample.scenario, steps))
    text = "\n".join(lines(replace(failed, findings=(replace(finding, counterexample=shown),))))
    assert f'raised: mine.Error: "{"x" * 30} <KEY> ' in text
    assert KEY[:9] not in text


def test_clauses_that_passed_take_few_lines(passed: Run) -> None:
    all_passed = replace(passed, clauses=tuple(ClauseResult(each, "passed", exercised=695) for each in CLAUSES))
    text = "\n".join(lines(all_passed))
    assert len(text.splitlines()) < 20
    assert all(re.search(rf"\b{each.id} 695\b", text) for each in CLAUSES)


def test_last_lines_list_the_findings(failed: Run) -> None:
    assert lines(failed)[-6:-1] == [
        "2 findings",
        "   1. total is 2 for 1 submitted message",
        "      what to change: Change it.",
        "   2. the key is shown",
        "      what to change: Change it.",
    ]


def test_scripts_are_written_next_to_saved_examples(tmp_path: Path) -> None:
    (tmp_path / "empties.py").write_text(CLIENT, encoding="utf-8")
    where = ["--path", str(tmp_path), "--folder", str(tmp_path / "saved"), "--in-process", "--profile", "quick"]
    clauses = ["--clause", "RES-TOTAL", "--clause", "RES-ROWS"]
    done = CliRunner().invoke(verify, ["empties:Client", *clauses, *where])
    files = [Path(line.split()[-1]) for line in done.output.splitlines() if line.startswith("   as a script: ")]
    assert [file.read_text(encoding="utf-8").splitlines()[0][:11] for file in files] == ["# RES-ROWS:"]


def test_replay_command_tests_its_own_clause(tmp_path: Path) -> None:
    (tmp_path / "empties.py").write_text(CLIENT, encoding="utf-8")
    where = ["--path", str(tmp_path), "--folder", str(tmp_path / "saved"), "--in-process", "--profile", "quick"]
    clauses = ["--clause", "RES-TOTAL", "--clause", "RES-ROWS"]
    done = CliRunner().invoke(verify, ["empties:Client", *clauses, *where])
    (again,) = [line.split()[5:] for line in done.output.splitlines() if "--clause RES-ROWS --replay" in line]
    assert "MUST:    1 failed (RES-ROWS)" in CliRunner().invoke(verify, [*again, "--in-process"]).output


def test_output_with_the_key_is_shown_redacted(failed: Run) -> None:
    text = "\n".join(lines(failed))
    assert f"   logged or printed, with the key:\n      mine: sent with {REDACTED}\n" in text


def test_requests_are_shown_if_a_call_had_several(failed: Run) -> None:
    finding = failed.findings[0]
    example = finding.counterexample
    observation = replace(example.observation, requests=example.observation.requests * 2)
    shown = replace(finding, counterexample=replace(example, observation=observation))
    requests = [line for line in lines(replace(failed, findings=(shown,))) if line.endswith("batch, response 200")]
    assert requests == ["      00:00:00.000000 POST /v1/conversations/messages/batch, response 200"] * 2
    assert not any("requests to the server" in line for line in lines(replace(failed, findings=(finding,))))
