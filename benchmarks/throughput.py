"""Measures synap-mock, a fake written by hand, and the limit; writes RESULTS.md.

Every measurement has a fresh server on one CPU and the load on another. The contenders take turns, round by round, and
are compared within a round, so that whatever else the machine does meets them alike.
"""

from __future__ import annotations

import os
import statistics
from typing import TYPE_CHECKING, Final

from endurance import endure
from load import Load, Requests
from options import parsed, parser_of, positive, whole
from report import Findings, Speed, markdown
from server import API_KEY, BY_HAND, CONTENDERS, SYNAP_MOCK, running
from startup import import_seconds, ready_seconds

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_CONNECTIONS: Final = 8
_WARM_UP: Final = 0.2
"""Share of a measurement's time that the server runs before it counts."""


def main() -> None:
    """Measure, print, write."""
    options = _options()
    cpus = os.sched_getaffinity(0)
    server_cpu, load_cpu = min(cpus), max(cpus)
    starts = range(2 * options.rounds + 1)
    imports = [import_seconds() for _ in starts]
    readies = [ready_seconds(cpus) for _ in starts]
    os.sched_setaffinity(0, {load_cpu})
    speeds = _rounds(options.sizes, options.rounds, options.seconds, server_cpu)
    enduring = {}
    for contender in (SYNAP_MOCK, BY_HAND):
        print(f"{contender}: {options.messages:,} messages", flush=True)
        enduring[contender] = endure(contender, options.messages, server_cpu)
    findings = Findings(
        command=f"python benchmarks/throughput.py --rounds {options.rounds} --seconds {options.seconds:g}"
        f" --sizes {','.join(map(str, options.sizes))} --messages {options.messages}",
        cpus=(server_cpu, load_cpu),
        speeds=speeds,
        enduring=enduring,
        import_seconds=statistics.median(imports),
        ready_seconds=statistics.median(readies),
    )
    text = markdown(findings)
    options.output.write_text(text, encoding="utf-8")
    print(text)


def _rounds(sizes: Sequence[int], rounds: int, seconds: float, server_cpu: int) -> list[Speed]:
    requests = {size: Requests(size, API_KEY) for size in sizes}
    speeds = []
    for number in range(rounds):
        for size in sizes:
            for contender in CONTENDERS:
                with (
                    running(contender, {server_cpu}) as server,
                    Load(server.port, requests[size], _CONNECTIONS) as load,
                ):
                    load.run(seconds=seconds * _WARM_UP)
                    computed = server.cpu_seconds()
                    measured = load.run(seconds=seconds)
                    speed = Speed(number, size, contender, measured, server.cpu_seconds() - computed)
                print(f"round {number + 1}, batches of {size}, {contender}: {speed.rate:,.0f} messages/s", flush=True)
                speeds.append(speed)
    return speeds


def _options() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=whole, default=5, help="turns of each contender at each size")
    parser.add_argument("--seconds", type=positive, default=2.0, help="length of one measurement")
    parser.add_argument("--sizes", type=_sizes, default="1,10,100,1000", help="messages in a batch")
    parser.add_argument("--messages", type=whole, default=1_000_000, help="recorded before latency and memory")
    options = parsed(parser)
    if not hasattr(os, "sched_setaffinity"):
        parser.error("server and load must be held on a CPU each, which this system can't do; Linux can")
    return options


def _sizes(text: str) -> list[int]:
    return [whole(size) for size in text.split(",")]


if __name__ == "__main__":
    main()
