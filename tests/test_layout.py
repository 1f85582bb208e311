"""The layout: which module may import which, and how light an import is."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Final

import pytest

import synap_mock

if TYPE_CHECKING:
    from pathlib import Path

LEVELS: Final = (
    {"domain.redaction"},
    {"domain.values", "domain.bounds", "settings"},
    {"domain.rules", "domain.access"},
    {"domain.faults", "domain.history", "domain.ledger", "domain.storage"},
    {"domain.state", "domain.conversations", "domain.memories"},
    {"domain.worlds", "domain.export"},
    {"files"},
    {"inspector"},
    {"http"},
    {"transports", "replication"},
    {"mock", "world", "strategies"},
    {"fixture", "cli"},
    {"pytest_plugin", "__main__"},
)
"""Each level imports only the ones before it, and its own."""
FRAMEWORKS: Final = {"starlette", "httpx", "respx", "pytest", "uvicorn", "click", "hypothesis"}
LARGEST_FOLDER: Final = 14


@functools.cache
def modules(root: Path) -> dict[str, Path]:
    """Every module of the package, its name without ``synap_mock.``; a package's name is its folder's."""
    package = root / "synap_mock"
    names = {}
    for file in package.rglob("*.py"):
        parts = file.relative_to(package).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    del names[""]
    return names


@functools.cache
def imports(root: Path, name: str) -> set[str]:
    """The modules of the package that a module imports, for types too."""
    known = modules(root)
    found = set()
    for imported in imported_names(known[name]):
        if not imported.startswith("synap_mock."):
            continue
        public = imported.split(".")[1]
        home = getattr(synap_mock, public).__module__ if public[0].isupper() else imported
        target = home.removeprefix("synap_mock.")
        while target and target not in known:
            target = target.rpartition(".")[0]
        found.add(target)
    return found - {"", name}


@functools.cache
def imported_names(file: Path) -> set[str]:
    """Every dotted name that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def level_of(name: str) -> int | None:
    """The level of a module; None for a package that only groups others."""
    for number, level in enumerate(LEVELS):
        if any(name == member or name.startswith(f"{member}.") for member in level):
            return number
    return None


def test_every_module_has_a_level(project_root: Path) -> None:
    assert [name for name in modules(project_root) if level_of(name) is None] == ["domain"]


def test_no_module_imports_a_higher_level(project_root: Path) -> None:
    upward = [
        (name, target)
        for name in modules(project_root)
        for target in imports(project_root, name)
        if (level_of(target) or 0) > (level_of(name) or 0)
    ]
    assert upward == []


def test_no_modules_import_each_other_in_a_cycle(project_root: Path) -> None:
    """Imports for types count: they are what a reader follows."""
    graph = {name: imports(project_root, name) for name in modules(project_root)}
    TopologicalSorter(graph).prepare()


def test_no_folder_has_more_than_14_members(project_root: Path) -> None:
    members: dict[str, int] = {}
    for name in modules(project_root):
        members[name.rpartition(".")[0]] = members.get(name.rpartition(".")[0], 0) + 1
    assert {name: count for name, count in members.items() if count > LARGEST_FOLDER} == {}


def test_the_domain_imports_no_framework(project_root: Path) -> None:
    names = [name for name in modules(project_root) if name.startswith("domain")]
    tops = {top.split(".")[0] for name in names for top in imported_names(modules(project_root)[name])}
    assert not tops & FRAMEWORKS


def test_the_fake_never_imports_the_kit(project_root: Path) -> None:
    names = {name for file in modules(project_root).values() for name in imported_names(file)}
    assert not [name for name in names if name.startswith("synap_contracts")]


@pytest.mark.parametrize(
    ("statement", "never"),
    [
        ("import synap_mock", {"starlette", "httpx", "respx", "uvicorn", "click", "asyncio", "json"}),
        ("from synap_mock import SynapMock; SynapMock()", {"httpx", "respx", "uvicorn", "click", "hypothesis"}),
        ("import synap_mock.cli", {"starlette", "httpx", "respx", "uvicorn"}),
    ],
)
def test_an_import_loads_nothing_that_it_does_not_need(statement: str, never: set[str]) -> None:
    script = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    assert not never & set(done.stdout.split())


def test_every_public_name_can_be_had() -> None:
    assert [name for name in synap_mock.__all__ if not hasattr(synap_mock, name)] == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'MagicMock'"):
        _ = synap_mock.MagicMock


def test_the_kit_has_one_import_name(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import synap_contracts; import contracts"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert "No module named 'contracts'" in done.stderr


def test_contributing_names_every_folder_and_no_other(project_root: Path) -> None:
    """The map of the tree has two levels of the fake and one of the kit; it may have deeper ones."""
    tree = (project_root / "CONTRIBUTING.md").read_text(encoding="utf-8").split("```")[1]
    named = {name.removesuffix("/").rpartition("/")[2] for name in re.findall(r"[\w./-]+/(?=\s)", tree)}
    fake, kit = project_root / "synap_mock", project_root / "contracts" / "synap_contracts"
    required = [*fake.glob("*/__init__.py"), *fake.glob("*/*/__init__.py"), *kit.glob("*/__init__.py")]
    assert {file.parent.name for file in required} <= named
    folders = {file.parent.name for package in (fake, kit) for file in package.rglob("__init__.py")}
    assert named - folders == {"zoo", "adapters", "known-failures"}
