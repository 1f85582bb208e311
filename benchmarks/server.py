"""The contenders, each a server process of its own, held on one CPU."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

API_KEY: Final = f"synap_{'0123456789' * 6}"

_CONTENDERS: Final = str(Path(__file__).parent / "contenders")
# uvicorn's fast parts, and nothing that costs without being asked for.
_UVICORN: Final = (
    *(sys.executable, "-m", "uvicorn", "--app-dir", _CONTENDERS, "--port", "0"),
    *("--loop", "uvloop", "--http", "httptools", "--ws", "none", "--lifespan", "off"),
    *("--no-access-log", "--no-server-header", "--no-proxy-headers"),
)
SYNAP_MOCK: Final = "synap-mock"
BY_HAND: Final = "by hand"
LIMIT: Final = "limit"
CONTENDERS: Final = {
    SYNAP_MOCK: (
        str(Path(sys.executable).with_name("synap-mock")),
        *("serve", "--port", "0", "--api-key", API_KEY),
    ),
    BY_HAND: (*_UVICORN, "by_hand:app"),
    LIMIT: (*_UVICORN, "limit:app"),
}

_READY: Final = re.compile(r"http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True, slots=True)
class Server:
    """A contender that accepts connections."""

    port: int
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """The time that it has computed so far."""
        times = self.process.cpu_times()
        return times.user + times.system

    def resident_bytes(self) -> int:
        """The memory that it holds."""
        return self.process.memory_info().rss


@contextmanager
def running(contender: str, cpus: set[int], *options: str) -> Iterator[Server]:
    """A fresh server while the context lasts; on entry it has said that it is ready.

    Args:
        contender: its name.
        cpus: where it may compute, all its threads.
        options: more of its command line.

    Raises:
        RuntimeError: it ended instead; the text is what it said.
    """
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)  # inherited by all its threads; set from outside it would hold for the first one only
    try:
        process = subprocess.Popen(  # noqa: S603 - the commands stand above
            [*CONTENDERS[contender], *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**_environment(), "API_KEY": API_KEY},
        )
    finally:
        os.sched_setaffinity(0, ours)
    with process:
        try:
            yield Server(_port(process), psutil.Process(process.pid))
        finally:
            process.terminate()


def _environment() -> dict[str, str]:
    """Ours without synap-mock's settings: it is measured as it comes."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SYNAP_MOCK_")}


def _port(process: subprocess.Popen[str]) -> int:
    said = []
    for line in process.stdout or ():
        said.append(line)
        ready = _READY.search(line)
        if ready is not None:
            return int(ready[1])
    raise RuntimeError(f"the server ended before it was ready; it said: {''.join(said)}")
