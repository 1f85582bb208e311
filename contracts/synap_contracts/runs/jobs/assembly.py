"""Assembling a run from its parts, which come from one machine or from several."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.catalogue import CHECKS
from synap_contracts.runs.findings.grouping import group
from synap_contracts.runs.jobs.lanes import PRELUDE, planned
from synap_contracts.runs.result import Run
from synap_contracts.runs.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synap_contracts.client.protocol import Hello
    from synap_contracts.runs.jobs.job import LaneResult, Prelude
    from synap_contracts.runs.jobs.options import RunOptions

_ELSEWHERE: Final = "its checks are in other shards"


@dataclass(frozen=True)
class Shard:
    """A part of a run, with what it was assembled from.

    Args:
        index: Which shard it is, from 1.
        of: The number of shards.
        options: The options of the run.
        prelude: What was known before the lanes began.
        lanes: The results of its lanes, by number.
    """

    index: int
    of: int
    options: RunOptions
    prelude: Prelude
    lanes: Mapping[int, LaneResult]


def shard_of(options: RunOptions, prelude: Prelude, lanes: Mapping[int, LaneResult]) -> Shard | None:
    """Return the shard that a run is, or None if it is whole."""
    return None if options.shard is None else Shard(*options.shard, options, prelude, lanes)


def merge(shards: Sequence[Shard]) -> Run:
    """Return the run that shards are the parts of. All have the same options, and there is one of each."""
    first = shards[0]
    prelude = deepcopy(first.prelude)
    for each in shards[1:]:
        # All ran the same; but the saved examples of a machine can have found more.
        found = each.prelude.tally
        prelude.tally.merge(Tally(settled=found.settled, recorded=found.recorded, stopped=found.stopped))
        prelude.known.join(each.prelude.known)
    lanes = {number: lane for each in shards for number, lane in each.lanes.items()}
    return assemble(replace(first.options, shard=None), prelude, lanes)


def assemble(options: RunOptions, prelude: Prelude, lanes: Mapping[int, LaneResult]) -> Run:
    """Return the run that a prelude and lanes are the parts of. The order of the lanes makes no difference.

    Args:
        options: The options of the run.
        prelude: What was known before the lanes began.
        lanes: The results of the lanes, by number.
    """
    tally, known = deepcopy(prelude.tally), deepcopy(prelude.known)
    for number in sorted(lanes):
        tally.merge(lanes[number].tally)
        known.join(lanes[number].known)
    _note_other_shards(options, tally)
    results = known.merge(tally.results(options.plan.clauses), prelude.replayed)
    return Run(
        spec=options.spec.text,
        name=prelude.hello.name,
        version=prelude.hello.version,
        server=prelude.url,
        dialect=options.dialect,
        profile=options.profile,
        seed=options.seed,
        folder=None,
        limits=tuple(describe_limits(prelude.hello)),
        seconds=0.0,
        clauses=results,
        findings=group(results),
        confirmed=tuple(known.confirmed),
        found=known.entries(options.dialect),
        error=tally.stopped,
    )


def _note_other_shards(options: RunOptions, tally: Tally) -> None:
    """Store which clauses only the checks of other shards prove."""
    if options.shard is None:
        return
    own = {*PRELUDE, *(number for lane in options.lanes.values() for number in lane)}
    for number in planned(options.plan):
        if number not in own:
            for clause in CHECKS[number].proves:
                tally.other_dialects.setdefault(clause.id, _ELSEWHERE)


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
