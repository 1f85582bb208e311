"""Measures what does not grow: a call's time with what is scheduled, memory with a bound; a section of RESULTS.md.

Everything happens in this process. Times are CPU time; fakes with one and with many scheduled items take turns.
"""

from __future__ import annotations

import gc
import json
import statistics
import tracemalloc
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from in_process import BATCH, BLOCK, cpu_seconds, send
from options import parsed, parser_of, whole
from page import write_section

from synap_mock import ServerError, SynapMock

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

HEADING: Final = "## Bounds"
TARGET: Final = 1.2
FLAT_TARGET: Final = 1.1
_SHARE: Final = 10
"""The bounded fake keeps one of so many messages."""


def main() -> None:
    """Measure, print, write."""
    options = _options()
    rows = "".join(f"| {name} | {_row(*case, options.items, options.rounds)} |\n" for name, case in _cases().items())
    names = ("max_messages", "max_conversations")
    evicting = "".join(f"| `{name}` | {_evicting(name, options.rounds)} |\n" for name in names)
    sizes = "".join(f"| {name} | {size:,.0f} |\n" for name, size in _sizes(options.messages).items())
    early, late = _bounded(options.messages)
    text = f"""{HEADING}

`make bench` makes this section too. This one was made by

    python benchmarks/bounds.py --rounds {options.rounds} --items {options.items} --messages {options.messages}

CPU time of a call that applies to none of the scheduled items, with {options.items:,} of them by the time with one,
{BLOCK} calls of each in turn: the median of the ratios, and its quartiles. Wanted: at most {TARGET}.

| scheduled | times one |
| --- | ---: |
{rows}
CPU time of a batch of 10 that evicts as many messages, by the time without a bound. No target: the bounds
are off by default.

| bound | times none |
| --- | ---: |
{evicting}
What an item takes, in bytes:

| | bytes |
| --- | ---: |
{sizes}
With `max_messages={options.messages // _SHARE}`, a fake takes **{late / early:.3f}** times the memory
after {options.messages:,} messages that it takes after {2 * options.messages // _SHARE:,}. Wanted: at most
{FLAT_TARGET}.
"""
    write_section(options.output, HEADING, text)


def _cases() -> dict[str, tuple[Callable[[SynapMock, int], None], str]]:
    """Name to what schedules an item of a number, and the path that is called."""
    return {
        "faults of other routes": (lambda fake, n: fake.fail(ServerError(), route=f"/v1/route/{n}"), BATCH),
        "faults of this route, of other users": (
            lambda fake, n: fake.fail(ServerError(), route=BATCH, where={"user_id": f"u{n}"}),
            BATCH,
        ),
        "rejections of other users": (lambda fake, n: fake.reject({"user_id": f"u{n}"}), BATCH),
        "canned responses of other routes": (lambda fake, n: fake.answer("POST", f"/v1/{n}/{{x}}"), "/v1/not/modelled"),
        "canned responses of this route, of other users": (
            lambda fake, n: fake.answer("POST", "/v1/not/modelled", json={}, where={"user_id": f"u{n}"}),
            "/v1/not/modelled",
        ),
    }


def _row(schedule: Callable[[SynapMock, int], None], path: str, items: int, rounds: int) -> str:
    """The ratio of the calls' times with many items and with one."""
    fakes = []
    for count in (items, 1):
        fake = SynapMock(max_scheduled=items)
        for number in range(count):
            schedule(fake, number)
        fakes.append(fake)
    ratios = []
    for number in range(rounds):
        order = fakes if number % 2 else fakes[::-1]
        seconds = {fake: cpu_seconds(partial(send, fake, _body(number, 1), path)) for fake in order}
        if number > rounds // 10:  # warm
            ratios.append(seconds[fakes[0]] / seconds[fakes[1]])
    low, median, high = statistics.quantiles(ratios, n=4)
    return f"**{median:.2f}** ({low:.2f} to {high:.2f})"


def _evicting(bound: str, rounds: int) -> str:
    """The ratio of the times of batches with a bound that is reached, and without one."""
    terms: dict[str, Any] = {bound: BLOCK}
    fakes = [SynapMock(journal_calls=1, **terms), SynapMock(journal_calls=1)]
    ratios = []
    for number in range(rounds):
        bodies = [_body(BLOCK * number + n, 10) for n in range(BLOCK)]
        order = fakes if number % 2 else fakes[::-1]
        seconds = {fake: cpu_seconds(partial(_send_next, fake, iter(bodies))) for fake in order}
        if number > rounds // 10:  # warm
            ratios.append(seconds[fakes[0]] / seconds[fakes[1]])
    low, median, high = statistics.quantiles(ratios, n=4)
    return f"**{median:.2f}** ({low:.2f} to {high:.2f})"


def _send_next(fake: SynapMock, bodies: Iterator[bytes]) -> None:
    send(fake, next(bodies))


def _sizes(messages: int) -> dict[str, float]:
    """Name to bytes of an item."""
    fake, few = SynapMock(journal_calls=1), messages // 10
    batches = [_body(number % 100, 10) for number in range(few)]
    singles = [_body(1000 + number, 1) for number in range(few)]
    return {
        "a message, in a batch of 10, of 30 characters": _grown(partial(send, fake), batches) / 10,
        "a conversation of one message": _grown(partial(send, fake), singles),
        "a key, with its instance": _grown(lambda _: fake.keys.create(), range(few)),
        "a fault of a route of its own": _grown(lambda n: fake.fail(ServerError(), route=f"/v1/{n}"), range(1000)),
    }


def _bounded(messages: int) -> tuple[float, float]:
    """The memory of a bounded fake soon after it is full, and after so many messages, ten in each conversation."""
    kept = messages // _SHARE
    fake = SynapMock(journal_calls=1, max_messages=kept)
    gc.collect()
    tracemalloc.start()
    taken = []
    for number in range(1, messages // 10 + 1):
        send(fake, _body(number, 10))
        if number in {2 * kept // 10, messages // 10}:
            gc.collect()
            taken.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert len(fake.messages) <= kept  # noqa: S101 - else the figure is wrong
    return taken[0], taken[-1]


def _grown(add: Callable[[Any], object], items: Sequence[Any]) -> float:
    """Bytes that a fake takes for each item."""
    gc.collect()
    tracemalloc.start()
    for item in items:
        add(item)
    gc.collect()
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return grown / len(items)


def _body(conversation: int, size: int) -> bytes:
    entry = {"conversation_id": str(uuid.UUID(int=conversation + 1)), "role": "user", "user_id": "someone"}
    return json.dumps(
        {"messages": [{**entry, "content": f"What is on my calendar now? {n}"} for n in range(size)]}
    ).encode()


def _options() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=whole, default=40, help="turns of each fake")
    parser.add_argument("--items", type=whole, default=10_000, help="scheduled items")
    parser.add_argument("--messages", type=whole, default=200_000, help="recorded messages")
    return parsed(parser)


if __name__ == "__main__":
    main()
