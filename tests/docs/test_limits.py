"""The page of limits has every bound, and is the one that the code makes."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from synap_mock.cli.limits.table import page
from synap_mock.domain.bounds.bounds import Bounds

if TYPE_CHECKING:
    from pathlib import Path


def test_the_page_of_limits_is_the_generated_one(project_root: Path) -> None:
    """To regenerate it: ``synap-mock limits > docs/generated/limits.md``."""
    assert (project_root / "docs" / "generated" / "limits.md").read_text(encoding="utf-8") == page()


def test_the_page_of_limits_has_every_bound() -> None:
    assert [each.name for each in fields(Bounds) if f"`--{each.name.replace('_', '-')}`" not in page()] == []
