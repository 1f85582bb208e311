"""The processes of a run: each is a job, and they share a board."""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from synap_contracts.client.real_time import wait_for_end
from synap_contracts.runs.jobs.board import FolderBoard, OwnBoard, agree, wait_for
from synap_contracts.runs.jobs.job import PRELUDE_PART, Prelude, part_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.runs.jobs.board import Board
    from synap_contracts.runs.jobs.job import LaneResult
    from synap_contracts.runs.jobs.options import RunOptions

ORDER: Final = "order.pickle"
"""The file with the options and the names of our modules."""
_END_S: Final = 10.0


@contextmanager
def job_board(options: RunOptions, board: Board | None) -> Iterator[Board]:
    """Return the given board, or start the other jobs, and return the board that they share. They end with the block.

    Args:
        options: The options of the run.
        board: A board that other processes work on already, or None.
    """
    others = 0 if options.single else min(options.jobs, len(options.lanes)) - 1
    if board is not None or others < 1:
        yield board or OwnBoard()
        return
    with tempfile.TemporaryDirectory(prefix="synap-contracts-jobs-") as name, ExitStack() as stack:
        folder = Path(name)
        # Hypothesis draws constants of loaded modules: each job must have the same ones to draw the same.
        modules = sorted(each for each in sys.modules if each.startswith(("synap_contracts.", "synap_mock.")))
        (folder / ORDER).write_bytes(pickle.dumps((options, modules)))
        for _ in range(others):
            stack.enter_context(_worker(folder))
        yield FolderBoard(folder)


@contextmanager
def _worker(folder: Path) -> Iterator[None]:
    """Start a job in a process of its own. It ends when its standard input is closed."""
    command = [sys.executable, "-P", "-m", "synap_contracts.runs.jobs", str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 - this Python
    threading.Thread(target=process.wait, daemon=True).start()  # an ended process must not look alive
    try:
        yield
    finally:
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        with suppress(OSError):
            process.stdin.close()
        if not wait_for_end(process, _END_S):
            process.kill()


def collect(options: RunOptions, board: Board) -> tuple[Prelude, dict[int, LaneResult]]:
    """Wait for the results of all lanes, and return them.

    Raises:
        Exception: The error of a lane.
        Lost: The process that took a lane has ended.
    """
    prelude = wait_for(board, PRELUDE_PART)
    if not isinstance(prelude, Prelude):
        raise prelude
    numbers = () if prelude.tally.stopped is not None else options.lanes
    results = {number: wait_for(board, part_of(number)) for number in numbers}
    while results and options.until is not None and (begun := board.count(part_of(""))) > len(results):
        results |= {number: wait_for(board, part_of(number)) for number in range(len(results), begun)}
    for each in results.values():
        if isinstance(each, Exception):
            raise each
    if results and options.until is not None:
        # A part can begin after one of the processes has collected: all report what the first one collected.
        count = agree(board, "count", len(results)) or len(results)
        results = {n: results[n] if n in results else wait_for(board, part_of(n)) for n in range(count)}
    return prelude, results
