"""What the distributions say of the project, and what they have."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

LINK = re.compile(r"\]\(([\w./-]+\.md|[A-Z]+)\b")
ALWAYS_INCLUDED = {"README.md", "LICENSE"}
"""By hatchling."""


def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_source_distribution_has_every_linked_page(project_root: Path) -> None:
    included = project(project_root)["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    linked = set(LINK.findall((project_root / "README.md").read_text(encoding="utf-8"))) - ALWAYS_INCLUDED
    assert linked
    missing = {page for page in linked if f"/{page}" not in included and f"/{page.split('/')[0]}" not in included}
    assert missing == set()


def test_pages_install_from_a_checkout_or_a_wheel(project_root: Path) -> None:
    """No package index has the project: `pip install synap-mock` would fail, or install something else."""
    pages = [*project_root.glob("*.md"), *(project_root / "docs").rglob("*.md")]
    found = [page.name for page in pages if re.search(r"(pip|uv) (install|add) synap-mock", page.read_text("utf-8"))]
    assert found == []


def test_the_minimum_python_is_the_oldest_that_is_listed(project_root: Path) -> None:
    listed = project(project_root)["project"]
    versions = [each.rpartition(" ")[2] for each in listed["classifiers"] if re.search(r":: 3\.\d+$", each)]
    assert listed["requires-python"] == f">={versions[0]}"
