"""A server to attack: a process, its memory, and a second process that asks for /health all the time."""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psutil
from hostile.line import Answered, Line
from hostile.request import KEY, get, request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HEALTH_P99: Final = 0.05
"""Seconds: the most that the slowest hundredth of calls of /health may take during an attack, given a CPU."""
_COMMAND: Final = (sys.executable, "-m", "synap_mock", "serve", "--port", "0", "--api-key", KEY, "--log-format", "json")
_HOLD: Final = 3
_PROBE: Final = Path(__file__).with_name("probe.py")


@dataclass(frozen=True)
class Victim:
    """The server.

    Attributes:
        port: where it listens.
        process: of it.
        before: MiB of memory before the attack.
    """

    port: int
    process: psutil.Process
    before: float

    @property
    def grown(self) -> float:
        """MiB of memory that it has more than before."""
        return _mib(self.process) - self.before

    def send(self, *parts: bytes) -> Answered:
        """Send a request on a connection of its own."""
        with Line(self.port) as line:
            line.send(*parts)
            return line.answer()

    def hold(self) -> None:
        """Let time pass in which the connections of an attack stay open, and /health is asked for."""
        time.sleep(_HOLD)

    def control(self, method: str, path: str, **fields: Any) -> Answered:
        """Call the control API."""
        body = json.dumps(fields).encode()
        target = f"/_mock/{path}".encode()
        return self.send(get(target) if method == "GET" else request(method=method.encode(), target=target, body=body))

    def is_as_ever(self) -> None:
        """Assert that it serves a batch and its memory can be read."""
        assert self.send(request()).status == 200
        assert self.process.is_running()


def _mib(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 2**20


@contextlib.contextmanager
def attacked(*options: str, latency: float = HEALTH_P99) -> Iterator[Victim]:
    """A fresh server, whose /health is asked for while the context lasts; it must serve as ever afterwards.

    Args:
        options: of `synap-mock serve`.
        latency: seconds that the slowest hundredth of calls of /health may take.
    """
    with subprocess.Popen([*_COMMAND, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        try:
            assert server.stdout
            port = int(json.loads(server.stdout.readline())["url"].rpartition(":")[2])
            process = psutil.Process(server.pid)
            victim = Victim(port, process, 0)
            victim.is_as_ever()
            victim = Victim(port, process, _mib(process))
            with _probing(victim) as latencies:
                yield victim
            print(f"RSS {victim.before:.0f} MiB {victim.grown:+.0f}; /health {latencies}")
            victim.is_as_ever()
            assert latencies.p99 < latency, str(latencies)
        finally:
            server.kill()


@contextlib.contextmanager
def _probing(victim: Victim) -> Iterator[_Latencies]:
    latencies = _Latencies()
    command = [sys.executable, str(_PROBE), str(victim.port), str(victim.process.pid)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as probe:
        assert probe.stdout
        assert probe.stdout.readline() == "started\n"
        try:
            yield latencies
        finally:
            out, _ = probe.communicate()
        latencies.measured += json.loads(out)


class _Latencies:
    """Seconds of calls of /health: as measured, and without what was waited for a CPU."""

    def __init__(self) -> None:
        self.measured: list[tuple[float, float]] = []

    @property
    def p99(self) -> float:
        """The slowest hundredth, without waiting for a CPU."""
        return _p99([net for _, net in self.measured])

    def __str__(self) -> str:
        walls, nets = zip(*self.measured, strict=True)
        return f"{len(nets)} calls, {_described(nets)}; with waits for a CPU {_described(walls)}"


def _p99(latencies: Sequence[float]) -> float:
    return sorted(latencies)[len(latencies) * 99 // 100]


def _described(latencies: Sequence[float]) -> str:
    return (
        f"p50 {statistics.median(latencies) * 1000:.1f} ms, p99 {_p99(latencies) * 1000:.1f} ms, "
        f"slowest {max(latencies) * 1000:.1f} ms"
    )
