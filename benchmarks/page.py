"""A section of a benchmark's results."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_section(page: Path, heading: str, text: str) -> None:
    """Print a section, and write it to a page in place of an earlier one.

    Args:
        page: the file; it is created if it does not exist.
        heading: the section's heading, with ``##``.
        text: the section, with its heading.
    """
    written = page.read_text(encoding="utf-8") if page.exists() else ""
    before, _, after = written.partition(f"{heading}\n")
    _, next_heading, others = after.partition("\n## ")
    page.write_text(f"{before.rstrip()}\n\n{text}{next_heading}{others}", encoding="utf-8")
    print(text)
