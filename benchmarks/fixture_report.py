"""The section of RESULTS.md on the cost of the pytest fixture."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from contenders.static_route import SIZE
from in_pytest import UNUSED, WITHOUT
from report import machine, spread, table, under
from server import BY_HAND, SYNAP_MOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stopwatch import Span

HEADING: Final = "## The pytest fixture"

FIRST: Final = "the first test that uses it, once a session"
TEST: Final = "an empty test that uses it: set-up and clean-up"
EXAMPLE: Final = "an example of a test under `@given`"
BATCH: Final = f"a batch of {SIZE} in process"

PLUGIN: Final = "synap_mock.pytest_plugin"
RESPX_PLUGIN: Final = "respx.plugin"

BEYOND_TARGETS: Final = {TEST: 0.001, EXAMPLE: 0.0005}
"""Seconds that it may take beyond the same without the fixture."""
TIMES_TARGETS: Final = {BATCH: 2.5}
IMPORT_TARGET: Final = 0.005

_UNUSED: Final = "an empty test that doesn't use it"
_NONE: Final = ("", "", "")
"""Cells of a comparison that is not made."""
_PACKAGES: Final = ("synap-mock", "pytest", "hypothesis", "httpx", "respx", "starlette")


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement of one contender; of an import, the contender is the module."""

    round: int
    what: str
    contender: str
    span: Span


def section(command: str, readings: Sequence[Reading]) -> str:
    """The whole section, heading included.

    Args:
        command: what measured it.
        readings: every contender in every round.
    """
    rounds = len({reading.round for reading in readings})
    busy = sorted(reading.span.computed / reading.span.clock for reading in readings)
    contenders = ("ms", WITHOUT, BY_HAND, SYNAP_MOCK)
    beyond, times = f"beyond {WITHOUT}", f"times {BY_HAND}"
    costs = _Costs(readings, lambda span: span.computed)
    cost_table = table((*contenders, beyond, "target", "met", times, "target", "met"), costs.rows())
    clock = _Costs(readings, lambda span: span.clock)
    clock_table = table((*contenders, beyond, times), [[*row[:5], row[7]] for row in clock.rows()])
    import_table = table(
        ("in a process that has imported pytest", "median", "target", "met"),
        [costs.import_row(PLUGIN, IMPORT_TARGET), costs.import_row(RESPX_PLUGIN, None)],
    )
    return f"""{HEADING}

`make bench` makes this section too. This one was made by

    {command}

on {machine()}.
{", ".join(f"{package} {version(package)}" for package in _PACKAGES)}.

- **{WITHOUT}**: the same test, asking for no fixture, in a pytest that has no plugin of ours or of respx.
- **{BY_HAND}**: `contenders/static_route.py`, a function's fixture that holds one respx route with one answer.
- **{SYNAP_MOCK}**: the fixture `synap_mock`.

### What it takes

Milliseconds of computing: none of this waits for anything, so on an idle machine the clock says the same. The
contenders take turns; a difference, or a ratio, is taken within a round. Medians of the rounds, {rounds} (lowest to
highest).

{cost_table}

### The same by the clock

How noisy the machine was: the measured process had {statistics.median(busy):.0%} of a CPU (median), {busy[0]:.0%} in
the worst measurement.

{clock_table}

### Where no test uses it

{import_table}

### How it was measured

- Every measurement is a pytest process of its own with generated tests, and of other plugins it has the stopwatch only
  (and hypothesis's, under `@given`). A test is timed whole, with all that pytest does for it; the mean of all but the
  first, so that the collector's work is in it.
- Examples draw an integer and count themselves; {BY_HAND}, each enters and leaves the respx route by itself, since
  hypothesis refuses a function's fixture.
- A batch goes through one `httpx.Client` that the test keeps, given as `json=`. Each answer's status, counts and rows
  are checked outside the timed call; a wrong one ends the run. {SYNAP_MOCK} checks key and rules, records, and keeps a
  journal meanwhile.
- respx is a dependency of synap-mock, and has a pytest plugin of its own that imports httpx in every session, whether
  a test uses it or not; `pytest -p no:respx` spares that, and `synap_mock` works without it.
"""


class _Costs:
    """Rows of one table.

    Args:
        readings: every contender in every round.
        seconds: which of a span's figures counts.
    """

    def __init__(self, readings: Sequence[Reading], seconds: Callable[[Span], float]) -> None:
        self._readings = readings
        self._seconds = seconds

    def rows(self) -> list[list[str]]:
        """All, the targets among them."""
        without, unused = self._of(TEST, WITHOUT), self._of(TEST, UNUSED)
        first = _cells(*(self._of(FIRST, name) for name in (WITHOUT, BY_HAND, SYNAP_MOCK)))
        return [
            [_UNUSED, *_cells(without, [], unused), *_beyond(unused, without, None), *_NONE],
            *(self._row(what) for what in (TEST, EXAMPLE, BATCH)),
            [FIRST, *first, *_NONE, *_NONE],
        ]

    def import_row(self, module: str, target: float | None) -> list[str]:
        """A plugin's import."""
        seconds = statistics.median(self._of("import", module))
        return [f"`import {module}`", f"{seconds * 1000:.1f} ms", *_within(seconds, target, 1000, " ms")]

    def _of(self, what: str, contender: str) -> list[float]:
        """By round."""
        mine = (reading for reading in self._readings if (reading.what, reading.contender) == (what, contender))
        return [self._seconds(reading.span) for reading in sorted(mine, key=lambda reading: reading.round)]

    def _row(self, what: str) -> list[str]:
        without, by_hand, ours = (self._of(what, name) for name in (WITHOUT, BY_HAND, SYNAP_MOCK))
        times = [mine / other for mine, other in zip(ours, by_hand, strict=True)]
        return [
            what,
            *_cells(without, by_hand, ours),
            *_beyond(ours, without, BEYOND_TARGETS.get(what)),
            spread(times),
            *_within(statistics.median(times), TIMES_TARGETS.get(what), 1, ""),
        ]


def _cells(*contenders: Sequence[float]) -> list[str]:
    return [_milliseconds(seconds) for seconds in contenders]


def _beyond(ours: Sequence[float], without: Sequence[float], target: float | None) -> tuple[str, ...]:
    if not without:
        return _NONE
    more = [(mine - other) * 1000 for mine, other in zip(ours, without, strict=True)]
    return (spread(more), *_within(statistics.median(more) / 1000, target, 1000, " ms"))


def _milliseconds(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.2f}" if seconds else ""


def _within(value: float, target: float | None, scale: float, unit: str) -> tuple[str, str]:
    return under(value, target, "" if target is None else f"under {target * scale:g}{unit}")
