"""Soaks a server in conversations, keys and clients that stall while one records; writes a section of RESULTS.md.

The server keeps at most a tenth of the conversations and keys that are sent. The latencies are without what the server
or the healthy client waited for a CPU that other processes used.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil
from options import parsed, parser_of, whole
from page import write_section
from server import API_KEY

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

HEADING: Final = "## A soak"
PROBE: Final = Path(__file__).parents[1] / "attacks" / "probe.py"
BATCH: Final = "/v1/conversations/messages/batch"
CONVERSATIONS: Final = 10
"""New ones in each batch."""
FULL: Final = {"conversations": 1_000_000, "keys": 100_000, "idle": 2000, "stalled": 200}
KEPT: Final = 10
"""One of so many conversations and keys is kept."""
OPENED: Final = 100
"""Connections that clients of a kind open in a second."""
_TICKS: Final = 20
"""In a second: connections are opened evenly, since 100 at once take as long as 100 calls."""
TARGET: Final = 5.0
"""The most that the healthy client's p99 may be, in p50s."""
MOST_MIB: Final = 64 + 256
"""The journal and what is in flight, by their defaults, in addition to what is recorded."""
RECORDED: Final = 700
"""Bytes that a conversation of one message takes, and about as many a key."""
_HEAD: Final = f"POST {BATCH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {API_KEY}\r\n".encode()
_UNREAD: Final = b"GET /_mock/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20
BEGINNINGS: Final = {
    "idle": b"",
    "slow heads": _HEAD,
    "slow bodies": _HEAD + b"Content-Length: 1000000\r\n\r\n",
    "unread": _UNREAD,
}
"""What each kind of client sends first. The slow ones go on with a byte a second; no kind reads."""


