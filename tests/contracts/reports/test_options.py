"""The options of `synap-mock verify` that write the reports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from synap_contracts.commands import verify

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

CLIENT = '''
class AuthenticationError(Exception):
    """The page's."""


class Client:
    def __init__(self, base_url, api_key):
        pass

    def record_messages_batch(self, messages):
        raise AuthenticationError("no")
'''
PYTESTS = (
    {"--pyargs", "--dist"}
    | {f"--synap-{name}" for name in ("client", "profile", "seed", "strict", "path")}
    | {
        "--synap-known-failures",
        "--synap-",
    }
)
BEGINNINGS = {
    "junit": "<?xml version",
    "html": "<!doctype html>",
    "summary": "## Synap's contract",
    "badge": "<svg ",
}


def asked(folder: Path, *more: str) -> Result:
    """A client that refuses everything, asked for one clause that it keeps and one SHOULD that it breaks."""
    (folder / "refuses_all.py").write_text(CLIENT, encoding="utf-8")
    clauses = ["--clause", "AUTH-MISSING", "--clause", "RES-EMPTY"]
    where = ["--path", str(folder), "--folder", str(folder / "kept"), "--in-process", "--profile", "quick"]
    return CliRunner().invoke(verify, ["refuses_all:Client", *clauses, *where, *more])


def test_each_report_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    files = {name: tmp_path / "made" / name for name in BEGINNINGS}
    asked(tmp_path, *(part for name, file in files.items() for part in (f"--{name}", str(file))))
    written = {name: file.read_text(encoding="utf-8") for name, file in files.items()}
    assert {name: text[: len(BEGINNINGS[name])] for name, text in written.items()} == BEGINNINGS


@pytest.mark.parametrize(("option", "word", "status"), [((), "skipped", 0), (("--strict",), "failure", 1)])
def test_strict_reaches_the_reports(option: tuple[str, ...], word: str, status: int, tmp_path: Path) -> None:
    done = asked(tmp_path, "--junit", str(tmp_path / "junit.xml"), *option)
    assert (done.exit_code, f"<{word}" in (tmp_path / "junit.xml").read_text(encoding="utf-8")) == (status, True)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    done = asked(tmp_path, "--badge", str(tmp_path / "taken" / "badge.svg"))
    assert (done.exit_code, "cannot write" in done.output) == (2, True)


def test_every_option_in_the_recipes_is_one(project_root: Path) -> None:
    text = (project_root / "docs" / "ci.md").read_text(encoding="utf-8")
    known = {option for parameter in verify.params for option in parameter.opts}
    assert {each for each in re.findall(r"(?<!\S)`?(--[a-z][a-z-]+)", text) if each not in PYTESTS} <= known
