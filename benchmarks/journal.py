"""Measures what masking keys costs where the journal is read; writes its section of RESULTS.md.

Everything happens in this process and is measured in CPU time. The cases take turns, round by round, and are compared
within a round.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx
from options import parsed, parser_of, whole
from page import write_section

from synap_mock import SynapMock
from synap_mock.transports.direct import serve

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

HEADING: Final = "## Reading the journal"
_BATCH: Final = "/v1/conversations/messages/batch"
_KEYS: Final = 2000
_TARGETS: Final = {"2,000 keys": 5.0, "2,000 keys with one beginning": 5.0}
"""Times the default key. One replacement per key and text took 1,000 times as long."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the journal holds."""

    keys: str
    body: str

    @property
    def name(self) -> str:
        """The first cells of its row."""
        return f"{self.keys} | {self.body}"


def main() -> None:
    """Measure, print, write."""
    options = _options()
    cases = [Case(keys, body) for body in _bodies() for keys in _keys()]
    fakes = {case: _filled(case, options.calls) for case in cases}
    readings: dict[Case, list[float]] = {case: [] for case in cases}
    for number in range(options.rounds):
        for case, fake in fakes.items():
            readings[case].append(_seconds(lambda fake=fake: fake._state.journal.page(options.calls)))  # type: ignore[misc] # noqa: SLF001 - one page with all calls
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
    text = _section(options.rounds, options.calls, readings)
    write_section(options.output, HEADING, text)


def _keys() -> dict[str, Callable[[], Iterator[str]]]:
    return {
        "the default key": lambda: iter(()),
        "2,000 keys": lambda: (str(uuid.uuid4()) for _ in range(_KEYS)),
        "2,000 keys with one beginning": lambda: (f"user-made-key-{number:06}" for number in range(_KEYS)),
    }


def _bodies() -> dict[str, bytes]:
    entry = {"conversation_id": str(uuid.uuid4()), "role": "user", "content": "What is on my calendar today? " * 3}
    return {
        "a batch of 10": json.dumps({"messages": [entry] * 10}).encode(),
        "60 KiB of text": json.dumps({"messages": [{**entry, "content": "ordinary text " * 4300}]}).encode(),
        "60 KiB of escapes": b"%41a" * 15_000,
    }


def _filled(case: Case, calls: int) -> SynapMock:
    fake = SynapMock()
    for key in _keys()[case.keys]():
        fake.keys.create(key)
    client = httpx.Client(
        base_url="http://localhost",
        headers={"Authorization": f"Bearer {fake.api_key}"},
        transport=httpx.MockTransport(lambda request: serve(fake.app, request)),
        trust_env=False,
    )
    for _ in range(calls):
        client.post(_BATCH, content=_bodies()[case.body])
    return fake


def _seconds(function: Callable[[], object]) -> float:
    gc.collect()
    began = time.process_time()
    function()
    return time.process_time() - began


def _section(rounds: int, calls: int, readings: dict[Case, list[float]]) -> str:
    rows = []
    for case, seconds in readings.items():
        default = readings[Case("the default key", case.body)]
        ratios = [each / one for each, one in zip(seconds, default, strict=True)]
        ratio = statistics.median(ratios)
        target = _TARGETS.get(case.keys)
        judged = f"under {target:g} | {'yes' if ratio < target else 'no'}" if target else " | "
        spread = f"**{ratio:.2f}** ({min(ratios):.2f} to {max(ratios):.2f})" if target else ""
        rows.append(f"| {case.name} | {1000 * statistics.median(seconds) / calls:.3f} | {spread} | {judged} |")
    table = "\n".join(rows)
    return f"""{HEADING}

`make bench` makes this section too. This one was made by

    python benchmarks/journal.py --rounds {rounds} --calls {calls}

Milliseconds of CPU time per call that is read, keys masked in all its texts. Medians of the rounds (lowest to highest).

| keys | body of each call | ms a call | times the default key | target | met |
| --- | --- | ---: | ---: | ---: | ---: |
{table}
"""


def _options() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=whole, default=9, help="turns of each case")
    parser.add_argument("--calls", type=whole, default=200, help="calls that the journal holds")
    return parsed(parser)


if __name__ == "__main__":
    main()
