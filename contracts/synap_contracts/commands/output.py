"""Writing the results of runs: the terminal, reports, scripts, and the file of known failures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from synap_contracts.report.comparison import Incomparable, run_of
from synap_contracts.report.document import dumps
from synap_contracts.report.files import UnwritableFile, prepare, write
from synap_contracts.report.formats import badge, html, junit, summary
from synap_contracts.report.formats.terminal import format_run
from synap_contracts.report.reading import InvalidReport, read
from synap_contracts.runs.known import KnownFailureList
from synap_contracts.runs.known_file import PLACEHOLDER, InvalidFile, format_entry, load, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from synap_contracts.report.types import Report, RunReport
    from synap_contracts.runs.result import Run

STDOUT = Path("-")


class CouldNotRun(click.ClickException):
    """The run did not take place, or its results could not be written: exit status 2."""

    exit_code = 2


def load_known(file: Path | None, *, accept: bool, strict: bool) -> KnownFailureList:
    """Return the content of the file of known failures. With --accept, the file need not exist.

    Args:
        file: The file, or None.
        accept: Whether new failures will be written to it.
        strict: Whether each entry must have a reason that --accept did not write.
    """

    def warn(text: str) -> None:
        click.echo(f"Warning: {text}", err=True)

    if file is None:
        if accept:
            raise CouldNotRun("--accept writes to a file; name it with --known-failures")
        return KnownFailureList()
    try:
        return KnownFailureList(
            () if accept and not file.exists() else load(file, refuse if strict else warn), collecting=accept
        )
    except InvalidFile as error:
        raise CouldNotRun(str(error)) from None


def prepare_files(files: Iterable[Path | None]) -> None:
    """Create the folders of the files that will be written, and fail before the run if one cannot be written."""
    try:
        for file in files:
            if file not in {None, STDOUT}:
                prepare(file)
    except UnwritableFile as error:
        raise CouldNotRun(str(error)) from None


def progress_line() -> Callable[[str, int, int], None]:
    """Return a function that shows the progress in one changing line, if standard error is a terminal."""
    if not sys.stderr.isatty():
        return lambda *_: None
    return lambda name, number, count: click.echo(f"\r\033[K{number + 1}/{count} {name} …", nl=False, err=True)


def clear_progress() -> None:
    """Remove the line of progress."""
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)


def load_report(file: Path) -> Report:
    """Return the report in a JSON file."""
    try:
        return read(file)
    except InvalidReport as error:
        raise CouldNotRun(str(error)) from None


def load_earlier(file: Path | None, clients: Sequence[str]) -> dict[str, tuple[RunReport, str]]:
    """Return, by client, the earlier run to compare with, and its revision of the contract."""
    if file is None:
        return {}
    old = load_report(file)
    try:
        return {each: (run_of(old, each, clients), old["contract"]) for each in clients}
    except Incomparable as error:
        raise CouldNotRun(f"cannot compare with {file}: {error}") from None


def print_run(run: RunReport, *, strict: bool, quiet: bool = False) -> Exception | None:
    """Print a run, or on standard error why it did not take place.

    Return the error if it cannot be printed, so that the reports are written nevertheless.

    Args:
        run: The run.
        strict: Whether a SHOULD that fails fails the run.
        quiet: Whether to print only why it stopped, on standard error.
    """
    if run["error"] is not None and (quiet or not run["clauses"]):
        click.echo(f"Error: {run['error']}", err=True)
        return None

    def paint(text: str, color: str) -> str:
        return click.style(text, bold=True) if color == "bold" else click.style(text, fg=color)

    try:
        for line in () if quiet else format_run(run, paint, strict=strict):
            # A counterexample can contain characters that a terminal cannot show.
            click.echo(line.encode("utf-8", "backslashreplace").decode())
    except (click.ClickException, OSError) as error:
        return error
    return None


def write_reports(report: Report, files: dict[str, Path | None]) -> None:
    """Write the requested reports."""
    writers: dict[str, Callable[[], str]] = {
        "json": lambda: dumps(report),
        "junit": lambda: junit.xml(report),
        "html": lambda: html.page(report),
        "summary": lambda: summary.markdown(report),
        "badge": lambda: badge.svg(report),
    }
    failed = []
    for name, file in files.items():
        if file is not None and (name, file) != ("json", STDOUT):
            try:
                write(file, writers[name]())
            except UnwritableFile as error:
                failed.append(str(error))
    if files.get("json") == STDOUT:
        click.echo(writers["json"](), nl=False)
    if failed:
        raise CouldNotRun("; ".join(failed))


def append_found(runs: list[Run], file: Path) -> None:
    """Append the new failures to the file of known failures. A failure of several clients is written once."""
    found = {each.name: each for run in reversed(runs) for each in run.found}
    if not found:
        return
    try:
        with file.open("a", encoding="utf-8") as opened:
            opened.write("".join(f"\n{format_entry(each)}" for each in found.values()))
    except OSError as error:
        raise CouldNotRun(f"cannot write {file}: {error.strerror}") from None
    click.echo(f"{file} has {len(found)} new entries; in each, replace the reason {PLACEHOLDER!r}", err=True)
