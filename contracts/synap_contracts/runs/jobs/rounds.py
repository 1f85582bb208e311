"""Rounds: a run for a time (--for) plays all lanes again and again, with other seeds, until the time is over."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Final

from synap_contracts.client.real_time import monotonic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.clauses.clause import Depth
    from synap_contracts.runs.jobs.lanes import Lane
    from synap_contracts.runs.jobs.options import RunOptions

_EXAMPLES: Final = 100
"""How many scenarios a check draws in a round after the first."""
_SEEDS: Final = 1_000_003
"""The distance of the seeds of two rounds."""
_UNITS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0}


def parse_duration(text: str) -> float:
    """Return a duration, such as 1h30m, in seconds.

    Raises:
        ValueError: The text is not a duration, or it is zero.
    """
    found = re.fullmatch(r"(?:\d{1,6}h)?(?:\d{1,6}m)?(?:\d{1,6}s)?", text, re.ASCII)
    seconds = sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+)([hms])", text, re.ASCII))
    if found is None or not seconds:
        raise ValueError(f"{text!r} is not a duration; expected 30s, 5m, 2h or 1h30m, for example")
    return seconds


def rounds(options: RunOptions) -> Iterator[tuple[int, Lane, RunOptions]]:
    """Yield the number of each part, its lane, and the options for it. Without --for, there is one round.

    The first round is that of the profile, the second has the fixed scenarios of the profile deep, and all others those
    of quick: they draw more than they repeat.
    """
    for number, lane in options.lanes.items():
        yield number, lane, options
    lanes = list(options.lanes.values())
    for number in count(len(lanes)):
        if not lanes or is_over(options):
            return
        turn, place = divmod(number, len(lanes))
        yield number, lanes[place], _again(options, turn)


def is_over(options: RunOptions) -> bool:
    """Return whether no other round begins."""
    return options.until is None or monotonic() >= options.until


def _again(options: RunOptions, turn: int) -> RunOptions:
    depth: Depth = "deep" if turn == 1 else "quick"
    examples = _EXAMPLES if options.examples is None else options.examples
    seed = options.seed + turn * _SEEDS
    return replace(options, profile=depth, examples=examples, seed=seed, deadline_s=options.hung_s)
