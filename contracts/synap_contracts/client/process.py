"""An adapter in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.client import protocol
from synap_contracts.client.driver import START_S, Driver
from synap_contracts.client.protocol import AdapterError
from synap_contracts.client.real_time import ended

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = Any

SCRATCH_VARIABLE: Final = "SYNAP_CONTRACTS_FOLDER"
"""Names a folder of the adapter's own, which is removed when its process has ended."""
_KEPT_OUTPUT: Final = 1 << 20
_FAREWELL_S: Final = 2.0
_LAST_WORDS_S: Final = 1.0


class Unusable(Exception):  # noqa: N818 - it is told to the user as it stands
    """The client can't be had at all: no such module, no such command, a factory that can't be called."""


class Process(Driver):
    """An adapter that is a command.

    Args:
        command: What to run.
        environment: What its environment has beside ours, less the variables that would lead a client elsewhere.
        folder: Where it runs.

    Raises:
        Unusable: There is no such command, or it ended before it said hello.
        AdapterError: Its first line is no hello.
    """

    def __init__(
        self, command: Sequence[str], environment: dict[str, str] | None = None, folder: str | None = None
    ) -> None:
        super().__init__()
        self._scratch = tempfile.mkdtemp(prefix="synap-contracts-")
        try:
            self.process = subprocess.Popen(  # noqa: S603 - the user's own command
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=clean_environment() | {SCRATCH_VARIABLE: self._scratch} | (environment or {}),
                cwd=folder,
                start_new_session=True,
            )
        except OSError as error:
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise Unusable(f"cannot run {command[0]!r}: {error.strerror}") from error
        self._errors: list[bytes] = []
        self._lock = threading.Lock()
        self._first: Json = None
        self._reader = threading.Thread(target=self._read_errors, daemon=True)
        self._reader.start()
        threading.Thread(target=self._read_answers, daemon=True).start()
        try:
            self.hello = self._greeted()
        except BaseException:
            self.end()
            raise

    def _greeted(self) -> protocol.Hello:
        with self._came:
            self._came.wait_for(lambda: self._first is not None or self._broken, timeout=START_S)
        if self._first is None:
            raise Unusable(self._broken or f"the adapter said no hello within {START_S:g} s")
        if "unusable" in self._first:
            raise Unusable(str(self._first["unusable"]))
        return protocol.hello(self._first)

    def write(self, request: Json) -> None:
        """Write one line; a client that reads no more is told of when its answer is waited for."""
        assert self.process.stdin is not None  # noqa: S101 - it is a pipe
        try:
            self.process.stdin.write(protocol.encode(request))
            self.process.stdin.flush()
        except OSError:
            self.breaks(self._ended())

    def _read_answers(self) -> None:
        assert self.process.stdout is not None  # noqa: S101 - as above
        try:
            for line in self.process.stdout:
                value = protocol.decode(line)
                if self._first is None:
                    with self._came:
                        self._first = value
                        self._came.notify_all()
                else:
                    self.take(value)
        except (AdapterError, ValueError) as error:
            self.breaks(str(error))
        else:
            self.breaks(self._ended())

    def _read_errors(self) -> None:
        assert self.process.stderr is not None  # noqa: S101 - as above
        with suppress(ValueError, OSError):  # closed
            while chunk := os.read(self.process.stderr.fileno(), 1 << 16):
                with self._lock:
                    self._errors.append(chunk)
                    while sum(map(len, self._errors)) > _KEPT_OUTPUT and len(self._errors) > 1:
                        del self._errors[0]

    def _ended(self) -> str:
        ended(self.process, 2)
        status = self.process.poll()
        self._reader.join(timeout=_LAST_WORDS_S)  # what it said last may still be in the pipe
        with self._lock:
            last = b"".join(self._errors)[-600:].decode(errors="replace").strip()
        how = f"ended with status {status}" if status is not None else "closed its standard output"
        return f"the adapter {how}" + (f"; its last words: {last}" if last else "")

    def printed(self) -> str:
        """What came on standard error since the last time."""
        with self._lock:
            text = b"".join(self._errors).decode(errors="replace")
            self._errors.clear()
        return text

    def farewell(self) -> tuple[str, ...]:
        """Close its standard input, at which an adapter ends, and wait for a moment."""
        assert self.process.stdin is not None  # noqa: S101 - as above
        with suppress(OSError):
            self.process.stdin.close()
        ended(self.process, _FAREWELL_S)
        self._reader.join(timeout=1)
        return self.words()

    def end(self) -> None:
        """Kill the adapter and what it started."""
        with suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with suppress(OSError, ValueError):
                if pipe is not None:
                    pipe.close()


def clean_environment() -> dict[str, str]:
    """Our environment without what would lead a client past the server under its nose."""
    lowered = {"http_proxy", "https_proxy", "all_proxy"}
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SYNAP_") and name.lower() not in lowered
    } | {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
