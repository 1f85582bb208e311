"""Measures what the ledger costs: calls with it and without it, and its memory per entry; a section of RESULTS.md.

Everything happens in this process and is measured in CPU time. The two fakes take turns, call by call, so that whatever
else the machine does meets them alike.
"""

from __future__ import annotations

import gc
import json
import statistics
import tracemalloc
import uuid
from functools import partial
from typing import TYPE_CHECKING, Final

from in_process import BLOCK, cpu_seconds, send
from options import parsed, parser_of, whole
from page import write_section

from synap_mock import ServerError, SynapMock

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

HEADING: Final = "## The ledger"
SIZES: Final = (1, 10, 100, 1000)
TARGET: Final = 1.05
_LOST: Final = 500


class Off:
    """In place of the ledger: nothing is noted."""

    def begin(self) -> int:
        """No ticket."""
        return 0

    def count(self, *_: object) -> bool:
        """Whatever it is, it is counted."""
        return True

    def settle(self, *_: object) -> None:
        """Nothing."""

    def clear(self) -> None:
        """Nothing."""


def main() -> None:
    """Measure, print, write."""
    options = _options()
    rows = [_row(size, options.rounds, has_loss=has_loss) for has_loss in (False, True) for size in SIZES]
    lost = _bytes_per_lost_entry()
    text = f"""{HEADING}

CPU time of a call in process, with the ledger and without it, {BLOCK} calls of each in turn: the median of the ratios,
and its quartiles (`python benchmarks/ledger_cost.py --rounds {options.rounds}`). Wanted: at most {TARGET}.

| messages in a batch | every call succeeds | a turn is lost already |
| ---: | ---: | ---: |
"""
    text += "".join(f"| {size:,} | {rows[at]} | {rows[len(SIZES) + at]} |\n" for at, size in enumerate(SIZES))
    text += f"\nA recorded entry takes no memory in the ledger. A lost one takes {lost:,.0f} bytes; 10,000 are kept.\n"
    write_section(options.output, HEADING, text)


def _row(size: int, rounds: int, *, has_loss: bool) -> str:
    """The ratio of the calls' times with and without the ledger."""
    callers = [_caller(size, is_on=is_on, has_loss=has_loss) for is_on in (True, False)]
    ratios = []
    for number in range(rounds):
        order = callers if number % 2 else callers[::-1]
        seconds = {call: cpu_seconds(call) for call in order}
        if number > rounds // 10:  # warm
            ratios.append(seconds[callers[0]] / seconds[callers[1]])
    low, median, high = statistics.quantiles(ratios, n=4)
    return f"{median:.3f} ({low:.3f} to {high:.3f})"


def _caller(size: int, *, is_on: bool, has_loss: bool) -> Callable[[], None]:
    """A function that sends a batch to a fake of its own, as the server does."""
    fake = SynapMock()
    if has_loss:
        fake.fail(ServerError(500))
        send(fake, _body(1, "lost"))
    if not is_on:
        fake._state.ledger = Off()  # type: ignore[assignment] # noqa: SLF001 - users can't turn it off
    return partial(send, fake, _body(size, "What is on my calendar today? "))


def _body(size: int, text: str) -> bytes:
    conversation_id = str(uuid.uuid4())
    entries = [
        {"conversation_id": conversation_id, "role": "user", "content": f"{text}{number}"} for number in range(size)
    ]
    return json.dumps({"messages": entries}).encode()


def _bytes_per_lost_entry() -> float:
    fake = SynapMock(journal_calls=1)
    bodies = [_body(1, uuid.uuid4().hex) for _ in range(_LOST + 1)]
    fake.fail(ServerError(500), times=None)
    send(fake, bodies[0])
    gc.collect()
    tracemalloc.start()
    for body in bodies[1:]:
        send(fake, body)
    gc.collect()
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(fake.ledger.lost) == _LOST + 1  # noqa: S101 - else the figure is wrong
    return grown / _LOST


def _options() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=whole, default=100)
    return parsed(parser)


if __name__ == "__main__":
    main()
