"""The commands `synap-mock verify`, `synap-mock clauses` and `synap-mock adapter`."""

from __future__ import annotations

import json
import random
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synap_contracts.clauses.catalogue import BY_ID, CLAUSES
from synap_contracts.help_sections import SectionedCommand
from synap_contracts.report.color import color_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.client.spec import Spec
    from synap_contracts.runs.known import Listed
    from synap_contracts.runs.result import Run
    from synap_contracts.runs.run import Order
    from synap_contracts.scenarios.model import Scenario
    from synap_contracts.scenarios.saved import Kept


_FOLDER = Path(".synap-mock")
_ADAPTERS = {"node": "node.mjs"}
_SECTIONS = {
    "Client": ("folders", "cache", "in_process"),
    "Server": ("url", "api_key", "control_token", "dialect"),
    "Search": ("profile", "examples", "seed", "clauses", "replay", "folder"),
    "Verdict": ("strict", "known_file", "accept"),
    "Reports": ("json_file", "junit_file", "html_file", "summary_file", "badge_file", "color"),
}


class CouldNotRun(click.ClickException):
    """What kept the kit from judging the client: one sentence, status 2."""

    exit_code = 2


def _report_option(name: str, says: str) -> Callable[[click.decorators.FC], click.decorators.FC]:
    kind = click.Path(path_type=Path, dir_okay=False)
    return click.option(f"--{name}", f"{name}_file", type=kind, metavar="FILE", help=says)


@click.command(cls=SectionedCommand, sections=_SECTIONS)
@click.argument("clients", nargs=-1, required=True, metavar="CLIENT...")
@click.option(
    "--url", metavar="URL", help="A server elsewhere; a fake is reset between examples.  [default: start one]"
)
@click.option("--api-key", metavar="KEY", help="A key that the server at --url takes.")
@click.option("--control-token", metavar="TOKEN", help="What the control face of the fake at --url wants.")
@click.option(
    "--dialect",
    type=click.Choice(["documented", "observed"]),
    default="documented",
    show_default=True,
    help="What the server speaks; observed asks DIALECT.",
)
@click.option(
    "--profile",
    type=click.Choice(["quick", "default", "deep"]),
    default="default",
    show_default=True,
    help="How deep to search.",
)
@click.option(
    "--examples", type=click.IntRange(0), metavar="N", help="Scenarios that each check draws.  [default: the profile's]"
)
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Draws the same scenarios again.  [default: random]")
@click.option(
    "--clause",
    "clauses",
    multiple=True,
    type=click.Choice(list(BY_ID), case_sensitive=False),
    metavar="ID",
    help="Ask this clause alone; may be given several times.",
)
@click.option("--strict", is_flag=True, help="A SHOULD that fails fails the run too.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the report as JSON; - is standard output, and nothing else goes there.",
)
@_report_option("junit", "Write JUnit XML: a suite a client, a test case a clause.")
@_report_option("html", "Write one HTML file: a matrix of clients and clauses, each cell opening its evidence.")
@_report_option("summary", "Write Markdown, for the page that a CI job has.")
@_report_option("badge", "Write an SVG badge.")
@color_option()
@click.option(
    "--known-failures",
    "known_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="TOML that lists failures to let be; a stale one fails the run, and so does every failure that it lacks.",
)
@click.option("--accept", is_flag=True, help="Write what --known-failures lacks into it, for you to give it a reason.")
@click.option("--replay", metavar="ID", help="Play one counterexample of an earlier run again.")
@click.option(
    "--path",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False),
    metavar="DIR",
    help="Where module:factory is looked for.  [default: the current folder]",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=_FOLDER,
    show_default=True,
    metavar="DIR",
    help="Where counterexamples are kept.",
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    envvar="SYNAP_MOCK_CACHE",
    help="Where environments of SDK releases are kept.  [default: synap-mock in your cache folder]",
)
@click.option("--in-process", is_flag=True, help="Run a Python client in this process, for a debugger.")
def verify(  # noqa: PLR0913 - one argument an option
    *,
    clients: tuple[str, ...],
    seed: int | None,
    strict: bool,
    json_file: Path | None,
    junit_file: Path | None,
    html_file: Path | None,
    summary_file: Path | None,
    badge_file: Path | None,
    replay: str | None,
    folders: tuple[str, ...],
    in_process: bool,
    known_file: Path | None,
    accept: bool,
    cache: Path | None,
    clauses: tuple[str, ...],
    **settings: Any,  # noqa: ANN401 - each option has its type
) -> None:
    """Hold clients to the contract.

    A CLIENT is module:factory (a Python client; the factory is called with base_url and api_key), cmd:COMMAND (an
    adapter in any language), sdk (the official one, as installed), sdk==0.5.9 (a release of it, in an environment of
    its own) or reference (ours).

    Status 0: every MUST is kept; 1: one is broken (with --strict or --known-failures a SHOULD too), or a known failure
    is stale; 2: something could not be run, or not be judged. Of several clients one that could not be run makes it 2,
    whatever the others did.
    """
    from synap_contracts.client.spec import Spec  # noqa: PLC0415 - --help loads nothing but click
    from synap_contracts.runs.run import Order  # noqa: PLC0415 - as above

    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    runs: list[Run] = []
    unprinted: Exception | None = None
    listed = _listed(known_file, accept=accept)
    files = {"json": json_file, "junit": junit_file, "html": html_file, "summary": summary_file, "badge": badge_file}
    to_be = (None if json_file == Path("-") else json_file, *list(files.values())[1:], known_file if accept else None)
    _ready([each for each in to_be if each is not None])
    for client in clients:
        spec = Spec(client, folders or ("",), in_process, cache)
        order = Order(spec=spec, seed=seed, clauses=frozenset(map(str.upper, clauses)), listed=listed, **settings)
        _tell_of_installing(spec)
        runs.append(replace(_run(order, replay), options=_again(folders, order)))
        if runs[-1].error is not None:
            click.echo(f"Error: {runs[-1].error}", err=True)
        elif json_file != Path("-"):
            runs[-1] = _scripted(runs[-1])
            unprinted = unprinted or _print(runs[-1])
    strict = strict or known_file is not None
    if known_file is not None and accept:
        _accepted(runs, known_file)
    _report(runs, files, strict=strict)
    if unprinted is not None:
        raise unprinted
    raise SystemExit(_status(runs, strict=strict))


