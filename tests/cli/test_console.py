"""What the commands print, in whatever encoding the terminal or pipe has, and where it can't be written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import pytest
from cli.many import Command, Done, run_many
from click.testing import CliRunner
from synap_contracts.commands.color import color_option

from synap_mock.cli.console import encodable

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMAND: Final = (sys.executable, "-P", "-m", "synap_mock")
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
PROCESSES: Final = (["rules"], ["serve", "--port", "0"])
JSON: Final = (["openapi"], ["rules", "--format", "json"], ["clauses", "--format", "json"])
ENCODINGS: Final = ("cp1252", "ascii")
REPORTS: Final = ("junit", "html", "summary", "badge", "json")
FULL: Final = Path("/dev/full")
ON_LINUX: Final = pytest.mark.skipif(not FULL.exists(), reason="/dev/full is there on Linux only")
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
        [*COMMAND, *arguments],
        capture_output=True,
        check=False,
        timeout=120,
        cwd=folder,
        env=environment(**variables),
    )


def broken(folder: Path) -> list[str]:
    """Return the command that finds a defect in a client, whose counterexample has characters of many scripts."""
    (folder / "shouting.py").write_text(SHOUTING, encoding="utf-8")
    fast = ["--profile", "quick", "--seed", "1", "--jobs", "1", "--in-process"]
    return ["verify", "shouting:make", "--path", str(folder), "--clause", "SEND-CONTENT", *fast]


@pytest.fixture(scope="module")
def printed() -> dict[tuple[str, str], Done]:
    """What each command prints in each encoding."""
    each = [(arguments, encoding) for arguments in PRINTING for encoding in (*ENCODINGS, "utf-8")]
    done = run_many([Command(arguments, {}, encoding) for arguments, encoding in each], environment())
    return {(" ".join(arguments), encoding): one for (arguments, encoding), one in zip(each, done, strict=True)}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_every_command_prints_in_any_encoding(
    arguments: list[str], encoding: str, printed: dict[tuple[str, str], Done]
) -> None:
    done = printed[" ".join(arguments), encoding]
    assert (done.status, done.errors) == (0, "")
    assert done.output
    if arguments in JSON:
        assert json.loads(done.output) == json.loads(printed[" ".join(arguments), "utf-8"].output)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_process_prints_in_its_encoding(encoding: str) -> None:
    done = run(["clauses"], PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode(encoding)


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Done, Path]]:
    """What `verify` prints of a defect in each encoding, and the folder of its reports."""
    folders = {encoding: tmp_path_factory.mktemp(encoding) for encoding in (*ENCODINGS, "utf-8")}
    commands = [
        Command([*broken(folder), *(f"--{name}={folder / name}" for name in REPORTS)], {}, encoding)
        for encoding, folder in folders.items()
    ]
    done = run_many(commands, environment())
    return dict(zip(folders, zip(done, folders.values(), strict=True), strict=True))


@pytest.mark.parametrize("encoding", [*ENCODINGS, "utf-8"])
def test_a_report_prints_in_any_encoding(reported: dict[str, tuple[Done, Path]], encoding: str) -> None:
    done, folder = reported[encoding]
    assert (done.status, done.errors) == (1, "")
    assert ("── finding 1" if encoding == "utf-8" else "-- finding 1") in done.output
    assert all((folder / name).stat().st_size for name in REPORTS)


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


@ON_LINUX
@pytest.mark.parametrize("arguments", PROCESSES, ids=" ".join)
def test_a_full_disk_is_an_error_with_status_2(arguments: list[str]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [*COMMAND, *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
            env=environment(),
        )
    assert done.returncode == 2
    assert done.stderr == b"Error: cannot write to standard output: No space left on device\n"


@pytest.mark.parametrize("arguments", PROCESSES, ids=" ".join)
def test_a_closed_output_is_an_error_with_status_2(arguments: list[str]) -> None:
    done = shell(arguments, ">&-")
    assert (done.returncode, done.stderr) == (2, b"Error: cannot write to standard output: it is closed\n")


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        pytest.param(
            str(FULL),
            "No space left on device",
            marks=pytest.mark.skipif(not FULL.exists(), reason="Linux has /dev/full"),
        ),
        (None, "it is closed"),
    ],
    ids=["full", "closed"],
)
def test_every_command_fails_if_its_output_is_lost(output: str | None, reason: str) -> None:
    done = run_many([Command(arguments, output=output) for arguments in ONE_OF_EACH], environment())
    expected = (2, f"Error: cannot write to standard output: {reason}\n")
    assert [(*arguments, each.status, each.errors) for arguments, each in zip(ONE_OF_EACH, done, strict=True)] == [
        (*arguments, *expected) for arguments in ONE_OF_EACH
    ]


def test_a_reader_that_has_gone_is_an_error_with_status_2() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, "rules"],
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


@ON_LINUX
def test_reports_are_written_whatever_the_terminal_does(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with FULL.open("w") as full:
        done = subprocess.run(
            [
                sys.executable,
                "-P",
                "-m",
                "synap_mock",
                *broken(tmp_path),
                "--json",
                str(report),
                "--junit",
                "/dev/full",
            ],
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
    @click.command()
    @color_option()
    def paint() -> None:
        click.secho("ok", fg="green")

    unset: dict[str, str | None] = {"NO_COLOR": None, "FORCE_COLOR": None}
    done = CliRunner().invoke(paint, arguments, env=unset | variables)
    assert done.output == ("\x1b[32mok\x1b[0m\n" if colored else "ok\n")


def test_verify_prints_in_color() -> None:
    done = run(
        ["verify", "reference", "--clause", "RES-EMPTY", "--examples", "0", "--jobs", "1", "--in-process"],
        FORCE_COLOR="1",
    )
    assert done.returncode == 0
    assert b"\x1b[32mpassed" in done.stdout


def test_the_options_of_verify_are_in_sections() -> None:
    printed = run(["verify", "--help"]).stdout.decode()
    headings = [line for line in printed.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert headings == ["Client:", "Server:", "Search:", "Speed:", "Verdict:", "Reports:", "Options:"]
    assert printed.rpartition("Options:")[2].split() == ["-h,", "--help", "Show", "this", "message", "and", "exit."]


def shell(arguments: list[str], redirection: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command with a redirection that only a shell can make."""
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", *COMMAND, *arguments],
        capture_output=True,
        check=False,
        timeout=60,
        env=environment(),
    )
