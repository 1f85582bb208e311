"""Checks every release of the official SDK: ``python -m synap_contracts.runs.releases`` (``make matrix``).

Each release plays the examples of all failures that are known of any release, and a quick search looks for more. Where
the file of known failures says anything else than was measured, the run fails.
"""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from synap_contracts.client import releases
from synap_contracts.client.host import bootstrap
from synap_contracts.client.process import Process, Unusable
from synap_contracts.client.protocol import AdapterError
from synap_contracts.client.spec import Spec
from synap_contracts.report import html
from synap_contracts.report import releases as report
from synap_contracts.report.files import Unwritable, ready, written
from synap_contracts.runs.known import Listed
from synap_contracts.runs.known_file import BadList, block, load
from synap_contracts.runs.run import Order, verify
from synap_contracts.server.server import ServerError

if TYPE_CHECKING:
    from synap_contracts.client.driver import Driver
    from synap_contracts.runs.known import Known
    from synap_contracts.runs.result import Run

GROUPS: Final = (
    *(("0.2.3", "0.2.4"), ("0.2.5", "0.2.5"), ("0.2.6", "0.2.6"), ("0.3.0", "0.3.0"), ("0.4.0", "0.4.0")),
    *(("0.4.1", "0.4.3"), ("0.4.4", "0.4.5"), ("0.4.6", "0.4.6"), ("0.4.7", "0.4.10"), ("0.4.11", "0.4.12")),
    *(("0.5.0", "0.5.9"), ("0.5.10", "0.5.10"), ("0.5.11", "0.5.11"), ("0.5.12", "0.5.14"), ("0.5.15", "0.5.18")),
    *(("0.5.19", "0.5.22"), ("0.6.0", "0.6.0"), ("0.6.1", "0.6.4"), ("0.6.5", "0.6.9")),
)
"""First and newest of each group of releases that behaved alike in each of some 200 cases on a recording server."""

LAST_SHARED: Final = "0.4.0"
"""Up to it all clients of a process are the first one: AUTH-OWN is asked so, the rest of clients made apart."""

_SEED: Final = 1
_APART: Final = "synap_contracts.client.bundled.official:apart"


@dataclass(frozen=True)
class Apart(Spec):
    """A release whose clients share nothing."""

    def start(self) -> Driver:
        """Start its adapter.

        Raises:
            Unusable: There is no such release.
        """
        assert self.release is not None  # noqa: S101 - it is one
        try:
            python = self.release.install()
        except releases.NoSuchRelease as error:
            raise Unusable(str(error)) from error
        return Process([str(python), "-I", bootstrap.__file__, _APART, self.text])


def measured(release: str, known: tuple[Known, ...], cache: Path | None, examples: int) -> Run:
    """What becomes of each clause with a release.

    Args:
        release: Its number.
        known: Failures that are known of any release.
        cache: Where environments are kept.
        examples: How many scenarios each check draws beside the fixed ones.
    """
    spec = Spec(f"sdk=={release}", cache=cache)
    listed = Listed(known, collecting=True, everywhere=True)
    order = Order(spec, profile="quick", seed=_SEED, examples=examples, listed=listed)
    if releases.ordered(release) > releases.ordered(LAST_SHARED):
        return verify(order)
    own = verify(replace(order, clauses=frozenset({"AUTH-OWN"})))
    apart = verify(replace(order, spec=Apart(spec.text, cache=cache)))
    clauses = tuple(own.clauses[0] if each.clause.id == "AUTH-OWN" else each for each in apart.clauses)
    found = (*own.found, *(each for each in apart.found if each.clause != "AUTH-OWN"))
    shown = (*own.shown, *(each for each in apart.shown if each.clause != "AUTH-OWN"))
    return replace(apart, clauses=clauses, shown=shown, found=found, seconds=own.seconds + apart.seconds)


@click.command()
@click.argument("chosen", nargs=-1, metavar="[RELEASE]...")
@click.option("--all", "every", is_flag=True, help="Every release that the package index has.")
@click.option("--known-failures", "file", type=click.Path(path_type=Path), required=True, metavar="FILE")
@click.option("--page", type=click.Path(path_type=Path), metavar="FILE", help="Where the Markdown page goes.")
@click.option("--html", "html_file", type=click.Path(path_type=Path), metavar="FILE", help="Where the HTML goes.")
@click.option("--cache", type=click.Path(path_type=Path), envvar=releases.CACHE_VARIABLE, metavar="DIR")
@click.option("--examples", type=click.IntRange(0), default=0, show_default=True, metavar="N")
@click.option("--news", type=click.Path(path_type=Path), metavar="FILE", help="Where what is not listed is appended.")
def main(  # noqa: PLR0913 - one argument an option
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
    """Hold releases of the official SDK to the contract; the newest of each group that behaves alike, if none is named.

    Status 0: everything is as the file of known failures has it; 1: something is not; 2: a release could not be run.
    """
    try:
        for each in filter(None, (page, html_file, news)):
            ready(each)
        known = load(file)
        asked = chosen or (releases.published() if every else [newest for _, newest in GROUPS])
        runs = [_told(each, known, cache, examples, news) for each in asked]
        first_of = {} if every or chosen else {newest: first for first, newest in GROUPS}
        made_by = "make matrix-all" if every else "make matrix"
        if page is not None:
            told = report.page(runs, known, first_of=first_of, made_by=made_by, python=platform.python_version())
            written(page, told)
        if html_file is not None:
            written(html_file, html.page(runs, version("synap-mock")))
    except (BadList, releases.NoSuchRelease, Unusable, AdapterError, ServerError, Unwritable) as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(2) from None
    sys.exit(int(any(run.of("failed") or run.of("stale") or run.of("error") for run in runs)))


def _told(release: str, known: tuple[Known, ...], cache: Path | None, examples: int, news: Path | None) -> Run:
    """A release's run, and a line for each thing that is not as the file has it."""
    click.echo(f"{release}: ", nl=False)
    run = measured(release, known, cache, examples)
    click.echo(f"{len(run.of('known'))} clauses broken as known, {run.seconds:.0f} s")
    for outcome in ("failed", "stale", "error"):
        for each in run.of(outcome):
            click.echo(f"   {outcome}: {each.clause.id}: {each.message}")
    if news is not None and run.found:
        with news.open("a", encoding="utf-8") as opened:
            opened.writelines(f"# {release}\n{block(each)}\n" for each in run.found)
    return run


if __name__ == "__main__":
    main()
