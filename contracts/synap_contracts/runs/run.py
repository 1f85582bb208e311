"""Running all checks for one client."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.catalogue import CLAUSES
from synap_contracts.client.process import UnusableClient
from synap_contracts.client.protocol import AdapterError
from synap_contracts.client.real_time import monotonic
from synap_contracts.client.spec import BUNDLED, Spec, start_in_process
from synap_contracts.observation.redaction import redact
from synap_contracts.runs.check_runner import PROFILES, CheckRunner, Plan
from synap_contracts.runs.findings.grouping import group
from synap_contracts.runs.known import KnownFailureList
from synap_contracts.runs.replay import Replayer
from synap_contracts.runs.result import Run
from synap_contracts.runs.scenario_runner import ScenarioRunner, random_from
from synap_contracts.scenarios.saved import SavedExamples
from synap_contracts.scenarios.serialization import replay_id
from synap_contracts.server.other_origin import other_origin
from synap_contracts.server.server import Server, ServerError, own_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from synap_contracts.clauses.clause import ClauseId, Depth
    from synap_contracts.client.driver import Driver
    from synap_contracts.client.protocol import Hello
    from synap_contracts.scenarios.model import Scenario

_SHRINK_S: Final = {"quick": 5.0, "default": 20.0, "deep": 120.0}
_DEADLINE_S: Final = {"quick": 12.0, "default": 20.0, "deep": 60.0}

CANNOT_RUN: Final = (UnusableClient, AdapterError, ServerError)
"""The errors of a client, or of its server, that cannot be run."""


class UnknownExample(Exception):  # noqa: N818 - the text is shown to the user unchanged
    """No saved counterexample has the ID."""


@dataclass(frozen=True)
class RunOptions:
    """The options of a run.

    Args:
        spec: The client.
        profile: How deep to search.
        seed: The seed of the search.
        clauses: The clauses to test. Empty means all.
        examples: The number of scenarios that a check draws, or None for the profile's number.
        dialect: The dialect of the server.
        url: The URL of a running server, or None to start one.
        api_key: A valid key of that server.
        control_token: The token for its control API.
        folder: The folder of saved counterexamples, or None.
        deadline_s: The time after which a call counts as hung, or None for the profile's.
        known: The known failures.
        replay: The ID of a saved counterexample to run instead of the checks.
    """

    spec: Spec
    profile: Depth = "default"
    seed: int = 0
    clauses: frozenset[ClauseId] = frozenset()
    examples: int | None = None
    dialect: str = "documented"
    url: str | None = None
    api_key: str | None = None
    control_token: str | None = None
    folder: Path | None = None
    deadline_s: float | None = None
    known: KnownFailureList = field(default_factory=KnownFailureList)
    replay: str | None = None


def run_client(options: RunOptions, progress: Callable[[str, int, int], None] = lambda *_: None) -> Run:
    """Run the checks for one client.

    Args:
        options: The options.
        progress: Called with the name, the index and the number of checks when a check begins.

    Raises:
        UnusableClient: The client does not exist.
        AdapterError: Its adapter fails repeatedly.
        ServerError: The server does not exist, or fails.
        UnknownExample: No saved counterexample has the ID to replay.
    """
    with ExitStack() as stack:
        server = _server(options, stack)
        try:
            return _run(options, progress, server, stack)
        except CANNOT_RUN as error:
            # The text can quote the last output of an adapter, and is written to logs.
            raise type(error)(redact(str(error), frozenset(server.secrets))) from None


def describe_error(error: Exception) -> str:
    """Describe why a client could not be run, and whether the adapter or the server is the cause."""
    match error:
        case AdapterError():
            return f"the adapter, not the client: {error}"
        case ServerError():
            return f"the server, not the client: {error}"
        case _:
            return str(error)


def failed_run(options: RunOptions, error: str) -> Run:
    """Return the run of a client that could not be run."""
    return Run(
        spec=options.spec.text,
        name=options.spec.text,
        version=None,
        server=options.url or "",
        dialect=options.dialect,
        profile=options.profile,
        seed=options.seed,
        folder=None,
        limits=(),
        seconds=0.0,
        clauses=(),
        error=error,
    )


def _run(options: RunOptions, progress: Callable[[str, int, int], None], server: Server, stack: ExitStack) -> Run:
    began = monotonic()
    origin = stack.enter_context(other_origin())
    random = random_from(options.seed)
    deadline = options.deadline_s or _DEADLINE_S[options.profile]
    runner = ScenarioRunner(server, options.spec.start, origin, random, deadline)
    reference = ScenarioRunner(server, _start_reference, origin, random, deadline)
    stack.callback(runner.stop)
    stack.callback(reference.stop)
    hello = runner.driver.hello
    saved = SavedExamples(options.folder, options.spec.text)
    known = options.known.for_client(hello.version, options.dialect)
    replayer = Replayer(runner, reference, _SHRINK_S[options.profile], known.judge_new)
    checks = CheckRunner(runner, replayer, _plan(options), saved, progress, known)
    if options.replay is None:
        replayed = known.replay(runner, checks.plan.clauses)
        results = known.merge(checks.run(), replayed)
    else:
        results = checks.replay(*_find_example(saved, options.replay, options.clauses))
    secrets = frozenset(server.secrets)
    results = tuple(replace(each, message=redact(each.message, secrets)) for each in results)
    findings = [replace(each, summary=redact(each.summary, secrets)) for each in group(results)]
    for each in findings:
        saved.save(each.clause.id, each.counterexample.scenario)  # it can be the example of another clause
    return Run(
        spec=options.spec.text,
        name=hello.name,
        version=hello.version,
        server=server.url,
        dialect=options.dialect,
        profile=options.profile,
        seed=options.seed,
        folder=None if saved.folder is None else str(saved.folder),
        limits=tuple(describe_limits(hello)),
        seconds=monotonic() - began,
        clauses=results,
        findings=tuple(findings),
        confirmed=tuple(known.confirmed),
        found=known.entries(options.dialect),
        secrets=secrets,
        error=None if checks.tally.stopped is None else redact(checks.tally.stopped, secrets),
    )


def _plan(options: RunOptions) -> Plan:
    count, fixed_s, drawn_s = PROFILES[options.profile]
    examples = count if options.examples is None else options.examples
    return Plan(
        options.profile,
        examples,
        fixed_s,
        drawn_s,
        options.seed,
        options.clauses or frozenset(clause.id for clause in CLAUSES),
    )


def _find_example(saved: SavedExamples, id_: str, clauses: frozenset[ClauseId]) -> tuple[ClauseId, Scenario]:
    """Return the clause and the scenario of a saved counterexample, of the given clauses if there are any."""
    for clause in (each.id for each in CLAUSES if not clauses or each.id in clauses):
        for scenario in saved.load(clause):
            if replay_id(scenario) == id_:
                return clause, scenario
    raise UnknownExample(f"there is no counterexample {id_} in {saved.folder}; reports show the IDs with --replay")


def _start_reference() -> Driver:
    return start_in_process(BUNDLED["reference"], "reference")


def _server(options: RunOptions, stack: ExitStack) -> Server:
    if options.url is None:
        return stack.enter_context(own_server(options.dialect))
    server = Server(options.url, options.api_key, options.control_token, dialect=options.dialect)
    stack.callback(server.close)
    server.probe()
    if options.api_key is None and "keys" not in server.capabilities:
        raise ServerError(f"{options.url} cannot create keys; pass a valid one with --api-key")
    if "truth" in server.capabilities:
        dialect = server.control("GET", "/_mock/settings")["dialect"]
        if dialect != options.dialect:
            server.change_settings(dialect=options.dialect)
            stack.callback(server.change_settings, dialect=dialect)
    return server


def describe_limits(hello: Hello) -> list[str]:
    """Describe the limits that a client declares."""
    found = [
        f"the {what} of the client cannot be set: its factory, or its adapter, does not take {name}"
        for name, what in (("timeout_s", "timeout"), ("retry", "waits"))
        if name not in hello.can
    ]
    if hello.integers is not None:
        found.append(f"the client keeps integers up to {hello.integers}; larger ones are not sent")
    if not hello.surrogates:
        found.append("the client does not accept lone surrogates; they are not sent")
    if not hello.concurrent:
        found.append("the client does not support concurrent calls")
    if hello.recovers_s:
        found.append(f"the client may refuse calls for {hello.recovers_s:g} s after an error; the kit waits")
    return found
