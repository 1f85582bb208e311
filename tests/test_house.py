"""The house keeps its floors, and what users import is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import synap_mock

if TYPE_CHECKING:
    from pathlib import Path

# Each floor may import the ones before it. Within a floor, circles would show themselves at import.
FLOORS = [
    {
        "batch",
        "messages",
        "quoting",
        "rule",
        "rules",
        "rulebook",
        "settings",
        "clock",
        "ids",
        "keys",
        "store",
        "journal",
        "schema",
    }
    | {"recording", "state", "faults", "armed", "rejections", "stand_ins", "limits", "waiting"},
    {"http"},
    {"doors"},
    {"mock", "strategies"},
    {"fixture"},
    {"logs", "cli", "__main__", "pytest_plugin"},
]
GROUND_NEVER_IMPORTS = {"starlette", "httpx", "respx", "pytest", "uvicorn", "click", "hypothesis"}


def imported(file: Path) -> set[str]:
    """Every module that a file names in an import, for types too."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def rooms(root: Path) -> list[tuple[str, Path]]:
    """Each file of the package with the room it stands in: its name, or its folder's."""
    package = root / "synap_mock"
    files = [file for file in package.rglob("*.py") if file != package / "__init__.py"]
    return [(file.relative_to(package).parts[0].removesuffix(".py"), file) for file in files]


def room_of(name: str) -> str:
    """The room that an import leads to; a public name leads to its home."""
    home = synap_mock._HOMES.get(name.split(".")[1])  # noqa: SLF001 - which names are public stands there alone
    room = (home or name).split(".")[1]
    return "messages" if room == "__version__" else room


def test_every_room_stands_on_a_floor(project_root: Path) -> None:
    assert {room for room, _ in rooms(project_root)} == set.union(*FLOORS)


def test_no_import_goes_up(project_root: Path) -> None:
    floor = {room: number for number, floor in enumerate(FLOORS) for room in floor}
    upward = [
        (file.relative_to(project_root).as_posix(), name)
        for room, file in rooms(project_root)
        for name in imported(file)
        if name.startswith("synap_mock.") and floor[room_of(name)] > floor[room]
    ]
    assert upward == []


def test_the_ground_floor_knows_no_framework(project_root: Path) -> None:
    tops = {name.split(".")[0] for room, file in rooms(project_root) if room in FLOORS[0] for name in imported(file)}
    assert not tops & GROUND_NEVER_IMPORTS


def test_the_fake_never_imports_the_kit(project_root: Path) -> None:
    names = {name for _, file in rooms(project_root) for name in imported(file)}
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
