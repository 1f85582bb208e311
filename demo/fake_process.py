"""The fake as a process of its own: started, measured, stopped."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

TENANCY = "b2b"
"""So that every entry has to say whose it is: one more thing that can be wrong with one."""


@dataclass(frozen=True, slots=True)
class FakeProcess:
    """A running `synap-mock serve`."""

    url: str
    api_key: str
    process: psutil.Process

    def resident_bytes(self) -> int:
        """The memory that it holds."""
        return self.process.memory_info().rss

    def cpu_seconds(self) -> float:
        """The time that it has computed so far."""
        times = self.process.cpu_times()
        return times.user + times.system


@contextmanager
def running_fake(dialect: str) -> Iterator[FakeProcess]:
    """A fresh fake while the context lasts; on entry it accepts connections, on exit it is gone.

    Raises:
        ChildProcessError: it ended before it was ready; why stands on standard error.
    """
    options = ("--port", "0", "--tenancy", TENANCY, "--dialect", dialect, "--log-format", "json")
    with subprocess.Popen(  # noqa: S603 - this Python, and options that click has checked
        (sys.executable, "-m", "synap_mock", "serve", *options),
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,  # so that Ctrl-C comes to the demo alone, which then ends the fake in its own time
    ) as process:
        try:
            ready = process.stdout.readline() if process.stdout else ""
            if not ready:
                raise ChildProcessError("synap-mock serve ended before it was ready")
            started = json.loads(ready)
            yield FakeProcess(started["url"], started["api_key"], psutil.Process(process.pid))
        finally:
            process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
