"""Generated tests, run by pytest in a process of its own: what a test, an example and a call of theirs take."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from server import BY_HAND, SYNAP_MOCK
from stopwatch import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

WITHOUT: Final = "without"
UNUSED: Final = "unused"
"""synap-mock is installed, and no test asks for it."""

_TIMED_TESTS: Final = 5
"""Tests under ``@given`` that share the examples."""
# respx comes with synap-mock, and brings a plugin of its own.
_INSTALLED: Final = ("respx.plugin", "synap_mock.pytest_plugin")
_EMPTY: Final = "def test_{number}({fixture}): pass\n"
_GIVEN: Final = """
@settings(max_examples={examples}, deadline=None, database=None, derandomize=True)
@given(drawn=integers())
def test_{number}(stopwatch, {fixture}drawn):
    {around}stopwatch.examples += 1
"""
_GIVEN_HEAD: Final = "from hypothesis import given, settings\nfrom hypothesis.strategies import integers\n"
_BATCHES: Final = "from batches import send\ndef test_batches({fixture}, stopwatch): send({calls}, stopwatch)\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contender:
    """What stands between the tests and the vendor.

    Attributes:
        plugins: those of pytest that are loaded, and no other one.
        fixture: the one that a test asks for.
        head: what stands above tests whose examples are made clean by hand.
        around: what these examples stand in.
    """

    plugins: tuple[str, ...] = ()
    fixture: str = ""
    head: str = ""
    around: str = ""


_CONTENDERS: Final = {
    WITHOUT: _Contender(),
    UNUSED: _Contender(plugins=_INSTALLED),
    BY_HAND: _Contender(
        plugins=("respx.plugin", "contenders.static_route"),
        fixture="static_synap",
        head="from contenders.static_route import static_route\n",
        around="with static_route(): ",  # a function-scoped fixture would fail a health check
    ),
    SYNAP_MOCK: _Contender(plugins=_INSTALLED, fixture="synap_mock"),
}


@dataclass(frozen=True, slots=True)
class Tests:
    """What the empty tests of one process took.

    Attributes:
        first: the first one, with what is imported and begun once.
        other: each other one.
    """

    first: Span
    other: Span


def empty_tests(contender: str, tests: int) -> Tests:
    """Run so many tests that do nothing but ask for the fixture.

    Raises:
        RuntimeError: they did not pass; the text is what pytest said.
    """
    chosen = _CONTENDERS[contender]
    source = "".join(_EMPTY.format(number=number, fixture=chosen.fixture) for number in range(tests + 1))
    first, *others = _run(source, chosen.plugins).tests
    return Tests(first, _mean(others))


def example(contender: str, examples: int) -> Span:
    """What each of so many examples of a test under ``@given`` takes, its part of the test's own cost included.

    Raises:
        RuntimeError: as in `empty_tests`; or it were other than so many.
    """
    chosen = _CONTENDERS[contender]
    by_hand = bool(chosen.around)
    fixture = f"{chosen.fixture}, " if chosen.fixture and not by_hand else ""
    source = "".join(
        _GIVEN.format(number=number, examples=examples, fixture=fixture, around=chosen.around)
        for number in range(_TIMED_TESTS + 1)
    )
    readings = _run(_GIVEN_HEAD + chosen.head + source, ("hypothesispytest", *chosen.plugins))
    expected = examples * (_TIMED_TESTS + 1)
    if readings.examples != expected:
        raise RuntimeError(f"hypothesis ran {readings.examples} examples, not {expected}")
    each = _mean(readings.tests[1:])
    return Span(each.clock / examples, each.computed / examples)


def batch(contender: str, calls: int) -> Span:
    """What each of so many calls takes that send a batch through httpx, in one test.

    Raises:
        RuntimeError: as in `empty_tests`; or an answer was none.
    """
    chosen = _CONTENDERS[contender]
    return _mean(_run(_BATCHES.format(fixture=chosen.fixture, calls=calls), chosen.plugins).calls)


@dataclass(frozen=True, slots=True)
class _Readings:
    tests: Sequence[Span]
    calls: Sequence[Span]
    examples: int


def _run(source: str, plugins: Sequence[str]) -> _Readings:
    """What the stopwatch read of these tests, in a project of their own."""
    with TemporaryDirectory() as folder:
        project = Path(folder)
        (project / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")  # else one further up would hold
        (project / "test_generated.py").write_text(source, encoding="utf-8")
        loaded = (option for plugin in ("stopwatch", *plugins) for option in ("-p", plugin))
        command = (sys.executable, "-m", "pytest", "-q", "-c", "pytest.ini", "--readings=readings.json", *loaded)
        done = subprocess.run(  # noqa: S603 - the command stands above
            [*command, "-p", "no:cacheprovider", "test_generated.py"],
            cwd=project,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
        )
        if done.returncode != 0:
            raise RuntimeError(f"pytest ended with status {done.returncode}; it said: {done.stdout}")
        read = json.loads((project / "readings.json").read_text(encoding="utf-8"))
    return _Readings([Span(*span) for span in read["tests"]], [Span(*span) for span in read["calls"]], read["examples"])


def _environment() -> dict[str, str]:
    """Ours without what would steer pytest or synap-mock; no plugin is loaded that isn't named."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SYNAP_"))}
    paths = filter(None, [str(Path(__file__).parent), os.environ.get("PYTHONPATH")])
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": os.pathsep.join(paths)}


def _mean(spans: Sequence[Span]) -> Span:
    """The mean, not the median: what the collector takes now and then is part of the cost."""
    return Span(statistics.fmean(span.clock for span in spans), statistics.fmean(span.computed for span in spans))
