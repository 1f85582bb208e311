"""A job: one process that runs parts of a run, until none is left."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from synap_contracts.clauses.catalogue import CHECKS
from synap_contracts.observation.redaction import redact
from synap_contracts.runs.check_runner import CheckRunner
from synap_contracts.runs.jobs.board import STOP, OwnBoard, wait_for
from synap_contracts.runs.jobs.lanes import PRELUDE, planned
from synap_contracts.runs.jobs.options import TRIES
from synap_contracts.runs.jobs.rounds import rounds
from synap_contracts.runs.jobs.turns import Stopped, Turns
from synap_contracts.runs.jobs.workplace import workplace
from synap_contracts.runs.replay import Replayer
from synap_contracts.runs.tally import Tally
from synap_contracts.scenarios.saved import SavedExamples

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.client.protocol import Hello
    from synap_contracts.runs.jobs.board import Board
    from synap_contracts.runs.jobs.lanes import Lane
    from synap_contracts.runs.jobs.options import RunOptions
    from synap_contracts.runs.jobs.workplace import Workplace
    from synap_contracts.runs.known import KnownFailures
    from synap_contracts.runs.result import ClauseResult
    from synap_contracts.scenarios.model import Scenario

Progress: TypeAlias = "Callable[[str, int, int], None]"
"""Called with the name, the index and the number of checks when a check begins."""
Waiting: TypeAlias = "Callable[[], AbstractContextManager[None]]"

PRELUDE_PART: Final = "prelude"
_OPEN: Final = 3
"""How many lanes of a job are open at a time: while one works, the others wait."""
_OPEN_OF_SEVERAL: Final = 2
"""The same if there are other jobs: with more, one job holds lanes at the end for which another has time."""


@dataclass(frozen=True)
class Prelude:
    """What is known before the lanes begin.

    Args:
        hello: What the client declares.
        url: The URL of the server.
        tally: The results of a few ordinary batches, of saved examples, and of the first checks.
        known: The known failures, some of which were replayed.
        replayed: The results of replaying them.
    """

    hello: Hello
    url: str
    tally: Tally
    known: KnownFailures
    replayed: dict[ClauseId, ClauseResult]


@dataclass(frozen=True)
class LaneResult:
    """The result of a lane.

    Args:
        tally: The results of its checks.
        known: The known failures, with the failures that the lane found.
    """

    tally: Tally
    known: KnownFailures


_Part = TypeVar("_Part", Prelude, LaneResult)


@dataclass
class Job:
    """Runs parts of a run.

    Args:
        options: The options of the run.
        board: Which parts are taken, and their results.
        progress: Reports that a check begins.
    """

    options: RunOptions
    board: Board
    progress: Progress = lambda *_: None
    turns: Turns = field(default_factory=Turns)
    secrets: set[str] = field(default_factory=set)
    settled: dict[ClauseId, ClauseResult] = field(default_factory=dict)
    read: set[int] = field(default_factory=set)

    def run(self) -> None:
        """Work until no part is left."""
        if self.options.single:
            self._run_parts(nullcontext, nullcontext)
            return
        count = _OPEN if isinstance(self.board, OwnBoard) else _OPEN_OF_SEVERAL
        threads = [threading.Thread(target=self._run_turns, daemon=True) for _ in range(count - 1)]
        try:
            for each in threads:
                each.start()
            self._run_turns()
        except BaseException:
            self.turns.stop()
            raise
        finally:
            for each in threads:
                each.join()

    def _run_turns(self) -> None:
        try:
            self._run_parts(self.turns.taken, self.turns.ceded)
        except Stopped:
            return

    def _run_parts(self, taken: Waiting, waiting: Waiting) -> None:
        if self.board.take(PRELUDE_PART):
            with taken():
                self._run_part(PRELUDE_PART, partial(self._open_run, waiting))
        for number, lane, options in rounds(self.options):
            with taken():
                part = part_of(number)
                if not self.board.has(STOP) and self.board.take(part):
                    self._run_part(part, partial(self._run_lane, number, lane, options, waiting))
            if self.board.has(STOP) or self._has_stopped():
                return

    def _has_stopped(self) -> bool:
        """Return whether the client records nothing, so that there is no other round."""
        prelude = self.board.get(PRELUDE_PART) if self.board.has(PRELUDE_PART) else None
        return isinstance(prelude, Prelude) and prelude.tally.stopped is not None

    def _run_part(self, part: str, run: Callable[[], None]) -> None:
        """Run a part, which stores its result. If it fails, store the exception."""
        try:
            run()
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 - the process that collects the results raises it
            self.turns.stop()
            self.board.put(STOP, True)  # noqa: FBT003 - its presence is the message
            self.board.put(part, error)

    def _open_run(self, waiting: Waiting) -> None:
        options = self.options
        with workplace(options, PRELUDE_PART, waiting) as place:
            hello = place.runner.driver.hello
            known = options.known.for_client(hello.version, options.dialect)
            checks = new_checks(options, place, known, Tally())
            replayed = known.replay(place.runner, checks.plan.clauses)
            if checks.run_first():
                checks.run([number for number in planned(checks.plan) if number in PRELUDE], self._begin)
            prelude = Prelude(hello, place.server.url, checks.tally, known, replayed)
            self.board.put(PRELUDE_PART, self._without_keys(prelude, place))  # the lanes wait for it: close later

    def _run_lane(self, number: int, lane: Lane, options: RunOptions, waiting: Waiting) -> None:
        """Run the checks of a lane, unless the run ended before. Its processes start next to the prelude."""
        with workplace(options, part_of(number), waiting) as place:
            if not self.board.has(PRELUDE_PART):
                place.start()
            with waiting():
                prelude = wait_for(self.board, PRELUDE_PART)
            if not isinstance(prelude, Prelude) or prelude.tally.stopped is not None:
                self.board.put(part_of(number), None)
                return
            known = deepcopy(prelude.known)
            earlier = prelude.tally.settled | self._settled_before(number)
            tally = Tally(settled=dict(earlier), recorded=prelude.tally.recorded)
            new_checks(options, place, known, tally).run(lane, self._begin)
            if number not in self.options.lanes:
                tally.skipped.clear()  # the first round ran all of it
            tally.settled = {clause: each for clause, each in tally.settled.items() if each is not earlier.get(clause)}
            self.board.put(part_of(number), self._without_keys(LaneResult(tally, known), place))

    def _settled_before(self, number: int) -> dict[ClauseId, ClauseResult]:
        """Return what earlier rounds settled, so that no round searches for it again. There is one without --for."""
        if number not in self.options.lanes:
            for each in range(number):
                if each not in self.read and self.board.has(part_of(each)):
                    self.read.add(each)
                    result = self.board.get(part_of(each))
                    self.settled |= result.tally.settled if isinstance(result, LaneResult) else {}
        return self.settled

    def _without_keys(self, part: _Part, place: Workplace) -> _Part:
        """Return a part without keys. A client in this process can remember those of earlier parts, too."""
        if self.options.single:
            self.secrets |= place.server.secrets
        return without_keys(part, frozenset({*self.secrets, *place.server.secrets}))

    def _begin(self, number: int) -> None:
        self.board.take(f"check-{number}")
        count = len(
            {*planned(self.options.plan)} & {*PRELUDE, *(n for lane in self.options.lanes.values() for n in lane)}
        )
        self.progress(CHECKS[number].name, self.board.count("check-") - 1, count)


def new_checks(options: RunOptions, place: Workplace, known: KnownFailures, tally: Tally) -> CheckRunner:
    """Return what runs checks at a workplace."""
    replayer = Replayer(place.runner, place.reference, TRIES[options.profile], known.judge_new, options.until)
    saved = SavedExamples(options.folder, options.spec.text, options.database)
    return CheckRunner(place.runner, replayer, options.plan, saved, known, tally)


def replay_example(options: RunOptions, clause: ClauseId, scenario: Scenario) -> Prelude:
    """Run one counterexample again, and judge it by one clause."""
    with workplace(options, PRELUDE_PART) as place:
        hello = place.runner.driver.hello
        known = options.known.for_client(hello.version, options.dialect)
        checks = new_checks(options, place, known, Tally())
        checks.replay(clause, scenario)
        return without_keys(Prelude(hello, place.server.url, checks.tally, known, {}), frozenset(place.server.secrets))


def without_keys(part: _Part, keys: frozenset[str]) -> _Part:
    """Return a part of a run in which each key is replaced: keys never leave the process that used them.

    Only what quotes the client is searched, since that takes as long as a few scenarios.
    """
    part.known.found = redact(part.known.found, keys)
    part.tally.settled = redact(part.tally.settled, keys)
    part.tally.stopped = redact(part.tally.stopped, keys)
    if isinstance(part, Prelude):
        part.replayed.update(redact(part.replayed, keys))
    return part


def part_of(number: int | str) -> str:
    """Return the name of a lane on the board."""
    return f"lane-{number}"
