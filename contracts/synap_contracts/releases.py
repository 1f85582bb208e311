"""Checks every release of the official SDK: ``python -m synap_contracts.releases`` (``make matrix``).

Each release replays the examples of all failures that are known of any release, and a quick search looks for more. The
run fails if the file of known failures differs from what was measured.
"""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from synap_contracts.clauses.auth import AUTH_OWN
from synap_contracts.client import releases
from synap_contracts.client.spec import Spec
from synap_contracts.report import releases as report
from synap_contracts.report.document import document, run_to_json
from synap_contracts.report.files import UnwritableFile, prepare, write
from synap_contracts.report.formats import html
from synap_contracts.runs.known import KnownFailureList
from synap_contracts.runs.known_file import InvalidFile, format_entry, load
from synap_contracts.runs.run import CANNOT_RUN, RunOptions, run_client

if TYPE_CHECKING:
    from synap_contracts.client.driver import Driver
    from synap_contracts.runs.result import KnownFailure, Run

GROUPS: Final = (
    *(("0.2.3", "0.2.4"), ("0.2.5", "0.2.5"), ("0.2.6", "0.2.6"), ("0.3.0", "0.3.0"), ("0.4.0", "0.4.0")),
    *(("0.4.1", "0.4.3"), ("0.4.4", "0.4.5"), ("0.4.6", "0.4.6"), ("0.4.7", "0.4.10"), ("0.4.11", "0.4.12")),
    *(("0.5.0", "0.5.9"), ("0.5.10", "0.5.10"), ("0.5.11", "0.5.11"), ("0.5.12", "0.5.14"), ("0.5.15", "0.5.18")),
    *(("0.5.19", "0.5.22"), ("0.6.0", "0.6.0"), ("0.6.1", "0.6.4"), ("0.6.5", "0.6.9")),
)
"""The first and the newest of each group of releases that behaved the same in about 200 cases."""

LAST_SHARED: Final = "0.4.0"
"""Up to this release, all clients of a process are the first one. AUTH-OWN is tested with such clients, the other
clauses with separate ones."""

_SEED: Final = 1
_SEPARATE: Final = "synap_contracts.client.bundled.official:make_separate"


@dataclass(frozen=True)
class SeparateClients(Spec):
    """A release whose clients share nothing."""

    def start(self) -> Driver:
        """Start its adapter.

        Raises:
            UnusableClient: The release does not exist.
        """
        assert self.release is not None  # noqa: S101 - it is one
        return self._start_release(self.release, _SEPARATE)


def run_release(release: str, known: tuple[KnownFailure, ...], cache: Path | None, examples: int) -> Run:
    """Return the result of each clause for a release.

    Args:
        release: The version number.
        known: The known failures of all releases.
        cache: The folder of the environments.
        examples: The number of scenarios that each check draws in addition to the fixed ones.
    """
    spec = Spec(f"sdk=={release}", ("",), cache=cache)
    listed = KnownFailureList(known, collecting=True, everywhere=True)
    options = RunOptions(spec, profile="quick", seed=_SEED, examples=examples, known=listed)
    if releases.version_key(release) > releases.version_key(LAST_SHARED):
        return run_client(options)
    shared = run_client(replace(options, clauses=frozenset({AUTH_OWN.id})))
    separate = run_client(replace(options, spec=SeparateClients(spec.text, (), cache=cache)))
    return replace(
        separate,
        clauses=tuple(shared.clauses[0] if each.clause == AUTH_OWN else each for each in separate.clauses),
        confirmed=(*shared.confirmed, *(each for each in separate.confirmed if each.clause != AUTH_OWN.id)),
        found=(*shared.found, *(each for each in separate.found if each.clause != AUTH_OWN.id)),
        seconds=shared.seconds + separate.seconds,
    )


@click.command()
@click.argument("chosen", nargs=-1, metavar="[RELEASE]...")
@click.option("--all", "every", is_flag=True, help="Run all releases that the package index has.")
@click.option("--known-failures", "file", type=click.Path(path_type=Path), required=True, metavar="FILE")
@click.option("--page", type=click.Path(path_type=Path), metavar="FILE", help="Write the Markdown page.")
@click.option("--html", "html_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the HTML report.")
@click.option("--cache", type=click.Path(path_type=Path), envvar=releases.CACHE_VARIABLE, metavar="DIR")
@click.option("--examples", type=click.IntRange(0), default=0, show_default=True, metavar="N")
@click.option(
    "--news", type=click.Path(path_type=Path), metavar="FILE", help="Append the failures that are not listed."
)
def main(  # noqa: PLR0913 - one argument per option
    *,
    chosen: tuple[str, ...],
    every: bool,
    file: Path,
    page: Path | None,
    html_file: Path | None,
    cache: Path | None,
    examples: int,
    news: Path | None,
) -> None:
    """Check releases of the official SDK. By default, the newest of each group that behaves the same.

    Exit status 0: the file of known failures matches; 1: it does not; 2: a release could not be run.
    """
    try:
        for each in filter(None, (page, html_file, news)):
            prepare(each)
        known = load(file)
        selected = chosen or (releases.published() if every else [newest for _, newest in GROUPS])
        runs = [_run_and_print(each, known, cache, examples, news) for each in selected]
        first_of = {} if every or chosen else {newest: first for first, newest in GROUPS}
        made_by = "make matrix-all" if every else "make matrix"
        if page is not None:
            text = report.page(runs, known, first_of=first_of, made_by=made_by, python=platform.python_version())
            write(page, text)
        if html_file is not None:
            write(html_file, html.page(document(map(run_to_json, runs), version("synap-mock"))))
    except (InvalidFile, releases.UnusableRelease, UnwritableFile, *CANNOT_RUN) as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(2) from None
    sys.exit(int(any(run.of("failed") or run.of("stale") or run.of("error") for run in runs)))


def _run_and_print(
    release: str, known: tuple[KnownFailure, ...], cache: Path | None, examples: int, news: Path | None
) -> Run:
    """Run a release, and print a line for each difference from the file."""
    click.echo(f"{release}: ", nl=False)
    run = run_release(release, known, cache, examples)
    click.echo(f"{len(run.of('known'))} clauses fail as known, {run.seconds:.0f} s")
    for outcome in ("failed", "stale", "error"):
        for each in run.of(outcome):
            click.echo(f"   {outcome}: {each.clause.id}: {each.message}")
    if news is not None and run.found:
        with news.open("a", encoding="utf-8") as opened:
            opened.writelines(f"# {release}\n{format_entry(each)}\n" for each in run.found)
    return run


if __name__ == "__main__":
    main()
