"""Asks for /health every 10 ms until standard input ends, each tenth time on a new connection; prints the latencies."""

from __future__ import annotations

import http.client
import json
import select
import sys
import time

_LEAST = 200
"""Calls: the slowest hundredth of fewer says nothing. The attack is held meanwhile."""


def main() -> None:
    """Run."""
    port = int(sys.argv[1])
    latencies: list[float] = []
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    print("started", flush=True)
    while not select.select([sys.stdin], [], [], 0.01)[0] or len(latencies) < _LEAST:
        began = time.perf_counter()
        if len(latencies) % 10 == 0:
            client.close()
        client.request("GET", "/health")
        response = client.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"/health was answered {response.status}")
        latencies.append(time.perf_counter() - began)
    print(json.dumps(latencies))


if __name__ == "__main__":
    main()
