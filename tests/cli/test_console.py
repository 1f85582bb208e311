"""What the commands print, in whatever encoding the terminal or pipe has, and where it can't be written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from synap_mock.cli.console import encodable

if TYPE_CHECKING:
    from collections.abc import Sequence

PRINTING: Final = (
    ["--help"],
    ["--version"],
    ["adapter", "node"],
    ["adapter", "--help"],
    ["clauses"],
    ["clauses", "--format", "json"],
    ["clauses", "--format", "markdown"],
    ["openapi"],
    ["rules"],
    ["rules", "--format", "json"],
    ["rules", "--format", "markdown"],
    ["serve", "--help"],
    ["verify", "--help"],
)
ONE_OF_EACH: Final = (
    ["--help"],
    ["--version"],
    ["adapter", "node"],
    ["clauses"],
    ["openapi"],
    ["rules"],
    ["serve", "--port", "0"],
    ["verify", "--help"],
)
JSON: Final = (["openapi"], ["rules", "--format", "json"], ["clauses", "--format", "json"])
ENCODINGS: Final = ("cp1252", "ascii")
FULL: Final = Path("/dev/full")
SHOUTING: Final = """
from synap_contracts.client.bundled import reference

class Client:
    def __init__(self, base_url, api_key):
        self.client = reference.make(base_url, api_key)

    async def record_messages_batch(self, messages):
        changed = [{**each, "content": each["content"] + "…"} for each in messages]
        return await self.client.record_messages_batch(changed)

def make(base_url, api_key):
    return Client(base_url, api_key)
"""


def environment(**variables: str) -> dict[str, str]:
    unset = {"NO_COLOR", "FORCE_COLOR", "PYTHONUTF8", "PYTHONIOENCODING"}
    own = {name: value for name, value in os.environ.items() if name not in unset and not name.startswith("SYNAP_")}
    return {**own, **variables}


def run(arguments: Sequence[str], folder: Path | None = None, **variables: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "synap_mock", *arguments],
        capture_output=True,
        check=False,
        timeout=120,
        cwd=folder,
        env=environment(**variables),
    )


@pytest.fixture
def broken_client(tmp_path: Path) -> list[str]:
    """The command that finds a defect in a client, whose counterexample has characters of many scripts."""
    (tmp_path / "shouting.py").write_text(SHOUTING, encoding="utf-8")
    return ["verify", "shouting:make", "--path", str(tmp_path), "--clause", "SEND-CONTENT", "--profile", "quick"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_every_command_prints_in_any_encoding(arguments: list[str], encoding: str) -> None:
    done = run(arguments, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode(encoding)
    if arguments in JSON:
        assert json.loads(done.stdout.decode(encoding)) == json.loads(run(arguments).stdout)


@pytest.mark.parametrize("encoding", [*ENCODINGS, "utf-8"])
def test_a_report_prints_in_any_encoding(broken_client: list[str], tmp_path: Path, encoding: str) -> None:
    reports = [f"--{name}={tmp_path / name}" for name in ("junit", "html", "summary", "badge", "json")]
    done = run([*broken_client, *reports], tmp_path, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (1, b"")
    printed = done.stdout.decode(encoding)
    assert ("── finding 1" if encoding == "utf-8" else "-- finding 1") in printed
    assert all((tmp_path / name).stat().st_size for name in ("junit", "html", "summary", "badge", "json"))


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("a … ── → “é”", "ascii", 'a ... -- -> "\\xe9"'),
        ("a … é", "cp1252", "a … é"),
        ("é → 你", "cp1252", "é -> \\u4f60"),
        ("\ud800 你 …", "utf-8", "\\ud800 你 ..."),
        ("你 …", "utf-8", "你 …"),
    ],
)
def test_what_an_encoding_lacks_becomes_ascii(text: str, encoding: str, shown: str) -> None:
    assert encodable(text, encoding) == shown


@pytest.mark.skipif(not FULL.exists(), reason="/dev/full is there on Linux only")
@pytest.mark.parametrize("arguments", ONE_OF_EACH, ids=" ".join)
def test_a_full_disk_is_an_error_with_status_2(arguments: list[str]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "synap_mock", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
            env=environment(),
        )
    assert done.returncode == 2
    assert done.stderr == b"Error: cannot write to standard output: No space left on device\n"


@pytest.mark.parametrize("arguments", ONE_OF_EACH, ids=" ".join)
def test_a_closed_output_is_an_error_with_status_2(arguments: list[str]) -> None:
    done = shell(arguments, ">&-")
    assert (done.returncode, done.stderr) == (2, b"Error: cannot write to standard output: it is closed\n")


def test_a_reader_that_has_gone_is_an_error_with_status_2() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "synap_mock", "rules"],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
        env=environment(),
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (2, b"Error: cannot write to standard output: Broken pipe\n")


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
def test_an_unwritable_stderr_leaves_the_status(redirection: str) -> None:
    if str(FULL) in redirection and not FULL.exists():
        pytest.skip("/dev/full is there on Linux only")
    assert shell(["rules", "--format", "xml"], redirection).returncode == 2
    assert shell(["rules"], redirection).returncode == 0


@pytest.mark.skipif(not FULL.exists(), reason="/dev/full is there on Linux only")
def test_reports_are_written_whatever_the_terminal_does(broken_client: list[str], tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "synap_mock", *broken_client, "--json", str(report), "--junit", "/dev/full"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=120,
            cwd=tmp_path,
            env=environment(),
        )
    assert (done.returncode, done.stderr) == (2, b"Error: cannot write /dev/full: No space left on device\n")
    assert json.loads(report.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("arguments", "variables", "colored"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": ""}, False),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    ],
)
def test_color_follows_the_option_then_the_variables(
    arguments: list[str],
    variables: dict[str, str],
    colored: bool,  # noqa: FBT001 - the expectation
) -> None:
    asked = ["verify", "reference", "--clause", "RES-EMPTY", "--profile", "quick", "--examples", "0", *arguments]
    done = run(asked, None, **variables)
    assert done.returncode == 0
    assert (b"\x1b[32mok" in done.stdout) == colored


def test_the_options_of_verify_are_in_sections() -> None:
    printed = run(["verify", "--help"]).stdout.decode()
    headings = [line for line in printed.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert headings == ["Client:", "Server:", "Search:", "Verdict:", "Reports:", "Options:"]
    assert printed.rpartition("Options:")[2].split() == ["-h,", "--help", "Show", "this", "message", "and", "exit."]


def shell(arguments: list[str], redirection: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command with a redirection that only a shell can make."""
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-P", "-m", "synap_mock", *arguments],
        capture_output=True,
        check=False,
        timeout=60,
        env=environment(),
    )
