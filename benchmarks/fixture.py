"""Measures the pytest fixture, a fixture written by hand, and none; writes its section of RESULTS.md.

Every measurement is a process of its own. The contenders take turns, round by round, and are compared within a round,
so that whatever else the machine does meets them alike.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from fixture_report import BATCH, EXAMPLE, FIRST, HEADING, PLUGIN, RESPX_PLUGIN, TEST, Reading, section
from in_pytest import UNUSED, WITHOUT, batch, empty_tests, example
from options import parsed, parser_of, whole
from server import BY_HAND, SYNAP_MOCK
from stopwatch import Span

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

_IMPORT: Final = """
import json, pytest, time
began = time.perf_counter(), time.process_time()
import {module}
print(json.dumps([time.perf_counter() - began[0], time.process_time() - began[1]]))
"""


def main() -> None:
    """Measure, print, write."""
    options = _options()
    readings = [
        reading
        for number in range(options.rounds)
        for reading in _round(number, options.tests, options.examples, options.calls)
    ]
    command = (
        f"python benchmarks/fixture.py --rounds {options.rounds} --tests {options.tests}"
        f" --examples {options.examples} --calls {options.calls}"
    )
    text = section(command, readings)
    page = options.output.read_text(encoding="utf-8") if options.output.exists() else ""
    options.output.write_text(_with(page, text), encoding="utf-8")
    print(text)


def _round(number: int, tests: int, examples: int, calls: int) -> Iterator[Reading]:
    for module in (PLUGIN, RESPX_PLUGIN):
        yield _told(Reading(number, "import", module, _import(module)))
    for contender in (WITHOUT, UNUSED, BY_HAND, SYNAP_MOCK):
        seen = empty_tests(contender, tests)
        yield _told(Reading(number, FIRST, contender, seen.first))
        yield _told(Reading(number, TEST, contender, seen.other))
    for contender in (WITHOUT, BY_HAND, SYNAP_MOCK):
        yield _told(Reading(number, EXAMPLE, contender, example(contender, examples)))
    for contender in (BY_HAND, SYNAP_MOCK):
        yield _told(Reading(number, BATCH, contender, batch(contender, calls)))


def _told(reading: Reading) -> Reading:
    took = f"{reading.span.computed * 1000:.3f} ms, by the clock {reading.span.clock * 1000:.3f} ms"
    print(f"round {reading.round + 1}, {reading.what}, {reading.contender}: {took}", flush=True)
    return reading


def _import(module: str) -> Span:
    """What the import takes in a fresh process that has imported pytest."""
    command = [sys.executable, "-I", "-c", _IMPORT.format(module=module)]
    return Span(*json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout))  # noqa: S603 - as above


def _with(page: str, text: str) -> str:
    """The page with this section as its last, an earlier one of its kind left out."""
    before, _, after = page.partition(f"{HEADING}\n")
    _, heading, others = after.partition("\n## ")
    return "\n\n".join(part.rstrip() for part in (before, f"## {others}" if heading else "", text) if part) + "\n"


def _options() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=whole, default=15, help="turns of each contender")
    parser.add_argument("--tests", type=whole, default=500, help="empty tests in one measurement")
    parser.add_argument("--examples", type=whole, default=200, help="examples of each test under @given")
    parser.add_argument("--calls", type=whole, default=500, help="batches sent in one measurement")
    return parsed(parser)


if __name__ == "__main__":
    main()
