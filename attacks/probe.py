"""Asks for /health every 10 ms until standard input ends, each tenth time on a new connection; prints the latencies.

probe.py PORT PID [KEY]     with a key, it records a message instead

What the server or this process waited for a CPU, which other processes used, is taken off each of them: so the figures
are the same on a busy machine. Only Linux reports it; elsewhere nothing is subtracted.
"""

from __future__ import annotations

import http.client
import json
import os
import select
import sys
import time
from pathlib import Path

_LEAST = 200
"""Calls: the slowest hundredth of fewer says nothing. The attack is held meanwhile."""


class CPUWaits:
    """How long the threads of a process have been ready to run, and waited for a CPU.

    Args:
        pid: of the process.
    """

    def __init__(self, pid: int) -> None:
        self._statistics = [each.open("rb", 0) for each in Path(f"/proc/{pid}/task").glob("*/schedstat")]
        self._before = self._read()

    def since_last(self) -> float:
        """Seconds since the last call, of the thread that waited the longest."""
        now = self._read()
        waits = [after - before for before, after in zip(self._before, now, strict=True)]
        self._before = now
        return max(waits, default=0) / 1e9

    def _read(self) -> list[int]:
        return [int(os.pread(each.fileno(), 100, 0).split()[1]) for each in self._statistics]


def recording(key: str) -> tuple[str, str, str | None, dict[str, str]]:
    """The arguments of a request that records a message."""
    entry = {"conversation_id": "00000000-0000-4000-8000-000000000001", "role": "user", "content": "hi"}
    headers = {"Authorization": f"Bearer {key}"}
    return "POST", "/v1/conversations/messages/batch", json.dumps({"messages": [entry]}), headers


def main() -> None:
    """Run."""
    port, server = map(int, sys.argv[1:3])
    call = recording(sys.argv[3]) if len(sys.argv) > 3 else ("GET", "/health", None, {})
    measured: list[tuple[float, float]] = []
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    waits = [CPUWaits(server), CPUWaits(os.getpid())]
    print("started", flush=True)
    while not select.select([sys.stdin], [], [], 0.01)[0] or len(measured) < _LEAST:
        for each in waits:
            each.since_last()
        began = time.perf_counter()
        if len(measured) % 10 == 0:
            client.close()
        client.request(*call)
        response = client.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"{call[1]} was answered {response.status}")
        latency = time.perf_counter() - began
        measured.append((latency, max(0, latency - sum(each.since_last() for each in waits))))
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