@dataclass
class Soak:
    """What a soak has seen.

    Attributes:
        seconds: how long it took.
        mib: the server's memory: before, in the middle and at the end.
        latencies: of the healthy client, in seconds.
        reopened: how many connections of stalled clients the server closed, by kind.
    """

    seconds: float = 0.0
    mib: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    reopened: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BEGINNINGS, 0))

    @property
    def p50(self) -> float:
        """The median latency."""
        return statistics.median(self.latencies)

    @property
    def p99(self) -> float:
        """The latency of the slowest hundredth."""
        return sorted(self.latencies)[len(self.latencies) * 99 // 100]


def main() -> None:
    """Soak, print, write."""
    options = _options()
    soak = Soak()
    bounds = {"conversations": max(1, options.conversations // KEPT), "keys": max(2, options.keys // KEPT)}
    command = [f"--max-{name}={most}" for name, most in bounds.items()]
    with _server(command) as (process, port):
        _run(soak, process, port, options)
        evicted = _evicted(port)
    most = soak.mib[0] + MOST_MIB + sum(bounds.values()) * RECORDED / 2**20
    text = _section(options, soak, evicted, most)
    write_section(options.output, HEADING, text)


def _run(soak: Soak, process: psutil.Process, port: int, options: argparse.Namespace) -> None:
    ended = threading.Event()
    kinds = {kind: options.idle if kind == "idle" else options.stalled for kind in BEGINNINGS}
    stalling = [threading.Thread(target=_stall, args=(soak, port, kind, n, ended)) for kind, n in kinds.items()]
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("GET", "/_mock/openapi.json")  # it is made on first use
    client.getresponse().read()
    soak.mib.append(process.memory_info().rss / 2**20)
    began = time.monotonic()
    with _healthy(port, process.pid, soak):
        for thread in stalling:
            thread.start()
        for half in range(2):
            times = {_conversations: options.conversations // CONVERSATIONS // 2, _key: options.keys // 2}
            filling = [threading.Thread(target=_repeat, args=(port, send, n)) for send, n in times.items()]
            for thread in filling:
                thread.start()
            for thread in filling:
                thread.join()
            soak.mib.append(process.memory_info().rss / 2**20)
            print(f"half {half + 1}: {time.monotonic() - began:.0f} s", file=sys.stderr)
        ended.set()
        for thread in stalling:
            thread.join()
    soak.seconds = time.monotonic() - began


def _repeat(port: int, send: Callable[[http.client.HTTPConnection], None], times: int) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(times):
        send(client)
    client.close()


def _conversations(client: http.client.HTTPConnection) -> None:
    entries = [{"conversation_id": str(uuid.uuid4()), "role": "user", "content": "hi"} for _ in range(CONVERSATIONS)]
    _post(client, BATCH, {"messages": entries})


def _key(client: http.client.HTTPConnection) -> None:
    _post(client, "/_mock/keys", {})


def _post(client: http.client.HTTPConnection, path: str, fields: object) -> None:
    client.request("POST", path, json.dumps(fields), {"Authorization": f"Bearer {API_KEY}"})
    response = client.getresponse()
    body = response.read()
    if response.status != 200:  # noqa: PLR2004 - OK
        raise SystemExit(f"POST {path} was answered {response.status}: {body[:200]!r}")


def _stall(soak: Soak, port: int, kind: str, count: int, ended: threading.Event) -> None:
    """Keep so many connections of a kind open: what the server closes is opened again."""
    lines: list[socket.socket] = []
    for tick in itertools.count():
        if ended.wait(1 / _TICKS):
            break
        if tick % _TICKS == 0:
            alive = [line for line in lines if _goes_on(line, kind)]
            soak.reopened[kind] += len(lines) - len(alive)
            lines = alive
        with suppress(OSError):
            for _ in range(min(OPENED // _TICKS, count - len(lines))):
                lines.append(socket.create_connection(("127.0.0.1", port), 10))
                lines[-1].setblocking(False)  # noqa: FBT003 - the library's own
                with suppress(BlockingIOError):
                    lines[-1].send(BEGINNINGS[kind])
    for line in lines:
        line.close()


def _goes_on(line: socket.socket, kind: str) -> bool:
    """Send the next byte of a slow client; whether the connection is still open."""
    try:
        if kind.startswith("slow"):
            line.send(b"x")
        if kind != "unread":
            return line.recv(1) != b""
        return line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
    except BlockingIOError:
        return True
    except OSError:
        line.close()
        return False


@contextmanager
def _server(options: list[str]) -> Iterator[tuple[psutil.Process, int]]:
    command = [sys.executable, "-m", "synap_mock", "serve", "--port", "0", "--api-key", API_KEY, "--log-format", "json"]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("SYNAP_MOCK_")}
    with subprocess.Popen(  # noqa: S603 - our own server
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=variables
    ) as server:
        try:
            assert server.stdout is not None  # noqa: S101 - for mypy
            yield psutil.Process(server.pid), int(json.loads(server.stdout.readline())["url"].rpartition(":")[2])
        finally:
            server.kill()


@contextmanager
def _healthy(port: int, pid: int, soak: Soak) -> Iterator[None]:
    """While the context lasts, a process records a message every 10 ms, each tenth time on a new connection."""
    command = [sys.executable, str(PROBE), str(port), str(pid), API_KEY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as probe:  # noqa: S603 - as above
        assert probe.stdout is not None  # noqa: S101 - for mypy
        probe.stdout.readline()
        try:
            yield
        finally:
            out, _ = probe.communicate()
        if probe.returncode:
            raise SystemExit("the healthy client failed")
        soak.latencies += [net for _, net in json.loads(out)]


def _evicted(port: int) -> dict[str, int]:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("GET", "/_mock/stats?all=1")
    found = json.loads(client.getresponse().read())["evicted"]
    return {kind: sum(found.get(kind, {}).values()) for kind in ("conversations", "keys")}


def _section(options: argparse.Namespace, soak: Soak, evicted: dict[str, int], most: float) -> str:
    ratio = soak.p99 / soak.p50
    before, middle, end = soak.mib
    closed = "; ".join(f"{kind} {soak.reopened[kind]:,}" for kind in BEGINNINGS)
    latency = f"{soak.p99 * 1000:.2f} ms, **{ratio:.1f}** p50s"
    memory = f"{before:.0f}, {middle:.0f}, {end:.0f} MiB"
    return f"""{HEADING}

{options.conversations:,} conversations, {CONVERSATIONS} in a batch, and {options.keys:,} keys, of which the server keeps one in {KEPT}.
Meanwhile {options.idle:,} connections are idle, and {options.stalled:,} each send a head or a body byte by byte, or read no response;
clients that the server closes connect again, {OPENED} of each kind in a second. A healthy client records a message every 10 ms.
On {platform.system()} with {os.cpu_count()} CPUs, CPython {platform.python_version()} (`python benchmarks/soak.py{_given(options)}`).

| | | target | met |
| --- | ---: | ---: | ---: |
| seconds | {soak.seconds:.0f} | | |
| the healthy client's p50 | {soak.p50 * 1000:.2f} ms, of {len(soak.latencies):,} calls | | |
| its p99 | {latency} | under {TARGET:g} | {_met(ratio, TARGET)} |
| memory before, after one half, at the end | {memory} | under {most:.0f} MiB | {_met(end, most)} |
| evicted | {evicted["conversations"]:,} conversations, {evicted["keys"]:,} keys | | |
| connections that the server closed | {closed} | | |

The bound of memory is what the server has at the start, the journal (64 MiB), what is in flight (256 MiB), and
{RECORDED} bytes for each conversation and key that is kept. What the server and the client waited for a CPU is taken off
the latencies.
"""  # noqa: E501 - a page's lines


def _met(value: float, most: float) -> str:
    return "yes" if value < most else "no"


def _given(options: argparse.Namespace) -> str:
    if {name: getattr(options, name) for name in FULL} == FULL:
        return " --full"
    return "".join(f" --{name} {getattr(options, name)}" for name in FULL)


def _options() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--conversations", type=whole, default=200_000, help="how many to begin")
    parser.add_argument("--keys", type=whole, default=10_000, help="how many to issue")
    parser.add_argument("--idle", type=whole, default=500, help="idle connections")
    parser.add_argument("--stalled", type=whole, default=100, help="clients of each kind that stalls")
    parser.add_argument("--full", action="store_true", help=f"the numbers of a release: {FULL}")
    options = parsed(parser)
    if options.full:
        vars(options).update(FULL)
    return options


if __name__ == "__main__":
    main()
