"""Jobs: a run that is split over threads and processes has the result of one that is not."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from synap_contracts.clauses.catalogue import BY_ID, CHECKS, CLAUSES
from synap_contracts.clauses.clause import ClauseId
from synap_contracts.client.spec import Spec
from synap_contracts.runs.check_runner import PROFILES, Plan
from synap_contracts.runs.jobs.board import Board, FolderBoard, Lost, OwnBoard, wait_for
from synap_contracts.runs.jobs.job import part_of
from synap_contracts.runs.jobs.lanes import LANES, PRELUDE, lanes_of
from synap_contracts.runs.jobs.turns import Stopped, Turns
from synap_contracts.runs.jobs.workplace import workplace
from synap_contracts.runs.result import ClauseResult
from synap_contracts.runs.run import RunOptions, run_client
from synap_contracts.runs.tally import Tally
from synap_contracts.server.connection import NoResponse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from synap_contracts.clauses.clause import Depth
    from synap_contracts.runs.result import Run

FEW = frozenset(map(ClauseId, ("IN-ROLE", "IN-KEYS", "IN-TYPES", "RES-EMPTY", "NET-REFUSED", "AUTH-MISSING")))


def result_of(run: Run) -> list[tuple[object, ...]]:
    """Return what a seed determines. Messages can quote times of the server."""
    return [
        (each.clause.id, each.outcome, each.examples, each.exercised, each.counterexample and each.counterexample.id)
        for each in run.clauses
    ]


@pytest.fixture(scope="module")
def options(zoo: Path) -> RunOptions:
    """A wrong client, with few clauses."""
    return RunOptions(Spec("admitting:LowersRoles", (str(zoo),)), profile="quick", clauses=FEW, seed=3, examples=3)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> FolderBoard:
    return FolderBoard(tmp_path_factory.mktemp("board"))


@pytest.fixture(scope="module")
def alone(options: RunOptions, board: FolderBoard) -> Run:
    return run_client(options, board=board)


def test_result_does_not_depend_on_jobs(options: RunOptions, alone: Run) -> None:
    several = run_client(RunOptions(**{**vars(options), "jobs": 2}))
    assert len(lanes_of(options.plan)) > 1
    assert alone.of("failed")
    assert result_of(several) == result_of(alone)


def test_process_that_comes_late_gets_the_same_result(options: RunOptions, alone: Run, board: FolderBoard) -> None:
    """A worker of pytest-xdist that begins when no part is left."""
    assert result_of(run_client(options, board=board)) == result_of(alone)


def test_processes_that_run_for_a_time_report_the_same(options: RunOptions, tmp_path: Path) -> None:
    """A part begins after the first process has collected the results. No other process reports it."""
    board, rounds = FolderBoard(tmp_path), replace(options, for_s=1.0)
    first = run_client(rounds, board=board)
    number = board.count(part_of(""))
    assert board.take(part_of(number))
    board.put(part_of(number), board.get(part_of(0)))
    assert result_of(run_client(rounds, board=board)) == result_of(first)
    assert board.count(part_of("")) == number + 1


@pytest.mark.parametrize("depth", ["quick", "default", "deep"])
def test_each_check_is_in_one_lane(depth: Depth) -> None:
    lanes = lanes_of(Plan(depth, *PROFILES[depth], seed=0))
    assert sorted([*PRELUDE, *(number for lane in lanes for number in lane)]) == list(range(len(CHECKS)))
    assert len(lanes) == LANES[depth]


def test_turns_overlap_waits_and_nothing_else() -> None:
    turns, working, waiting = Turns(), [0], [0]
    most = {"working": 0, "waiting": 0}

    def lane() -> None:
        with turns.taken():
            for _ in range(5):
                working[0] += 1
                most["working"] = max(most["working"], working[0])
                working[0] -= 1
                with turns.ceded():
                    waiting[0] += 1
                    most["waiting"] = max(most["waiting"], waiting[0])
                    barrier.wait(timeout=10)
                    waiting[0] -= 1

    barrier = threading.Barrier(3)
    threads = [threading.Thread(target=lane) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert most == {"working": 1, "waiting": 3}


def test_stopped_turn_raises() -> None:
    turns = Turns()
    turns.stop()
    with pytest.raises(Stopped), turns.taken():
        pass


def test_other_lanes_work_while_a_fake_shuts_down(options: RunOptions) -> None:
    during: list[bool] = []

    def responds() -> bool:
        try:
            return place.server.connection.request("GET", "/_mock/settings").ok
        except NoResponse:
            return False

    @contextmanager
    def waiting() -> Iterator[None]:
        during.append(responds())
        yield
        during.append(responds())

    with workplace(options, "lane-0", waiting) as place:
        assert during == []
    assert during == [True, False]


@pytest.mark.parametrize("kind", ["own", "folder"])
def test_part_is_taken_once(kind: str, tmp_path: Path) -> None:
    board: Board = OwnBoard() if kind == "own" else FolderBoard(tmp_path)
    assert [board.take("lane-1"), board.take("lane-1"), board.take("lane-2")] == [True, False, True]
    assert board.count("lane-") == 2


def test_result_is_waited_for(tmp_path: Path) -> None:
    board = FolderBoard(tmp_path)
    board.take("lane-1")
    threading.Timer(0.05, board.put, ("lane-1", "result")).start()
    assert wait_for(board, "lane-1") == "result"


def test_process_that_ended_is_reported(tmp_path: Path) -> None:
    script = "import pathlib, sys; from synap_contracts.runs.jobs.board import FolderBoard as B; "
    subprocess.run([sys.executable, "-c", f"{script}B(pathlib.Path(sys.argv[1])).take('lane-1')", tmp_path], check=True)
    with pytest.raises(Lost, match="the process that ran lane-1 has ended"):
        wait_for(FolderBoard(tmp_path), "lane-1")


def tally(clause: str, outcome: str, refusal: str) -> Tally:
    made = Tally(recorded=True, proven={BY_ID[clause].id})
    made.settled[BY_ID[clause].id] = ClauseResult(BY_ID[clause], outcome, message=refusal)  # type: ignore[arg-type]
    made.examples[BY_ID[clause].id] = 2
    made.exercise.counts[BY_ID[clause].id] = 3
    made.exercise.refusals[BY_ID["IN-ITERABLE"].id] = refusal
    made.gaps[BY_ID["REUSE"].id].append(refusal)
    return made


def test_tallies_merge_in_any_order() -> None:
    def merged(*tallies: Tally) -> list[object]:
        whole = Tally()
        for each in tallies:
            whole.merge(each)
        return [whole.results(frozenset(clause.id for clause in CLAUSES)), whole.exercise.refusals, dict(whole.gaps)]

    one, two, three = tally("TRUE", "error", "b"), tally("TRUE", "failed", "c"), tally("ONCE", "failed", "a")
    left = Tally()
    left.merge(two)
    left.merge(three)
    assert merged(one, two, three) == merged(three, one, two) == merged(left, one)
    assert next(each for each in merged(one, two)[0] if each.clause.id == "TRUE").outcome == "failed"  # type: ignore[attr-defined]
