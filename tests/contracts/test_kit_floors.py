"""The kit knows the fake by `SynapMock` and its HTTP faces, and by nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def imports(file: Path) -> set[str]:
    """What a file imports from the fake."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.partition(".")[0] == "synap_mock"}


def test_the_kit_imports_nothing_of_the_fake_but_synap_mock(project_root: Path) -> None:
    package = project_root / "contracts" / "synap_contracts"
    assert {name for file in package.rglob("*.py") for name in imports(file)} == {"synap_mock.SynapMock"}


def test_only_the_module_that_starts_a_server_imports_the_fake(project_root: Path) -> None:
    package = project_root / "contracts" / "synap_contracts"
    assert [file.name for file in package.rglob("*.py") if imports(file)] == ["server.py"]


def test_the_python_host_loads_no_http_client_and_no_hypothesis() -> None:
    script = "import sys, synap_contracts.client.__main__; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    assert not {"httpx", "hypothesis", "synap_mock", "click", "uvicorn"} & set(done.stdout.split())
