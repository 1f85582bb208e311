"""The options that name the files of reports."""

from __future__ import annotations

from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_HELP: Final = {
    "json": "Write the report as JSON; - writes only the report to standard output.",
    "junit": "Write JUnit XML: a suite per client, a test case per clause.",
    "html": "Write one HTML file: a matrix of clients and clauses, in which each cell opens its evidence.",
    "summary": "Write Markdown for the page of a CI job.",
    "badge": "Write an SVG badge.",
}


def against_option() -> Callable[[click.decorators.FC], click.decorators.FC]:
    """Return the option that names an earlier report."""
    return click.option(
        "--against",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="OLD.json",
        help="Compare with an earlier JSON report: new failures, fixed ones, and clauses that passed and are not "
        "testable now, which fail the run.",
    )


def files_of(settings: dict[str, Any]) -> dict[str, Path | None]:
    """Remove the values of these options from those of a command, and return them by format."""
    names = [name for name in _HELP if f"{name}_file" in settings]
    return {name: settings.pop(f"{name}_file") for name in names}


def report_options(*names: str) -> Callable[[click.decorators.FC], click.decorators.FC]:
    """Return options for the files of reports. The parameter of `--json` is `json_file`, and so on.

    Args:
        names: The formats.
    """
    kind = click.Path(path_type=Path, dir_okay=False)
    options = [click.option(f"--{each}", f"{each}_file", type=kind, metavar="FILE", help=_HELP[each]) for each in names]
    return lambda command: reduce(lambda found, option: option(found), reversed(options), command)
