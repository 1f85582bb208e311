"""The integrations page lists the installed versions and existing tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def page(project_root: Path) -> str:
    return (project_root / "docs" / "integrations.md").read_text()


def test_its_versions_are_those_that_are_installed(project_root: Path) -> None:
    reported = re.findall(r"^\| \[(maximem-synap-[a-z-]+)\]\(\S+\) \| ([0-9.]+) \|", page(project_root), re.MULTILINE)
    pinned = (project_root / "tests" / "integrations" / "constraints.txt").read_text().splitlines()
    ours = [line for line in pinned if line.startswith("maximem-synap-") and "integrations-common" not in line]
    assert sorted(f"{name}=={version}" for name, version in reported) == sorted(ours)


def test_every_test_that_it_names_exists(project_root: Path) -> None:
    tests = "".join(path.read_text() for path in (project_root / "tests" / "integrations").glob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", page(project_root)))
    assert {name for name in named if f"def {name}(" not in tests} == set()
