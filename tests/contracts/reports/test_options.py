"""The options of `synap-mock verify` that write reports."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from synap_contracts import releases
from synap_contracts.commands import verify

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

CLIENT = '''
from synap_contracts.client.bundled.reference import AuthenticationError, ReferenceClient, SynapError


class Client(ReferenceClient):
    """Passes AUTH-MISSING; fails IN-ROLE (a MUST) and RES-EMPTY (a SHOULD)."""

    def __init__(self, base_url, api_key):
        super().__init__(base_url, api_key, 30.0)

    async def record_messages_batch(self, messages):
        if not messages:
            raise SynapError("nothing to send")
        if any(entry.get("role") not in ("user", "assistant") for entry in messages):
            raise AuthenticationError("no")
        return await super().record_messages_batch(messages)
'''
PYTEST_OPTIONS = {"--pyargs", "--dist", "--synap-", "--synap-known-failures"} | {
    f"--synap-{name}" for name in ("client", "profile", "seed", "strict", "path", "contract", "for", "database")
}
BEGINNINGS = {
    "junit": "<?xml version",
    "html": "<!doctype html>",
    "summary": "## Synap's contract",
    "badge": "<svg ",
}


def run_one(folder: Path, *more: str) -> Result:
    """Run a client, with a clause that it passes and a SHOULD that it fails."""
    (folder / "almost.py").write_text(CLIENT, encoding="utf-8")
    clauses = ["--clause", "AUTH-MISSING", "--clause", "RES-EMPTY"]
    where = ["--path", str(folder), "--folder", str(folder / "saved"), "--in-process", "--profile", "quick"]
    return CliRunner().invoke(verify, ["almost:Client", *clauses, *where, *more])


def test_reports_are_written_to_their_files(tmp_path: Path) -> None:
    files = {name: tmp_path / "made" / name for name in BEGINNINGS}
    run_one(tmp_path, *(part for name, file in files.items() for part in (f"--{name}", str(file))))
    written = {name: file.read_text(encoding="utf-8") for name, file in files.items()}
    assert {name: text[: len(BEGINNINGS[name])] for name, text in written.items()} == BEGINNINGS


@pytest.mark.parametrize(
    ("option", "word", "status"), [((), 'property name="warning"', 0), (("--strict",), "failure", 1)]
)
def test_strict_affects_the_reports(option: tuple[str, ...], word: str, status: int, tmp_path: Path) -> None:
    done = run_one(tmp_path, "--junit", str(tmp_path / "junit.xml"), *option)
    assert (done.exit_code, f"<{word}" in (tmp_path / "junit.xml").read_text(encoding="utf-8")) == (status, True)


def test_options_in_the_recipes_exist(project_root: Path) -> None:
    text = (project_root / "docs" / "ci.md").read_text(encoding="utf-8")
    known = {option for parameter in verify.params for option in parameter.opts}
    assert {each for each in re.findall(r"(?<!\S)`?(--[a-z][a-z-]+)", text) if each not in PYTEST_OPTIONS} <= known


def run_both(folder: Path, *more: str) -> Result:
    """Run a client that does not exist, and one that does."""
    (folder / "almost.py").write_text(CLIENT, encoding="utf-8")
    where = ["--path", str(folder), "--folder", str(folder / "saved"), "--in-process", "--profile", "quick"]
    return CliRunner().invoke(
        verify, ["no_such_module:make", "almost:Client", "--clause", "AUTH-MISSING", *where, *more]
    )


UNRUN = {
    "json": '"error": "no_such_module:make: no module named',
    "junit": '<error message="could not be run: no_such_module:make: no module named',
    "html": "? could not be run",
    "summary": "| `no_such_module:make` | could not be run |",
    "badge": "1 of 2 clients pass",
}


@pytest.mark.parametrize(("report", "expected"), UNRUN.items(), ids=UNRUN)
def test_failed_client_is_in_every_report(report: str, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "report"
    done = run_both(tmp_path, f"--{report}", str(file))
    assert (done.exit_code, expected in file.read_text(encoding="utf-8")) == (2, True)


def test_other_clients_run_after_a_failed_one(tmp_path: Path) -> None:
    done = run_both(tmp_path, "--json", str(tmp_path / "report.json"))
    runs = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["runs"]
    assert [(run["client"]["spec"], run["error"] is None, len(run["clauses"])) for run in runs] == [
        ("no_such_module:make", False, 0),
        ("almost:Client", True, 1),
    ]
    assert "Error: no_such_module:make: no module named" in done.stderr
    assert "MUST:    1 passed" in done.stdout


def test_failed_client_takes_precedence_in_the_status(tmp_path: Path) -> None:
    done = run_both(tmp_path, "--clause", "RES-EMPTY", "--strict")
    assert (done.exit_code, "1 failed" in done.stdout) == (2, True)


@pytest.mark.parametrize("report", [*BEGINNINGS, "json"])
def test_unwritable_report_is_an_error_before_the_run(report: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    file = tmp_path / "taken" / "report"
    done = run_one(tmp_path, f"--{report}", str(file))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"Error: cannot write {file}: {tmp_path / 'taken'} is not a folder\n"
    assert not (tmp_path / "saved").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_without_permission_is_an_error(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert run_one(tmp_path, "--html", str(closed / "report.html")).stderr.endswith("no permission\n")


@pytest.mark.parametrize("option", ["page", "html", "news"])
def test_unwritable_page_is_an_error_before_the_run(option: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    file = str(tmp_path / "taken" / "page")
    done = CliRunner().invoke(
        releases.main, ["0.5.9", "--known-failures", str(tmp_path / "none.toml"), f"--{option}", file]
    )
    assert (done.exit_code, done.output) == (2, f"Error: cannot write {file}: {tmp_path / 'taken'} is not a folder\n")


def test_page_about_releases_creates_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "known.toml").write_text("known = []\n", encoding="utf-8")
    monkeypatch.setattr(releases, "GROUPS", ())
    page = tmp_path / "made" / "page.md"
    done = CliRunner().invoke(releases.main, ["--known-failures", str(tmp_path / "known.toml"), "--page", str(page)])
    assert (done.exit_code, page.exists()) == (0, True)
