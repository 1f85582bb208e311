"""`synap-mock verify` and `synap-mock clauses` as a user calls them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from click.testing import CliRunner, Result
from synap_contracts.clauses.catalogue import CLAUSES
from synap_contracts.commands import verify as command

if TYPE_CHECKING:
    from pathlib import Path

CLIENT = """
import json, urllib.request


class InvalidInputError(Exception):
    pass


class Client:
    def __init__(self, base_url, api_key):
        self.url, self.key = base_url + "/v1/conversations/messages/batch", api_key

    def record_messages_batch(self, messages):
        messages = [{**m, "content": m["content"] or " ", "session_id": None} for m in messages]
        body = json.dumps({"messages": messages}).encode()
        request = urllib.request.Request(self.url, body, {"Authorization": f"Bearer {self.key}"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def breaks(base_url, api_key):
    raise RuntimeError("no config file")
"""
FAST = ("--profile", "quick", "--jobs", "1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(CLIENT)
    return tmp_path


def verify(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "synap_mock", "verify", *arguments, *FAST]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=120)


class Found(NamedTuple):
    """A run that failed: its output, and the folder of its files."""

    folder: Path
    done: subprocess.CompletedProcess[str]

    @property
    def run(self) -> dict[str, Any]:
        (run,) = json.loads((self.folder / "report.json").read_text())["runs"]
        return dict(run)

    @property
    def clauses(self) -> dict[str, Any]:
        return {clause["id"]: clause for clause in self.run["clauses"]}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Run a client that fails SEND-ATTRIBUTION and passes AUTH-OWN."""
    folder = tmp_path_factory.mktemp("found")
    (folder / "mine.py").write_text(CLIENT)
    options = ("--clause", "SEND-ATTRIBUTION", "--clause", "AUTH-OWN", "--examples", "2")
    return Found(folder, verify(folder, "mine:Client", *options, "--json", "report.json"))


def test_passed_clause_is_printed(folder: Path) -> None:
    done = verify(folder, "reference", "--clause", "AUTH-MISSING")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^   MUST    AUTH-MISSING \d+$", done.stdout, re.MULTILINE)


def test_failed_clause_has_a_counterexample(found: Found) -> None:
    assert found.done.returncode == 1
    assert re.search(r'messages\[0\]\.session_id was ".*", and the server received', found.done.stdout)


def test_counterexample_can_be_replayed(found: Found) -> None:
    id_ = re.search(r"--replay (\w+)", found.done.stdout)
    assert id_ is not None
    again = verify(found.folder, "mine:Client", "--replay", id_[1])
    assert (again.returncode, f"--replay {id_[1]}" in again.stdout) == (1, True)


def test_script_of_a_counterexample_runs(found: Found, folder: Path) -> None:
    (folder / "again.py").write_text(found.clauses["SEND-ATTRIBUTION"]["counterexample"]["reproduce"]["python"])
    done = subprocess.run(
        [sys.executable, "again.py"], capture_output=True, text=True, check=True, cwd=folder, timeout=60
    )
    assert 'returned {"total": 1' in done.stdout
    assert '"recorded' not in done.stdout.splitlines()[0]


def test_json_report_is_complete(found: Found) -> None:
    assert found.run["client"]["name"] == "mine:Client"
    assert found.run["summary"]["MUST"] == {
        "passed": 1,
        "failed": 1,
        "known": 0,
        "stale": 0,
        "not-testable": 0,
        "error": 0,
    }
    assert (found.clauses["AUTH-OWN"]["outcome"], found.clauses["AUTH-OWN"]["counterexample"]) == ("passed", None)
    assert found.clauses["SEND-ATTRIBUTION"]["counterexample"]["differs"] == ["messages[0].session_id"]


def invoke(*arguments: str) -> Result:
    """Invoke the command in this process."""
    return CliRunner().invoke(command, [*arguments, *FAST])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["nothing"], "no client is named 'nothing'"),
        (["no_such_module:make"], "no module named 'no_such_module'"),
        (["mine:make"], "the module 'mine' has no 'make'"),
        (["mine:json"], "is a module; expected a factory that takes base_url and api_key"),
        (["cmd:no-such-command"], "cannot run 'no-such-command'"),
        (["reference", "--url", "http://127.0.0.1:9"], "no server responds at http://127.0.0.1:9"),
        (["reference", "--replay", "abc"], "no counterexample is named abc"),
    ],
    ids=["a-word", "no-module", "no-factory", "no-callable", "no-command", "no-server", "no-counterexample"],
)
def test_client_that_cannot_run_is_an_error(
    folder: Path, arguments: list[str], error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    done = invoke(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert error in done.stderr


def test_error_is_the_only_output(folder: Path) -> None:
    done = verify(folder, "no_such_module:make", "--json", "-")
    assert done.returncode == 2
    assert re.fullmatch(r"Error: no_such_module:make: .*no module named.*\n", done.stderr)
    assert "no module named" in json.loads(done.stdout)["runs"][0]["error"]


def test_should_fails_the_run_only_with_strict(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    runs = (["reference", "--strict"], ["mine:Client"], ["mine:Client", "--strict"])
    assert [
        invoke(*run, "--in-process", "--examples", "2", "--clause", "SEND-WIDE-EMPTY").exit_code for run in runs
    ] == [0, 0, 1]


def test_clauses_command_lists_all_clauses() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "synap_mock", "clauses"], capture_output=True, text=True, check=True
    )
    assert [line.split()[0] for line in done.stdout.splitlines()] == [clause.id for clause in CLAUSES]


def test_plugins_of_hypothesis_are_not_loaded(tmp_path: Path) -> None:
    """They could change what a seed draws, and that of trio takes a third of the time of all imports."""
    (tmp_path / "plug.py").write_text("raise SystemExit('loaded')")
    installed = tmp_path / "plug-1.dist-info"
    installed.mkdir()
    (installed / "entry_points.txt").write_text("[hypothesis]\nplug = plug")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    environment.pop("HYPOTHESIS_NO_PLUGINS", None)
    command = [sys.executable, "-P", "-m", "synap_mock", "clauses"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