def _scripted(run: Run) -> Run:
    """The run, with the scripts of its counterexamples beside what is kept of them, where that can be written."""
    from synap_contracts.report import reproduce  # noqa: PLC0415 - as above

    found = [each.counterexample for each in run.clauses if each.counterexample is not None]
    if run.folder is None or not found:
        return run
    folder = Path(run.folder) / "scripts"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for each in found:
            (folder / reproduce.file_name(each)).write_text(reproduce.python(run, each), encoding="utf-8")
    except OSError:
        return run
    return replace(run, scripts=str(folder))


def _again(folders: tuple[str, ...], order: Order) -> tuple[str, ...]:
    """The options without which a counterexample can't be played again; a key is never among them."""
    options = [("--path", folder) for folder in folders]
    if order.url is not None:
        options.append(("--url", order.url))
    if order.dialect != "documented":
        options.append(("--dialect", order.dialect))
    if order.folder not in {None, _FOLDER}:
        options.append(("--folder", str(order.folder)))
    return tuple(part for option in options for part in option)


def _listed(file: Path | None, *, accept: bool) -> Listed:
    from synap_contracts.runs.known import Listed  # noqa: PLC0415 - as above
    from synap_contracts.runs.known_file import BadList, load  # noqa: PLC0415 - as above

    if file is None:
        if accept:
            raise CouldNotRun("--accept writes into a file; name it with --known-failures")
        return Listed()
    try:
        return Listed(() if accept and not file.exists() else load(file), collecting=accept)
    except BadList as error:
        raise CouldNotRun(str(error)) from None


def _accepted(runs: list[Run], file: Path) -> None:
    """Append what the runs found; a failure of several clients is written once."""
    from synap_contracts.runs.known_file import block  # noqa: PLC0415 - as above

    found = {each.name: each for run in reversed(runs) for each in run.found}
    if not found:
        return
    try:
        with file.open("a", encoding="utf-8") as opened:
            opened.write("".join(f"\n{block(each)}" for each in found.values()))
    except OSError as error:
        raise CouldNotRun(f"cannot write {file}: {error.strerror}") from None
    click.echo(f"{file} has {len(found)} more; it is read again when each of them has a reason", err=True)


def _tell_of_installing(spec: Spec) -> None:
    if spec.release is not None and not spec.release.installed:
        click.echo(f"{spec.text}: an environment is made in {spec.release.folder}", err=True)


def _status(runs: list[Run], *, strict: bool) -> int:
    statuses = {run.status(strict=strict) for run in runs}
    return 1 if 1 in statuses and all(run.error is None for run in runs) else max(statuses)


def _run(order: Order, replay: str | None) -> Run:
    """The run of one client; one that could not be run says why, and doesn't keep the others from it."""
    from synap_contracts.client.process import Unusable  # noqa: PLC0415 - as above
    from synap_contracts.client.protocol import AdapterError  # noqa: PLC0415 - as above
    from synap_contracts.runs.run import verify as verified  # noqa: PLC0415 - as above
    from synap_contracts.server.server import ServerError  # noqa: PLC0415 - as above

    try:
        return verified(
            order, _progress(), None if replay is None else lambda kept: _named(kept, replay, order.clauses)
        )
    except Unusable as error:
        return _unrun(order, f"{order.spec.text}: {error}")
    except AdapterError as error:
        return _unrun(order, f"{order.spec.text}: the adapter, not the client: {error}")
    except ServerError as error:
        return _unrun(order, f"the server, not the client: {error}")
    except CouldNotRun as error:
        return _unrun(order, error.message)
    finally:
        if sys.stderr.isatty():
            click.echo("\r\033[K", nl=False, err=True)


