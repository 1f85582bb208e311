"""The figures as a page of Markdown, each with its target and whether it is met. No date: it changes when they do."""

from __future__ import annotations

import os
import platform
import statistics
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from endurance import SIZE
from load import CONTENT_LENGTH, CONVERSATION_LENGTH, Measured
from server import BY_HAND, CONTENDERS, LIMIT, SYNAP_MOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from endurance import Endurance

BY_HAND_TARGETS: Final = {10: 2.5, 100: 4.0, 1000: 4.0}
"""Messages in a batch to how many times the rate of the one by hand is wanted."""
LIMIT_TARGET: Final = 0.6
LIMIT_TARGET_FROM: Final = 10
TAIL_TARGET: Final = 5.0
BYTES_TARGET: Final = 400.0
IMPORT_TARGET: Final = 0.015
READY_TARGET: Final = 0.5

_PACKAGES: Final = ("synap-mock", "starlette", "uvicorn", "uvloop", "httptools", "fastapi", "pydantic")


@dataclass(frozen=True, slots=True)
class Speed:
    """One measurement of one contender."""

    round: int
    size: int
    contender: str
    measured: Measured
    server_computed: float
    """Seconds that the server was computing meanwhile."""

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.measured.messages / self.measured.seconds

    @property
    def rate_of_cpu(self) -> float:
        """Messages a second of the server's computing."""
        return self.measured.messages / max(self.server_computed, 0.01)

    @property
    def server_busy(self) -> float:
        """Share of the time in which the server was computing."""
        return self.server_computed / self.measured.seconds

    @property
    def load_busy(self) -> float:
        """Share of the time in which the load generator was computing."""
        return self.measured.computed / self.measured.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that was measured.

    Attributes:
        command: what measured it.
        cpus: the server's and the load's.
        speeds: every contender at every size in every round.
        enduring: contender to what it was like after many messages.
        import_seconds: what ``import synap_mock`` takes.
        ready_seconds: what ``synap-mock serve`` takes until it is ready.
    """

    command: str
    cpus: tuple[int, int]
    speeds: Sequence[Speed]
    enduring: Mapping[str, Endurance]
    import_seconds: float
    ready_seconds: float


def markdown(found: Findings) -> str:
    """The whole page."""
    sizes = sorted({speed.size for speed in found.speeds})
    rounds = len({speed.round for speed in found.speeds})
    recorded = found.enduring[SYNAP_MOCK]
    speed_table = table(
        ("batch of", *CONTENDERS, f"times {BY_HAND}", "target", "met", f"times {LIMIT}", "target", "met"),
        [_speed_row(size, found.speeds) for size in sizes],
    )
    busy_table = table(
        ("batch of", *CONTENDERS, f"times {BY_HAND}, of CPU", f"times {LIMIT}, of CPU"),
        [_busy_row(size, found.speeds) for size in sizes],
    )
    endurance_table = table(
        ("", "p50", "p99", "longest", "p99 : p50", "target", "met", "bytes a message", "target", "met"),
        [_endurance_row(name, seen) for name, seen in found.enduring.items()],
    )
    start_table = table(
        ("", "median", "target", "met"),
        [
            _start_row("`import synap_mock`, in a fresh process", found.import_seconds, IMPORT_TARGET),
            _start_row("`synap-mock serve`, from start to ready", found.ready_seconds, READY_TARGET),
        ],
    )
    return f"""# Results

`make bench` makes this page. This one was made by

    {found.command}

on {machine()}: the server on CPU {found.cpus[0]}, the load on CPU {found.cpus[1]}.
{", ".join(f"{package} {version(package)}" for package in _PACKAGES)}.

- **{SYNAP_MOCK}**: `synap-mock serve`, with everything on: rules, store, journal.
- **{BY_HAND}**: `contenders/by_hand.py`, what a Python user writes in an afternoon: FastAPI, pydantic models,
  a list as store.
- **{LIMIT}**: `contenders/limit.py`, bare Starlette that decodes the body, makes ids and encodes an answer; no key,
  no rule, no store.

All three run on uvicorn with uvloop and httptools, without access log.

## Messages a second

Medians of the rounds ({rounds}). The contenders take turns; a ratio is taken within a round, and then the median of
the rounds (lowest to highest).

{speed_table}

## Who waited for whom

How much of the time the server was computing, and the load generator. Each has a CPU of its own: as long as the
generator is far from 100%, the server is what is measured. A server that is far from 100% too had to share its CPU
with other programs; the last two columns compare messages a second of the server's own computing, which that hardly
touches.

{busy_table}

## After {recorded.messages:,} messages

