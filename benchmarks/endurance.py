"""After many messages: how long a batch takes then, and what a stored message weighs."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Final

from load import Load, Requests
from server import API_KEY, running

SIZE: Final = 100
"""Messages in each batch."""

_JOURNAL_CALLS: Final = 1_100
"""Calls before the first reading of memory: more than the journal keeps, so that it is full and does not grow."""
_FEWEST_TIMED: Final = 100


@dataclass(frozen=True, slots=True)
class Endurance:
    """What was seen; times in seconds."""

    messages: int
    timed_calls: int
    p50: float
    p99: float
    longest: float
    bytes_a_message: float


def endure(contender: str, messages: int, server_cpu: int) -> Endurance:
    """Record about so many messages, then time single batches, one after the other on one connection."""
    requests = Requests(SIZE, API_KEY)
    with running(contender, {server_cpu}) as server:
        with Load(server.port, requests, connections=8) as load:
            load.run(calls=_JOURNAL_CALLS)
            before = server.resident_bytes()
            recorded = load.run(calls=max(1, messages // SIZE)).messages
            grown = server.resident_bytes() - before
        with Load(server.port, requests, connections=1) as load:
            latencies = load.run(calls=max(_FEWEST_TIMED, messages // SIZE // 2)).latencies
    hundredths = statistics.quantiles(latencies, n=100)
    return Endurance(
        messages=recorded,
        timed_calls=len(latencies),
        p50=hundredths[49],
        p99=hundredths[98],
        longest=max(latencies),
        bytes_a_message=grown / recorded,
    )
