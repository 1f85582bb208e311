"""The command `synap-mock verify`."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from synap_contracts.commands.clauses import contract_option, parse_clauses
from synap_contracts.commands.color import color_option
from synap_contracts.commands.database import database_option
from synap_contracts.commands.duration import check_duration, duration_option
from synap_contracts.commands.files import against_option, files_of, report_options
from synap_contracts.commands.sections import SectionedCommand
from synap_contracts.commands.sharding import check_shard, shard_option

if TYPE_CHECKING:
    from synap_contracts.client.spec import Spec
    from synap_contracts.report.types import RunReport
    from synap_contracts.runs.result import Run
    from synap_contracts.runs.run import RunOptions


_FOLDER: Final = Path(".synap-mock")
_SECTIONS = {
    "Client": ("folders", "cache", "in_process"),
    "Server": ("url", "api_key", "control_token", "dialect"),
    "Search": ("profile", "examples", "seed", "clauses", "contract", "replay", "folder", "database"),
    "Speed": ("jobs", "shard", "for_s"),
    "Verdict": ("strict", "known_file", "accept", "against"),
    "Reports": ("json_file", "junit_file", "html_file", "summary_file", "badge_file", "color"),
}


def _cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@click.command(cls=SectionedCommand, sections=_SECTIONS)
@click.argument("clients", nargs=-1, required=True, metavar="CLIENT...")
@click.option(
    "--url", metavar="URL", help="The URL of a running server. A fake is reset between scenarios.  [default: start one]"
)
@click.option("--api-key", metavar="KEY", help="A valid key for the server at --url.")
@click.option("--control-token", metavar="TOKEN", help="The token for the control API of the fake at --url.")
@click.option(
    "--dialect",
    type=click.Choice(["documented", "observed"]),
    default="documented",
    show_default=True,
    help="The dialect of the server; observed tests DIALECT.",
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
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Draw the same scenarios again.  [default: random]")
@click.option(
    "--clause",
    "clauses",
    multiple=True,
    callback=parse_clauses,
    metavar="ID",
    help="Test only this clause. Can be given several times.",
)
@contract_option()
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=_cores,
    metavar="N",
    help="Processes that run checks, each with its own clients and fakes. The result is the same for every N; "
    "with --url or --in-process, there is one.  [default: one per core]",
)
@shard_option()
@duration_option()
@click.option("--strict", is_flag=True, help="Fail the run on a failed SHOULD too.")
@report_options("json", "junit", "html", "summary", "badge")
@color_option()
@click.option(
    "--known-failures",
    "known_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="TOML that lists known failures. The run fails on a stale entry and on any failure that is not listed.",
)
@against_option()
@click.option(
    "--accept",
    is_flag=True,
    help="Append unlisted failures to the --known-failures file, each with a reason to replace. Later runs warn about "
    "such reasons, and --strict rejects them.",
)
@click.option("--replay", metavar="ID", help="Run one counterexample of an earlier run again.")
@click.option(
    "--path",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False),
    metavar="DIR",
    help="Where to search for module:factory.  [default: the current folder]",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=_FOLDER,
    show_default=True,
    metavar="DIR",
    help="The folder of saved counterexamples.",
)
@database_option()
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    envvar="SYNAP_MOCK_CACHE",
    help="The folder for environments of SDK releases.  [default: synap-mock in your cache folder]",
)
@click.option("--in-process", is_flag=True, help="Run a Python client in this process, for a debugger.")
def verify(  # noqa: PLR0913 - one argument per option
    *,
    clients: tuple[str, ...],
    seed: int | None,
    strict: bool,
    folders: tuple[str, ...],
    in_process: bool,
    known_file: Path | None,
    accept: bool,
    against: Path | None,
    cache: Path | None,
    **settings: Any,  # noqa: ANN401 - each option has its type
) -> None:
    """Check clients against the contract.

    A CLIENT is module:factory (a Python client; the factory is called with base_url and api_key), cmd:COMMAND (an
    adapter in any language), sdk (the installed official SDK), sdk==0.5.9 (a release of it, in an environment of its
    own) or reference (ours).

    Exit status 0: every MUST passed; 1: a MUST failed (or a SHOULD, with --strict or --known-failures), a known failure
    is stale, or a MUST that passed in the report of --against is not testable now; 2: something could not be run or
    judged. If one of several clients could not be run, the status is 2.
    """
    from synap_contracts.client.spec import Spec  # noqa: PLC0415 - --help loads nothing but click
    from synap_contracts.commands import output  # noqa: PLC0415 - as above
    from synap_contracts.report.comparison import compare  # noqa: PLC0415 - as above
    from synap_contracts.report.document import document, run_to_json  # noqa: PLC0415 - as above
    from synap_contracts.report.reproduce import write_scripts  # noqa: PLC0415 - as above
    from synap_contracts.report.verdicts import exit_status  # noqa: PLC0415 - as above
    from synap_contracts.runs.run import RunOptions  # noqa: PLC0415 - as above

    seeded = seed is not None
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    runs: list[Run] = []
    reports: list[RunReport] = []
    errors: list[Exception | None] = []
    known = output.load_known(known_file, accept=accept, strict=strict)
    strict = strict or known_file is not None
    earlier = output.load_earlier(against, clients)
    files = files_of(settings)
    output.prepare_files([*files.values(), known_file if accept else None])
    for client in clients:
        spec = Spec(client, folders or ("",), in_process, cache)
        options = RunOptions(spec=spec, seed=seed, known=known, **settings)
        check_duration(options)
        check_shard(options, seeded=seeded, accept=accept, compared=against is not None)
        _announce_installation(spec)
        runs.append(replace(_run(options), options=_repeated_options(folders, options)))
        reports.append(compare(write_scripts(run_to_json(runs[-1])), earlier.get(client)))
        errors.append(output.print_run(reports[-1], strict=strict, quiet=files["json"] == output.STDOUT))
    if known_file is not None and accept:
        output.append_found(runs, known_file)
    report = document(reports, version("synap-mock"), strict=strict, contract=settings["contract"])
    output.write_reports(report, files)
    for error in filter(None, errors):
        raise error
    raise SystemExit(exit_status(report))


def _repeated_options(folders: tuple[str, ...], options: RunOptions) -> tuple[str, ...]:
    """Return the options that replaying a counterexample needs, without keys."""
    pairs = [("--path", folder) for folder in folders]
    if options.url is not None:
        pairs.append(("--url", options.url))
    if options.dialect != "documented":
        pairs.append(("--dialect", options.dialect))
    if options.folder not in {None, _FOLDER}:
        pairs.append(("--folder", str(options.folder)))
    return tuple(part for pair in pairs for part in pair)


def _announce_installation(spec: Spec) -> None:
    if spec.release is not None and not spec.release.installed:
        click.echo(f"{spec.text}: creating an environment in {spec.release.folder}", err=True)


def _run(options: RunOptions) -> Run:
    """Run one client. If it cannot be run, the run contains the error, and the other clients run nevertheless."""
    from synap_contracts.commands import output  # noqa: PLC0415 - as above
    from synap_contracts.runs import run as runs  # noqa: PLC0415 - as above
    from synap_contracts.server.server import ServerError  # noqa: PLC0415 - as above

    try:
        return runs.run_client(options, output.progress_line())
    except runs.UnknownExample as error:
        return runs.failed_run(options, str(error))
    except ServerError as error:
        return runs.failed_run(options, runs.describe_error(error))
    except runs.CANNOT_RUN as error:
        return runs.failed_run(options, f"{options.spec.text}: {runs.describe_error(error)}")
    finally:
        output.clear_progress()
