"""Code cites pages that are in the repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PAGE = re.compile(r"\b[A-Za-z_][\w/-]*\.md\b")
WRITTEN = {"reports/synap.md"}
"""What an example command writes."""
FOLDERS = ("synap_mock", "contracts", "demo", "benchmarks", "docs")


def pages(root: Path) -> set[str]:
    """The pages of the repository, by every way to name them: docs/ci.md, ci.md."""
    found = [*root.glob("*.md"), *(file for folder in FOLDERS for file in (root / folder).rglob("*.md"))]
    parts = [file.relative_to(root).parts for file in found]
    return {"/".join(names[start:]) for names in parts for start in range(len(names))}


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_page_that_is_named_exists(project_root: Path, folder: str) -> None:
    known = pages(project_root)
    files = [file for file in (project_root / folder).rglob("*") if file.suffix in {".py", ".md", ".toml", ".json"}]
    missing = {
        f"{file.relative_to(project_root)}: {name}"
        for file in files
        for name in PAGE.findall(file.read_text(encoding="utf-8"))
        if name not in known | WRITTEN
    }
    assert missing == set()
