"""Running all checks for one client."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.catalogue import CLAUSES
from synap_contracts.client.process import UnusableClient
from synap_contracts.client.protocol import AdapterError
from synap_contracts.client.real_time import monotonic
from synap_contracts.runs.jobs.assembly import assemble, shard_of
from synap_contracts.runs.jobs.board import Lost, agree
from synap_contracts.runs.jobs.job import Job, replay_example
from synap_contracts.runs.jobs.options import RunOptions
from synap_contracts.runs.jobs.processes import collect, job_board
from synap_contracts.runs.result import Run
from synap_contracts.scenarios.saved import SavedExamples
from synap_contracts.scenarios.serialization import replay_id
from synap_contracts.server.server import ServerError

if TYPE_CHECKING:
    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.runs.jobs.board import Board
    from synap_contracts.runs.jobs.job import LaneResult, Progress
    from synap_contracts.scenarios.model import Scenario

__all__ = ["CANNOT_RUN", "RunOptions", "UnknownExample", "describe_error", "failed_run", "run_client"]

CANNOT_RUN: Final = (UnusableClient, AdapterError, ServerError, Lost)
"""The errors of a client, or of its server, that cannot be run."""


_PLAYED: Final = 0.97
"""The part of a run's time in which scenarios begin: the last ones still have to end."""


class UnknownExample(Exception):  # noqa: N818 - the text is shown to the user unchanged
    """No saved counterexample has the ID."""


def run_client(options: RunOptions, progress: Progress = lambda *_: None, board: Board | None = None) -> Run:
    """Run the checks for one client.

    Args:
        options: The options.
        progress: Called with the name, the index and the number of checks when a check begins.
        board: The board that other processes work on too, or None for one of its own.

    Raises:
        UnusableClient: The client does not exist.
        AdapterError: Its adapter fails repeatedly.
        ServerError: The server does not exist, or fails.
        Lost: The process of a job ended by itself.
        UnknownExample: No saved counterexample has the ID to replay.
    """
    began = monotonic()
    if options.for_s is not None:
        until = began + options.for_s * _PLAYED
        options = replace(options, until=until if board is None else agree(board, "until", until))
    saved = SavedExamples(options.folder, options.spec.text, options.database)
    if options.replay is not None:
        clause, scenario = _find_example(saved, options.replay, options.clauses)
        options = replace(options, clauses=frozenset({clause}))
        prelude = replay_example(options, clause, scenario)
        lanes: dict[int, LaneResult] = {}
    else:
        with job_board(options, board) as shared:
            Job(options, shared, progress).run()
            prelude, lanes = collect(options, shared)
    run = assemble(options, prelude, lanes)
    for each in run.findings:
        saved.save(each.clause.id, each.counterexample.scenario)  # it can be the example of another clause
    folder = None if saved.folder is None else str(saved.folder)
    return replace(run, folder=folder, seconds=monotonic() - began, shard=shard_of(options, prelude, lanes))


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


def _find_example(saved: SavedExamples, id_: str, clauses: frozenset[ClauseId]) -> tuple[ClauseId, Scenario]:
    """Return the clause and the scenario of a saved counterexample, of the given clauses if there are any."""
    for clause in (each.id for each in CLAUSES if not clauses or each.id in clauses):
        for scenario in saved.load(clause):
            if replay_id(scenario) == id_:
                return clause, scenario
    raise UnknownExample(f"no counterexample is named {id_} in {saved.folder}; reports show the IDs with --replay")
