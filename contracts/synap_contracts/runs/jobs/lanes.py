"""Lanes: checks that run one after the other with one client process and one fake.

Which checks share a lane depends on the plan alone, not on the number of jobs or machines. So a check always meets the
same client, with the same past, and a run has the same result however it is split.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from synap_contracts.clauses.catalogue import CHECKS

if TYPE_CHECKING:
    from synap_contracts.clauses.clause import Check, ClauseId, Depth
    from synap_contracts.runs.check_runner import Plan
    from synap_contracts.scenarios.model import Scenario

Lane: TypeAlias = tuple[int, ...]
"""The indexes of its checks in `CHECKS`."""

PRELUDE: Final[Lane] = (0, 1)
"""The checks that run before all lanes: they are fast, and find the defects that would fail every lane."""

LANES: Final[dict[Depth, int]] = {"quick": 6, "default": 12, "deep": 24}
"""The largest number of lanes. Each starts a client process, which takes a part of a second."""
_LEAST: Final = 40.0
"""A lane with less work than this many scenarios is not worth a process."""
_DRAWN: Final = 2.0
"""A drawn scenario is about as much work as this many fixed ones."""
_LARGE: Final = 40
"""This many messages are about as much work as another scenario."""


def planned(plan: Plan) -> Lane:
    """Return the checks of a plan, for any dialect."""
    return tuple(number for number, check in enumerate(CHECKS) if plan.clauses & check.clauses)


def lanes_of(plan: Plan) -> tuple[Lane, ...]:
    """Return the lanes of a plan without the prelude. Those with checks that wait come first."""
    return _lanes_of(plan.depth, plan.examples, plan.clauses)


def lanes_of_shard(plan: Plan, shard: tuple[int, int] | None) -> dict[int, Lane]:
    """Return the lanes of a shard by number, so that each shard has about the same work; or all lanes.

    Args:
        plan: The plan.
        shard: Which of how many shards, from 1, or None.
    """
    lanes = dict(enumerate(lanes_of(plan)))
    if shard is None:
        return lanes
    index, count = shard
    weights = {number: sum(_weight(CHECKS[n], plan.examples) for n in lane) for number, lane in lanes.items()}
    shards: list[list[int]] = [[] for _ in range(count)]
    for number in sorted(lanes, key=lambda each: (-weights[each], each)):
        min(shards, key=lambda own: sum(weights[n] for n in own)).append(number)
    return {number: lanes[number] for number in sorted(shards[index - 1])}


@lru_cache(maxsize=64)
def _lanes_of(depth: Depth, examples: int, clauses: frozenset[ClauseId]) -> tuple[Lane, ...]:
    numbers = [n for n, check in enumerate(CHECKS) if clauses & check.clauses and n not in PRELUDE]
    weights = {n: _weight(CHECKS[n], examples) for n in numbers}
    waits = {n for n in numbers if any(map(_waits, CHECKS[n].fixed("quick")))}
    count = max(1, min(LANES[depth], len(numbers), int(sum(weights.values()) / _LEAST)))
    lanes: list[list[int]] = [[] for _ in range(count)]
    for number in sorted(numbers, key=lambda n: (n not in waits, -weights[n])):
        # Checks that wait share the first half, so that no lane ends with nothing but waits next to it.
        open_lanes = lanes[: (count + 1) // 2] if number in waits else lanes
        min(open_lanes, key=lambda lane: sum(weights[n] for n in lane)).append(number)
    return tuple(tuple(sorted(lane)) for lane in lanes)


def _weight(check: Check, examples: int) -> float:
    """Return about how much work a check is, as a number of scenarios. Creating those of a deep run takes seconds."""
    fixed = check.fixed("quick")
    return len(fixed) + sum(each.size for each in fixed) / _LARGE + check.share * examples * _DRAWN


def _waits(scenario: Scenario) -> bool:
    """Return whether a scenario waits for something to elapse."""
    return scenario.ending or any(
        call.trouble and (call.trouble.short or call.trouble.patient or call.trouble.slow) for call in scenario.calls
    )
