"""The layers of the kit: which modules may import which."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "contracts" / "synap_contracts"

LEVELS = [
    {
        "",
        "client.checking",
        "client.checking.types",
        "client.wire",
        "clauses",
        "clauses.clause",
        "client",
        "client.bundled",
        "client.bundled.official",
    }
    | {"client.bundled.page", "client.host", "client.host.calling", "client.host.errors"}
    | {"client.host.loading", "client.host.logs", "client.host.serialization", "client.protocol"}
    | {"client.real_time", "client.releases", "commands.color"}
    | {"commands.sections", "observation"}
    | {
        "observation.events",
        "observation.expected",
        "observation.observed",
        "observation.redaction",
        "observation.remembering",
    }
    | {"pytest_plugin"}
    | {
        "commands.files",
        "commands.sharding",
        "commands.database",
        "report",
        "report.files",
        "report.formats",
    }
    | {"report.formats.compared", "report.formats.markup"}
    | {"report.verdicts", "runs"}
    | {"runs.findings", "runs.jobs", "runs.jobs.rounds", "runs.jobs.turns", "runs.result"}
    | {"scenarios", "scenarios.databases", "scenarios.edge_cases", "scenarios.model", "server"}
    | {
        "scenarios.kinds",
        "scenarios.kinds.characters",
        "scenarios.kinds.kind",
        "scenarios.kinds.urls",
        "server.connection",
        "server.other_origin",
    },
    {"client.bundled.reference", "client.driver", "client.host.answers", "client.host.building"}
    | {"observation.violation"}
    | {"report.comparison", "report.formats.badge", "report.types", "scenarios.messages", "scenarios.serialization"}
    | {"commands.duration", "runs.jobs.board", "runs.state", "server.server"}
    | {f"scenarios.kinds.{name}" for name in ("escapes", "masked", "normalized", "sanitized", "structures")},
    {"clauses.auth", "clauses.rows", "clauses.wide", "client.host.service", "client.process", "report.reading"}
    | {
        "observation.comparison",
        "runs.faults",
        "runs.jobs.workers",
        "scenarios.saved",
        "scenarios.shrinking",
        "scenarios.kinds.limits",
    }
    | {"scenarios.ordinary", "scenarios.strategies", "scenarios.troubles"},
    {
        "client.checking.session",
        "clauses.inputs",
        "client.__main__",
        "client.in_process",
        "observation.facts",
        "scenarios.kinds.batches",
    }
    | {"runs.scenario_runner"},
    {"client.checking.checks", "clauses.results", "client.host.bootstrap"},
    {"clauses.sending", "client.spec"},
    {"clauses.connection", "report.script"},
    {"clauses.statuses", "report.reproduce"},
    {"clauses.sessions", "clauses.trouble"},
    {"clauses.catalogue", "clauses.judge"},
    {
        "commands.adapter",
        "commands.clauses",
        "report.formats.example",
        "runs.exercise",
        "runs.known",
        "runs.known_file",
        "runs.findings.changes",
    },
    {
        "runs.findings.causes",
        "runs.findings.outcomes",
        "report.formats.evidence",
        "report.formats.junit",
        "report.formats.summary",
        "report.formats.terminal",
        "report.releases",
        "report.schemas",
        "runs.replay",
        "runs.tally",
    },
    {"commands.schema", "runs.findings.summaries"},
    {"runs.findings.fixes"},
    {"runs.findings.grouping", "report.formats.html", "runs.check_runner"},
    {"runs.jobs.lanes"},
    {"runs.jobs.options"},
    {"runs.jobs.workplace"},
    {"runs.jobs.job"},
    {"runs.jobs.assembly", "runs.jobs.codec", "runs.jobs.processes"},
    {"report.shards", "runs.jobs.__main__", "runs.run"},
    {"report.document"},
    {"report.merging"},
    {"commands.output", "recording_contract", "releases"},
    {"commands.report", "commands.verify", "test_contract"},
    {"commands"},
]
"""Each module may import, at run time, only modules of earlier levels."""


def module_name(file: Path) -> str:
    return ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").removesuffix(".")


def imports(file: Path) -> set[str]:
    """Return the modules that a file imports at run time, also within functions."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    typing = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = set()
    for node in (node for node in ast.walk(tree) if id(node) not in typing):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


FILES = {module_name(file): file for file in PACKAGE.rglob("*.py")}


def own_imports(file: Path) -> set[str]:
    """Return the modules of the kit that a file imports."""
    names = {name.removeprefix("synap_contracts.") for name in imports(file) if name.startswith("synap_contracts.")}
    return {name if name in FILES else name.rpartition(".")[0] for name in names}


def test_every_module_has_a_level() -> None:
    assert sorted(FILES) == sorted(name for level in LEVELS for name in level)


@pytest.mark.parametrize("name", [name for level in LEVELS[1:] for name in sorted(level)])
def test_imports_only_earlier_levels(name: str) -> None:
    number = next(number for number, level in enumerate(LEVELS) if name in level)
    earlier = set().union(*LEVELS[:number])
    assert own_imports(FILES[name]) <= earlier


def test_no_folder_has_more_than_14_entries() -> None:
    folders = {file.parent for file in FILES.values()}
    entries = {folder: {*folder.glob("*.py"), *(each.parent for each in folder.glob("*/*"))} for folder in folders}
    counts = {
        module_name(folder / "__init__.py"): len({each for each in found if each.name != "__pycache__"})
        for folder, found in entries.items()
    }
    assert {name: count for name, count in counts.items() if count > 14} == {}


def test_no_module_has_more_than_350_lines() -> None:
    counts = {name: len(file.read_text(encoding="utf-8").splitlines()) for name, file in FILES.items()}
    assert {name: count for name, count in counts.items() if count > 350} == {}


def test_no_function_has_more_than_60_lines() -> None:
    counts = {
        f"{name}.{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, file in FILES.items()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: count for name, count in counts.items() if count > 60} == {}


def test_only_the_server_module_imports_the_fake() -> None:
    found = {name: {each for each in imports(file) if each.startswith("synap_mock")} for name, file in FILES.items()}
    assert {name: names for name, names in found.items() if names} == {"server.server": {"synap_mock.SynapMock"}}


def test_python_host_loads_no_http_client_and_no_hypothesis() -> None:
    script = "import sys, synap_contracts.client.__main__; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    assert not {"httpx", "hypothesis", "synap_mock", "click", "uvicorn"} & set(done.stdout.split())