Time of a batch of {SIZE}, {recorded.timed_calls:,} of them one after the other on one connection; and what the server's
resident memory has grown by for each message.

{endurance_table}

## Beginning

{start_table}

## Notes

- Every measurement has a fresh server, and a warm-up that isn't counted. The load is closed-loop over eight keep-alive
  connections: a connection sends its next batch when its answer is there. Each answer's status, counts and rows are
  checked; a wrong one ends the run.
- An entry has conversation_id, role, content ({CONTENT_LENGTH} ASCII characters), user_id and customer_id; a
  conversation goes on for {CONVERSATION_LENGTH} entries, as long as a real one in the demo's data. All entries are
  valid.
- Memory: the first reading comes when the journal is full (of batches of {SIZE}), so the journal is not in it. Longer
  ids or contents and metadata take more.
- "{BY_HAND}" checks key, types, roles and UUIDs, and answers entry by entry; it has no journal, no tenancy, no
  dialects. Its docstring says where it was made quick. Answering plain dicts instead of models it would be about a
  fifth quicker still.
- "{LIMIT}" makes its answer row by row with `json`, as one would at first, so a ratio over 1 is possible.
- A batch of 1 has no target: most of its time is the HTTP server's.
"""


def machine() -> str:
    """Where it was measured."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{platform.system()} on {platform.machine()} with {os.cpu_count()} CPUs, {python}"


def _speed_row(size: int, speeds: Iterable[Speed]) -> list[str]:
    mine = [speed for speed in speeds if speed.size == size]
    rates = (statistics.median(speed.rate for speed in mine if speed.contender == name) for name in CONTENDERS)
    by_hand = _ratios(mine, BY_HAND, lambda speed: speed.rate)
    limit = _ratios(mine, LIMIT, lambda speed: speed.rate)
    return [
        f"{size:,}",
        *(f"{rate:,.0f}" for rate in rates),
        spread(by_hand),
        *_at_least(statistics.median(by_hand), BY_HAND_TARGETS.get(size)),
        spread(limit),
        *_at_least(statistics.median(limit), LIMIT_TARGET if size >= LIMIT_TARGET_FROM else None),
    ]


def _busy_row(size: int, speeds: Iterable[Speed]) -> list[str]:
    mine = [speed for speed in speeds if speed.size == size]
    cells = []
    for name in CONTENDERS:
        own = [speed for speed in mine if speed.contender == name]
        server = statistics.median(speed.server_busy for speed in own)
        load = statistics.median(speed.load_busy for speed in own)
        cells.append(f"{server:.0%}, load {load:.0%}")
    return [
        f"{size:,}",
        *cells,
        spread(_ratios(mine, BY_HAND, lambda speed: speed.rate_of_cpu)),
        spread(_ratios(mine, LIMIT, lambda speed: speed.rate_of_cpu)),
    ]


def _endurance_row(name: str, seen: Endurance) -> list[str]:
    ours = name == SYNAP_MOCK
    tail = seen.p99 / seen.p50
    return [
        name,
        *(f"{seconds * 1000:.2f} ms" for seconds in (seen.p50, seen.p99, seen.longest)),
        f"{tail:.1f}",
        *under(tail, TAIL_TARGET if ours else None, f"under {TAIL_TARGET:g}"),
        f"{seen.bytes_a_message:,.0f}",
        *under(seen.bytes_a_message, BYTES_TARGET if ours else None, f"under {BYTES_TARGET:g}"),
    ]


def _start_row(what: str, seconds: float, target: float) -> list[str]:
    return [what, f"{seconds * 1000:.1f} ms", *under(seconds, target, f"under {target * 1000:g} ms")]


def _ratios(speeds: Iterable[Speed], other: str, rate: Callable[[Speed], float]) -> list[float]:
    """Of each round: synap-mock's rate to the other's."""
    rates = {(speed.round, speed.contender): rate(speed) for speed in speeds}
    return [rates[number, SYNAP_MOCK] / rates[number, other] for number, name in rates if name == SYNAP_MOCK]


def spread(ratios: Sequence[float]) -> str:
    """The median of the rounds, and between what they were."""
    return f"**{statistics.median(ratios):.2f}** ({min(ratios):.2f} to {max(ratios):.2f})"


def _at_least(value: float, target: float | None) -> tuple[str, str]:
    return ("", "") if target is None else (f"{target:g}", _met(yes=value >= target))


def under(value: float, target: float | None, label: str) -> tuple[str, str]:
    """The cells target and met; None: empty ones."""
    return ("", "") if target is None else (label, _met(yes=value < target))


def _met(*, yes: bool) -> str:
    return "yes" if yes else "**no**"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown's, the first column to the left and the others to the right."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
