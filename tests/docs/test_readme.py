"""The README's examples run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def blocks(project_root: Path, language: str) -> list[str]:
    readme = (project_root / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", readme, re.DOTALL)


def run_by_pytest(folder: Path, test: str) -> str:
    """What pytest says of a file in a project of its own."""
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


def test_the_first_example_is_a_test_that_passes(project_root: Path, tmp_path: Path) -> None:
    said = run_by_pytest(tmp_path, blocks(project_root, "python")[0])
    assert "Recorded 2 of 2 messages" in said
    assert "1 passed" in said


def test_the_examples_of_faults_and_strategies_pass(project_root: Path, tmp_path: Path) -> None:
    first, conftest, second, *_ = blocks(project_root, "python")
    (tmp_path / "conftest.py").write_text(conftest, encoding="utf-8")
    assert "7 passed" in run_by_pytest(tmp_path, first + second)


def test_the_other_examples_run_as_a_plain_script(project_root: Path, tmp_path: Path) -> None:
    script = tmp_path / "example.py"
    script.write_text("\n".join(blocks(project_root, "python")[3:]), encoding="utf-8")
    done = subprocess.run([sys.executable, "-W", "error", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_file_that_it_links_to_exists(project_root: Path) -> None:
    readme = (project_root / "README.md").read_text(encoding="utf-8")
    linked = [link for link in re.findall(r"\]\(([^)]+)\)", readme) if not link.startswith("https:")]
    assert [link for link in linked if not (project_root / link).exists()] == []
