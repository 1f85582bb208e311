"""Measures servers that share a store: a file, workers, a Valkey server; a section of RESULTS.md.

All of them, the load and the Valkey server may use every CPU: a ratio to the server in memory is taken within a round.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from load import Load, Requests
from options import parsed, parser_of, whole
from page import write_section
from report import machine, table
from server import API_KEY, SYNAP_MOCK, running

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

HEADING: Final = "## Several workers"
SIZES: Final = (1, 100)
TARGET: Final = 0.3
"""Of the rate in memory, for a worker on Valkey at the largest size."""
_MEMORY: Final = "in memory"
_VALKEY: Final = "`--store`, 1 worker"
_CONNECTIONS: Final = 8
_WARM_UP: Final = 0.2
_SERVERS: Final = ("valkey-server", "redis-server")


def main() -> None:
    """Measure, print, write."""
    options = _options()
    rates: dict[tuple[int, str], list[float]] = {}
    for number in range(options.rounds):
        for size in SIZES:
            requests = Requests(size, API_KEY)
            for name, rate in _round(requests, options.seconds):
                rates.setdefault((size, name), []).append(rate)
                print(f"round {number + 1}, batches of {size}, {name}: {rate:,.0f} messages/s", flush=True)
    text = f"""{HEADING}

Messages a second on {machine()},
the load on the same CPUs; and the ratio to the server in memory within a round: the median, and the lowest to the
highest (`python benchmarks/workers.py --rounds {options.rounds} --seconds {options.seconds:g}`). Wanted of one worker
with `--store` at batches of {SIZES[-1]}: {TARGET}.

{table(("batch of", *(f"{size:,}" for size in SIZES)), _rows(rates))}

Each worker applies every call, so that two workers do not have twice the rate of one. The file is on the disk of the
machine, and each commit waits for it; the store has `appendonly yes` and `appendfsync everysec`.
"""
    write_section(options.output, HEADING, text)


def _round(requests: Requests, seconds: float) -> Iterator[tuple[str, float]]:
    """Each contender's name, and its messages a second."""
    with TemporaryDirectory(dir=Path(__file__).parent) as folder:
        file = f"{folder}/fake.db"
        contenders: dict[str, tuple[str, ...]] = {
            _MEMORY: (),
            "`--database`": ("--database", file),
            "`--database`, 1 worker": ("--workers", "1", "--database", f"{file}.1"),
            "`--database`, 2 workers": ("--workers", "2", "--database", f"{file}.2"),
        }
        for name, options in contenders.items():
            yield name, _rate(requests, seconds, options)
        for workers in (1, 2):
            with _store(folder) as url:
                name = f"`--store`, {workers} worker{'s' * (workers > 1)}"
                yield name, _rate(requests, seconds, ("--workers", str(workers), "--store", url))


def _rate(requests: Requests, seconds: float, options: Sequence[str]) -> float:
    with (
        running(SYNAP_MOCK, os.sched_getaffinity(0), *options) as server,
        Load(server.port, requests, _CONNECTIONS) as load,
    ):
        load.run(seconds=seconds * _WARM_UP)
        measured = load.run(seconds=seconds)
    return measured.messages / measured.seconds


@contextmanager
def _store(folder: str) -> Iterator[str]:
    """The address of a new Valkey or Redis server."""
    server = next(filter(None, map(shutil.which, _SERVERS)))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ("--port", str(port), "--dir", folder, "--save", "", "--appendonly", "yes")
    with subprocess.Popen([server, *options], stdout=subprocess.DEVNULL) as process:  # noqa: S603 - found on the PATH
        try:
            while _refuses(port):
                time.sleep(0.02)
            yield f"valkey://127.0.0.1:{port}/0"
        finally:
            process.kill()
            shutil.rmtree(f"{folder}/appendonlydir", ignore_errors=True)


def _refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return True
    return False


def _rows(rates: Mapping[tuple[int, str], Sequence[float]]) -> list[list[str]]:
    names = dict.fromkeys(name for _, name in rates)
    return [[name, *(_cell(rates[size, name], rates[size, _MEMORY], name, size) for size in SIZES)] for name in names]


def _cell(own: Sequence[float], memory: Sequence[float], name: str, size: int) -> str:
    ratios = [one / other for one, other in zip(own, memory, strict=True)]
    ratio = statistics.median(ratios)
    text = f"{statistics.median(own):,.0f}, {ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    if name == _VALKEY and size == SIZES[-1]:
        text += ", as wanted" if ratio >= TARGET else ", **not as wanted**"
    return text


def _options() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=whole, default=3, help="turns of each contender at each size")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of one measurement")
    options = parsed(parser)
    if not any(map(shutil.which, _SERVERS)):
        parser.error(f"one of {', '.join(_SERVERS)} must be on the PATH")
    return options


if __name__ == "__main__":
    main()
