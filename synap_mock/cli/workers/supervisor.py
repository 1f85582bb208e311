"""Starts workers, and starts each again that ends."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from synap_mock.cli.errors import Failed
from synap_mock.cli.workers.worker import READY
from synap_mock.domain.values.real_time import monotonic

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Sequence

    from synap_mock.cli.workers.worker import Order

_SHORTEST, _LONGEST = 0.1, 5.0
"""Seconds before a worker that has ended is started again; more each time that it ends soon."""
_SOON: Final = 10.0
_GRACE: Final = 0.9
"""Seconds that workers have to end."""
_log: Final = logging.getLogger("synap_mock")


@contextmanager
def running_workers(orders: Sequence[Order], hash_seed: str) -> Iterator[list[_Worker]]:
    """Run a worker for each order while the context is active; on entry all of them accept connections.

    Args:
        orders: what each is to do.
        hash_seed: of Python's hashes.

    Raises:
        Failed: one did not start; its log has said why.
    """
    workers = [_Worker(number, order, hash_seed) for number, order in enumerate(orders, 1)]
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.settled.wait()
            if not worker.has_started:
                raise Failed(f"worker {worker.number} did not start")
        yield workers
    finally:
        for worker in workers:
            worker.end()
        until = monotonic() + _GRACE
        for worker in workers:
            worker.join(until - monotonic())


@contextmanager
def bells(count: int) -> Iterator[list[tuple[int, int]]]:
    """A pipe for each of several workers: its end to read, which waits, and its end to write, which does not."""
    with ExitStack() as stack:
        made = []
        for _ in range(count):
            read, write = os.pipe()
            stack.callback(os.close, read)
            stack.callback(os.close, write)
            os.set_blocking(write, False)
            made.append((read, write))
        yield made


def descriptors(listeners: Sequence[socket.socket]) -> list[int]:
    """The descriptors of sockets."""
    return [each.fileno() for each in listeners]


class _Worker(threading.Thread):
    """A process that is started again when it ends."""

    def __init__(self, number: int, order: Order, hash_seed: str) -> None:
        super().__init__(name=f"synap-mock worker {number}", daemon=True)
        self.number = number
        self.settled = threading.Event()
        """It accepts connections, or has ended before it did."""
        self.has_started = False
        self._order = order
        self._environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        self._ending = threading.Event()
        self._process: subprocess.Popen[str] | None = None

    def run(self) -> None:
        """Start the process again and again."""
        pause = _SHORTEST
        while not self._ending.is_set():
            began = monotonic()
            status = self._run_once()
            if not self.has_started:
                self.settled.set()
                return
            if self._ending.is_set():
                return
            pause = _SHORTEST if monotonic() - began > _SOON else min(2 * pause, _LONGEST)
            how = f"signal {-status}" if status < 0 else f"status {status}"
            _log.warning("worker %d ended with %s; it is started again", self.number, how)
            self._ending.wait(pause)

    def end(self) -> None:
        """Let the process end."""
        self._ending.set()
        if self._process is not None:
            self._process.terminate()

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end, and then kill it."""
        super().join(max(0, timeout or 0))
        if self._process is not None:
            self._process.kill()

    def _run_once(self) -> int:
        order = self._order
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "synap_mock.cli.workers.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment,
            pass_fds=[*order.listeners, order.news, *order.others],
        ) as process:
            self._process = process
            assert process.stdin is not None  # noqa: S101 - for mypy: it is a pipe
            assert process.stdout is not None  # noqa: S101 - as above
            try:
                process.stdin.write(json.dumps(order._asdict()) + "\n")
                process.stdin.flush()
            except BrokenPipeError:
                pass  # it has ended already
            if process.stdout.readline().strip() == READY:
                self.has_started = True
                self.settled.set()
            return process.wait()
