"""The command `synap-mock report`: reports that are made from JSON reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synap_contracts.commands.color import color_option
from synap_contracts.commands.files import against_option, files_of, report_options

if TYPE_CHECKING:
    from synap_contracts.report.types import Report


@click.group()
def report() -> None:
    """Make reports from JSON reports of synap-mock verify."""


@report.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="RUN.json")
@against_option()
@report_options("junit", "html", "summary", "badge")
@color_option()
def render(file: Path, against: Path | None, **settings: Any) -> None:  # noqa: ANN401 - each option has its type
    """Print a JSON report, and write others from it.

    All are what the run itself prints and writes. The exit status is that of the run.
    """
    from synap_contracts.commands import output  # noqa: PLC0415 - --help loads nothing but click

    files = files_of(settings)
    output.prepare_files(files.values())
    _publish(output.load_report(file), files, against)


@report.command()
@click.argument(
    "sources", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="SHARD.json..."
)
@against_option()
@report_options("json", "junit", "html", "summary", "badge")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".synap-mock"),
    show_default=True,
    metavar="DIR",
    help="The folder of saved counterexamples: those of all shards are saved there.",
)
@color_option()
def merge(sources: tuple[Path, ...], folder: Path, against: Path | None, **settings: Any) -> None:  # noqa: ANN401 - each option has its type
    """Merge the JSON reports of all shards (synap-mock verify --shard), print the result, and write reports.

    The result is the report of the run without --shard, with its exit status. Reports that are not the shards of one
    run are an error: another client, seed, profile or contract, or a shard that is missing or given twice.
    """
    from synap_contracts.commands import output  # noqa: PLC0415 - --help loads nothing but click
    from synap_contracts.report.merging import Unmergeable, merge_reports  # noqa: PLC0415 - as above

    files = files_of(settings)
    output.prepare_files(files.values())
    if twice := next((file for number, file in enumerate(sources) if file in sources[:number]), None):
        raise output.CouldNotRun(f"{twice} is given twice; expected one report of each shard")
    try:
        merged = merge_reports({file: output.load_report(file) for file in sources}, folder)
    except Unmergeable as error:
        raise output.CouldNotRun(str(error)) from None
    _publish(merged, files, against)


def _publish(report: Report, files: dict[str, Path | None], against: Path | None) -> None:
    """Print a report, compared with an earlier one if there is one, write others, and end with its exit status."""
    from synap_contracts.commands import output  # noqa: PLC0415 - as above
    from synap_contracts.report.comparison import compare  # noqa: PLC0415 - as above
    from synap_contracts.report.verdicts import exit_status  # noqa: PLC0415 - as above

    earlier = output.load_earlier(against, [run["client"]["spec"] for run in report["runs"]])
    report["runs"] = [compare(run, earlier.get(run["client"]["spec"])) for run in report["runs"]]
    quiet = files.get("json") == output.STDOUT
    errors = [output.print_run(run, strict=report["strict"], quiet=quiet) for run in report["runs"]]
    output.write_reports(report, files)
    for error in filter(None, errors):
        raise error
    raise SystemExit(exit_status(report))
