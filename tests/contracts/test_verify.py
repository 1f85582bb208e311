"""`synap-mock verify` and `synap-mock clauses`, as a user calls them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from synap_contracts.clauses import CLAUSES

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
        body = json.dumps({"messages": [{**m, "content": m["content"].strip() or " "} for m in messages]}).encode()
        request = urllib.request.Request(self.url, body, {"Authorization": f"Bearer {self.key}"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def breaks(base_url, api_key):
    raise RuntimeError("no config file")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(CLIENT)
    return tmp_path


def verify(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "synap_mock", "verify", *arguments, "--profile", "quick"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=120)


def test_a_client_that_keeps_a_clause(folder: Path) -> None:
    done = verify(folder, "reference", "--clause", "RES-ORDER")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^RES-ORDER +MUST +ok +\d+ played$", done.stdout, re.MULTILINE)


def test_a_client_that_breaks_one_gets_a_counterexample(folder: Path) -> None:
    done = verify(folder, "mine:Client", "--clause", "SEND-CONTENT")
    assert done.returncode == 1
    assert re.search(r'messages\[0\]\.content was ".*", and the server got', done.stdout)


def test_a_counterexample_can_be_played_again(folder: Path) -> None:
    found = re.search(r"--replay (\w+)", verify(folder, "mine:Client", "--clause", "SEND-CONTENT").stdout)
    assert found is not None
    again = verify(folder, "mine:Client", "--replay", found[1])
    assert (again.returncode, f"--replay {found[1]}" in again.stdout) == (1, True)


def test_the_script_of_a_counterexample_stands_alone(folder: Path) -> None:
    verify(folder, "mine:Client", "--clause", "SEND-CONTENT", "--json", "report.json")
    (result,) = json.loads((folder / "report.json").read_text())["runs"][0]["clauses"]
    (folder / "again.py").write_text(result["counterexample"]["reproduce"]["python"])
    done = subprocess.run(
        [sys.executable, "again.py"], capture_output=True, text=True, check=True, cwd=folder, timeout=60
    )
    assert 'returned {"total": 1' in done.stdout
    assert '"recorded' not in done.stdout.splitlines()[0]


def test_the_json_report_says_everything(folder: Path) -> None:
    done = verify(folder, "mine:Client", "--clause", "SEND-CONTENT", "--clause", "SEND-ROLE", "--json", "-")
    (run,) = json.loads(done.stdout)["runs"]
    by_id: dict[str, Any] = {clause["id"]: clause for clause in run["clauses"]}
    assert run["client"]["name"] == "mine:Client"
    assert run["summary"]["MUST"] == {
        "passed": 1,
        "failed": 1,
        "known": 0,
        "stale": 0,
        "not-testable": 0,
        "error": 0,
    }
    assert (by_id["SEND-ROLE"]["outcome"], by_id["SEND-ROLE"]["counterexample"]) == ("passed", None)
    assert by_id["SEND-CONTENT"]["counterexample"]["differs"] == ["messages[0].content"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nothing"], "there is no client 'nothing'"),
        (["no_such_module:make"], "there is no module 'no_such_module'"),
        (["mine:make"], "the module 'mine' has no 'make'"),
        (["mine:json"], "is a module; a factory is called with base_url and api_key"),
        (["cmd:no-such-command"], "cannot run 'no-such-command'"),
        (["reference", "--url", "http://127.0.0.1:9"], "no server answers at http://127.0.0.1:9"),
        (["reference", "--replay", "abc"], "there is no counterexample abc"),
    ],
    ids=["a-word", "no-module", "no-factory", "no-callable", "no-command", "no-server", "no-counterexample"],
)
def test_what_can_not_be_run_is_told_in_a_sentence(folder: Path, arguments: list[str], says: str) -> None:
    done = verify(folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_should_fails_the_run_only_where_it_is_asked_to(folder: Path) -> None:
    clause = ("reference", "--clause", "SEND-WIDE-EMPTY")
    statuses = [verify(folder, *clause).returncode, verify(folder, *clause, "--strict").returncode]
    mine = ("mine:Client", "--clause", "SEND-WIDE-EMPTY")
    statuses += [verify(folder, *mine).returncode, verify(folder, *mine, "--strict").returncode]
    assert statuses == [0, 0, 0, 1]


def test_the_clauses_can_be_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "synap_mock", "clauses"], capture_output=True, text=True, check=True
    )
    assert [line.split()[0] for line in done.stdout.splitlines()] == [clause.id for clause in CLAUSES]