def _unrun(order: Order, error: str) -> Run:
    from synap_contracts.runs.result import Run  # noqa: PLC0415 - as above

    return Run(
        spec=order.spec.text,
        name=order.spec.text,
        version=None,
        server=order.url or "",
        dialect=order.dialect,
        profile=order.profile,
        seed=order.seed,
        folder=None,
        limits=(),
        seconds=0.0,
        clauses=(),
        error=error,
    )


def _named(kept: Kept, id_: str, clauses: frozenset[str]) -> tuple[str, Scenario]:
    found = kept.named(id_, clauses)
    if found is None:
        raise CouldNotRun(f"there is no counterexample {id_} in {kept.folder}; a report's --replay line names one")
    return found


def _progress() -> Callable[[str, int, int], None]:
    """One line that changes, where somebody watches."""
    if not sys.stderr.isatty():
        return lambda *_: None
    return lambda name, number, count: click.echo(f"\r\033[K{number + 1}/{count} {name} …", nl=False, err=True)


def _print(run: Run) -> Exception | None:
    """Print a run; return what kept it from being printed, so that its reports are written all the same."""
    from synap_contracts.report.terminal import lines  # noqa: PLC0415 - as above

    def paint(text: str, colour: str) -> str:
        return click.style(text, bold=True) if colour == "bold" else click.style(text, fg=colour)

    try:
        for line in lines(run, paint):
            # A counterexample may hold what no terminal can show.
            click.echo(line.encode("utf-8", "backslashreplace").decode())
    except (click.ClickException, OSError) as error:
        return error
    return None


def _ready(files: list[Path]) -> None:
    """Make the folders that reports lie in, and tell of what can't be written before anything is run."""
    from synap_contracts.report.files import Unwritable, ready  # noqa: PLC0415 - as above

    try:
        for file in files:
            ready(file)
    except Unwritable as error:
        raise CouldNotRun(str(error)) from None


def _report(runs: list[Run], files: dict[str, Path | None], *, strict: bool) -> None:
    """Write the reports that were asked for."""
    from synap_contracts.report import badge, html, junit, summary  # noqa: PLC0415 - as above
    from synap_contracts.report.document import document  # noqa: PLC0415 - as above
    from synap_contracts.report.files import Unwritable, written  # noqa: PLC0415 - as above

    kit = version("synap-mock")
    writers: dict[str, Callable[[], str]] = {
        "json": lambda: json.dumps(document(runs, kit), indent=2) + "\n",
        "junit": lambda: junit.xml(runs, strict=strict),
        "html": lambda: html.page(runs, kit, strict=strict),
        "summary": lambda: summary.markdown(runs, strict=strict),
        "badge": lambda: badge.svg(runs, strict=strict),
    }
    failed = []
    for name, file in files.items():
        if file is not None and (name, file) != ("json", Path("-")):
            try:
                written(file, writers[name]())
            except Unwritable as error:
                failed.append(str(error))
    if files["json"] == Path("-"):
        click.echo(writers["json"](), nl=False)
    if failed:
        raise CouldNotRun("; ".join(failed))


@click.command()
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(["text", "markdown", "json"]),
    help="How to print them.",
)
def clauses(form: str) -> None:
    """Print every clause that a client is held to, with its evidence."""
    match form:
        case "json":
            fields = ("id", "level", "evidence", "statement", "source")
            click.echo(json.dumps([{name: getattr(clause, name) for name in fields} for clause in CLAUSES], indent=2))
        case "markdown":
            click.echo("| clause | level | evidence | statement | source |\n| --- | --- | --- | --- | --- |")
            for clause in CLAUSES:
                click.echo(
                    f"| {clause.id} | {clause.level} | {clause.evidence} | {clause.statement} | {clause.source} |"
                )
        case _:
            for clause in CLAUSES:
                click.echo(f"{clause.id:<21} {clause.level:<7} {clause.evidence:<11} {clause.statement}")


@click.command()
@click.argument("language", type=click.Choice(list(_ADAPTERS)))
def adapter(language: str) -> None:
    """Print an adapter for clients in another language: one file, to be saved beside yours.

    synap-mock adapter node > adapter.mjs
    """
    file = Path(__file__).parent / "adapters" / _ADAPTERS[language]
    click.echo(file.read_text(encoding="utf-8"), nl=False)
