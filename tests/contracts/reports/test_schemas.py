"""The JSON Schemas: made from the code's types, satisfied by what the kit and adapters write, and by nothing broken."""

from __future__ import annotations

import json
import shutil
import sys
import tomllib
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from adapters.adapter import NODE
from click.testing import CliRunner
from contracts.reports.documents import report_of
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types
from synap_contracts.client.checking.checks import check
from synap_contracts.commands import schema, verify
from synap_contracts.report.schemas import SCHEMAS, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.runs.result import Run

Json = Any
GENERATED = Path("docs", "generated", "schemas")
KNOWN = Path("contracts", "known-failures", "official-sdk.toml")
HOST = (sys.executable, "-P", "-m", "synap_contracts.client", "synap_contracts.client.bundled.reference:make", "mine")
LOGGING = """
import subprocess, sys, threading

def copy(source, target, log):
    for line in source:
        with open(log, "ab") as file:
            file.write(line)
        target.write(line)
        target.flush()
    target.close()

child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
requests = threading.Thread(target=copy, args=(sys.stdin.buffer, child.stdin, sys.argv[1] + ".Request"), daemon=True)
requests.start()
copy(child.stdout, sys.stdout.buffer, sys.argv[1] + ".Reply")
sys.exit(child.wait())
"""
"""Starts an adapter, and writes the lines of both directions to files."""


@pytest.mark.parametrize("name", SCHEMAS)
def test_committed_schema_is_up_to_date(name: str, project_root: Path) -> None:
    made = CliRunner().invoke(schema, [name]).output
    committed = (project_root / GENERATED / f"{name}.json").read_text(encoding="utf-8")
    assert committed == made, f"run: synap-mock schema {name} > docs/generated/schemas/{name}.json"
    Draft202012Validator.check_schema(schema_of(name))


def wrong(name: str, value: Json, group: str | None = None) -> list[str]:
    """Return what is wrong with a document, or with a line of one group of the adapter protocol."""
    made = schema_of(name)
    made = made if group is None else {"$ref": f"#/$defs/{group}", "$defs": made["$defs"]}
    return [each.message for each in Draft202012Validator(made).iter_errors(value)]


def test_report_of_every_outcome_is_valid(failed: Run, passed: Run) -> None:
    assert wrong("report", report_of(failed, passed)) == []


@pytest.mark.parametrize("more", [(), ("--seed", "1", "--shard", "1/1")], ids=["whole", "shard"])
def test_report_of_a_real_run_is_valid(more: tuple[str, ...], tmp_path: Path, zoo: Path) -> None:
    file = tmp_path / "run.json"
    clauses = [part for each in ("NET-REFUSED", "AUTH-MISSING", "DIALECT") for part in ("--clause", each)]
    where = ["--path", str(zoo), "--folder", str(tmp_path / "saved"), "--in-process", "--profile", "quick"]
    CliRunner().invoke(
        verify, ["misnaming:BuiltinForRefused", "no_such:make", *clauses, *where, *more, "--json", str(file)]
    )
    report = json.loads(file.read_text(encoding="utf-8"))
    assert [len(run["findings"]) for run in report["runs"]] == [1, 0]
    assert wrong("report", report) == []


def test_known_failures_of_the_sdk_are_valid(project_root: Path) -> None:
    assert wrong("known-failures", tomllib.loads((project_root / KNOWN).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("command", [HOST, NODE], ids=["python", "node"])
def test_lines_of_an_adapter_are_valid(command: tuple[str, ...], tmp_path: Path) -> None:
    if command is NODE and not shutil.which("node"):
        pytest.skip("node is not installed")
    (tmp_path / "logging.py").write_text(LOGGING, encoding="utf-8")
    logged = [sys.executable, "-P", str(tmp_path / "logging.py"), str(tmp_path / "lines"), *command]
    names = ("start", "hello", "ping", "call", "error", "batch", "keys", "listen", "close")
    assert [each.texts for each in check(logged, names) if each.outcome == "failed"] == []
    first, *replies = (tmp_path / "lines.Reply").read_text(encoding="utf-8").splitlines()
    requests = (tmp_path / "lines.Request").read_text(encoding="utf-8").splitlines()
    assert wrong("adapter", json.loads(first), "FirstLine") == []
    assert {text for each in replies for text in wrong("adapter", json.loads(each), "Reply")} == set()
    assert {text for each in requests for text in wrong("adapter", json.loads(each), "Request")} == set()
    assert any("raised" in json.loads(each) for each in replies)
    assert {json.loads(each)["do"] for each in requests} >= {"open", "call", "close", "ping"}


LINES: list[Json] = [
    {},
    {"hello": {"protocol": 2, "name": "mine"}},
    {"hello": {"protocol": 1}},
    {"hello": {"protocol": 1, "name": "mine", "can": ["fly"]}},
    {"id": 1},
    {"id": "1", "answer": None},
    {"id": 1, "raised": {"text": "no class"}},
    {"id": 1, "do": "call", "client": "a"},
    {"id": 1, "do": "jump", "client": "a"},
]


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_broken_line_is_invalid(line: Json) -> None:
    assert wrong("adapter", line)


def drop(*path: str | int) -> Callable[[Json], None]:
    def change(value: Json) -> None:
        for step in path[:-1]:
            value = value[step]
        del value[path[-1]]

    return change


def put(new: Json, *path: str | int) -> Callable[[Json], None]:
    def change(value: Json) -> None:
        for step in path[:-1]:
            value = value[step]
        value[path[-1]] = new

    return change


BROKEN = {
    "no-kit": drop("kit"),
    "another-field": put(1, "more"),
    "runs-by-name": put({}, "runs"),
    "no-summary": drop("runs", 0, "summary", "MUST", "failed"),
    "another-outcome": put("good", "runs", 0, "clauses", 0, "outcome"),
    "seconds-as-text": put("1 s", "runs", 0, "seconds"),
    "example-without-calls": drop("runs", 0, "findings", 0, "counterexample", "calls"),
    "another-shard": put({"index": 1}, "runs", 0, "shard"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_report_is_invalid(name: str, failed: Run) -> None:
    value = deepcopy(report_of(failed))
    BROKEN[name](value)
    assert wrong("report", value)


@pytest.mark.parametrize(
    "change",
    [put(5, "kind"), put("x", "more"), put("both", "dialect"), drop("reason")],
    ids=["number", "another-field", "another-dialect", "no-reason"],
)
def test_broken_known_failure_is_invalid(change: Callable[[Json], None]) -> None:
    entry = {"clause": "ONCE", "kind": "returned", "reason": "known", "example": "{}"}
    assert wrong("known-failures", {"known": [entry]}) == []
    change(entry)
    assert wrong("known-failures", {"known": [entry]})
