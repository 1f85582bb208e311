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


def test_the_first_example_runs_as_a_plain_script(project_root: Path, tmp_path: Path) -> None:
    script = tmp_path / "example.py"
    script.write_text(blocks(project_root, "python")[0], encoding="utf-8")
    bare = {name: value for name, value in os.environ.items() if not name.startswith("SYNAP_")}
    done = subprocess.run(
        # The official SDK's own warning, on 3.12 and later, is none of ours.
        [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning:maximem_synap.telemetry.models", str(script)],
        capture_output=True,
        text=True,
        check=False,
        env={**bare, "HOME": str(tmp_path)},
    )
    assert (done.stdout, done.stderr) == ("Recorded 2 of 2 messages\n", "")


def test_the_fixture_works_in_pytest(project_root: Path, tmp_path: Path) -> None:
    test = (
        "def test_it(synap):\n    assert httpx.get('https://synap-cloud-prod.maximem.ai/health').status_code == 200\n"
    )
    imports = "import httpx\nimport pytest\nfrom synap_mock import SynapMock\n\n"
    (tmp_path / "test_app.py").write_text(imports + blocks(project_root, "python")[1] + test, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert "1 passed" in done.stdout


def test_every_file_that_it_links_to_exists(project_root: Path) -> None:
    readme = (project_root / "README.md").read_text(encoding="utf-8")
    linked = [link for link in re.findall(r"\]\(([^)]+)\)", readme) if not link.startswith("https:")]
    assert [link for link in linked if not (project_root / link).exists()] == []
