"""The examples of the README and of the pages that it links to run as they are, and every link points to a target."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from synap_mock.domain.faults.catalog import FAULTS

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted(
    page.relative_to(ROOT).as_posix()
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("contracts/*/README.md")]
)


def examples(page: str) -> list[str]:
    """The Python examples of a page, in order."""
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


def run_by_pytest(folder: Path, test: str) -> str:
    """What pytest prints for a file in a project of its own."""
    (folder / "test_readme.py").write_text(test, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    bare = {name: value for name, value in os.environ.items() if not name.startswith("SYNAP_")}
    without = ("-p", "no:cacheprovider", "-p", "no:schemathesis")  # it takes a second to load
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-s", *without, "test_readme.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**bare, "HOME": str(folder)},
    )
    return done.stdout


def test_the_readme_example_is_a_test_that_passes(tmp_path: Path) -> None:
    printed = run_by_pytest(tmp_path, examples("README.md")[0])
    assert "Recorded 2 of 2 messages" in printed
    assert "1 passed" in printed


def test_the_examples_of_the_pytest_page_pass(tmp_path: Path) -> None:
    conftest, *tests, _ = examples("docs/pytest.md")
    (tmp_path / "conftest.py").write_text(conftest, encoding="utf-8")
    assert "13 passed" in run_by_pytest(tmp_path, "\n".join(tests))


def test_the_example_of_the_ledgers_page_loses_a_turn(tmp_path: Path) -> None:
    printed = run_by_pytest(tmp_path, examples("docs/ledger.md")[0])
    assert "1 passed" in printed
    assert "synap-mock: 1 turn lost, 0 duplicated, in 1 test" in printed
    assert "the last answer was 500 (fault ServerError), at test_readme.py:13 in remember" in printed


def test_the_example_without_pytest_runs_as_a_script(tmp_path: Path) -> None:
    script = tmp_path / "example.py"
    script.write_text(examples("docs/pytest.md")[-1], encoding="utf-8")
    done = subprocess.run([sys.executable, "-W", "error", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_pytest_page_names_every_fault() -> None:
    page = (ROOT / "docs" / "pytest.md").read_text(encoding="utf-8")
    assert [name for name in FAULTS if f"`{name}(" not in page] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_link_points_to_a_file_and_a_heading(page: str) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", (ROOT / page).read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        if link.startswith(("https:", "mailto:")):
            continue
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []
