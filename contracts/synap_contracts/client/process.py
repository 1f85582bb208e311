"""An adapter in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from synap_contracts.client import protocol
from synap_contracts.client.driver import START_S, Driver
from synap_contracts.client.protocol import AdapterError
from synap_contracts.client.real_time import wait_for_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synap_contracts.client.protocol import Json

FOLDER_VARIABLE: Final = "SYNAP_CONTRACTS_FOLDER"
"""Names a folder of the adapter's own, which is removed when its process has ended."""
ZONE: Final = "Asia/Kathmandu"
"""The local time zone of adapters, with an unusual offset: a client that depends on it must not pass by chance."""
HELLO_HINT: Final = (
    'write {"hello": {"protocol": 1, "name": "yours"}} to standard output as the first line, and flush it'
)
_MAX_OUTPUT: Final = 1 << 20
_END_S: Final = 2.0
_LAST_OUTPUT_S: Final = 1.0


class UnusableClient(Exception):  # noqa: N818 - the text is shown to the user unchanged
    """The client cannot be started: no such module, no such command, a factory that cannot be called."""


class Process(Driver):
    """An adapter that is a command.

    Args:
        command: The command.
        environment: Variables in addition to ours. Variables that would redirect a client are removed.
        folder: The working directory.

    Raises:
        UnusableClient: The command does not exist, or it sent no hello.
        AdapterError: Its first line is not a hello.
    """

    start_s = START_S
    """The time limit for the hello, in seconds."""

    def __init__(
        self, command: Sequence[str], environment: dict[str, str] | None = None, folder: str | None = None
    ) -> None:
        super().__init__()
        self._folder = tempfile.mkdtemp(prefix="synap-contracts-")
        try:
            self.process = subprocess.Popen(  # noqa: S603 - the user's own command
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=clean_environment() | {FOLDER_VARIABLE: self._folder} | (environment or {}),
                cwd=folder,
                start_new_session=True,
            )
        except OSError as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise UnusableClient(f"cannot run {command[0]!r}: {error.strerror}") from error
        self._errors: list[bytes] = []
        self._lock = threading.Lock()
        self._first: Json = None
        self._reader = threading.Thread(target=self._read_errors, daemon=True)
        self._reader.start()
        threading.Thread(target=self._read_replies, daemon=True).start()
        try:
            self.hello = self._wait_for_hello()
        except BaseException:
            self.end()
            raise

    def _wait_for_hello(self) -> protocol.Hello:
        if not self._wait_for_first_line(self.start_s) or self._first is None:
            raise UnusableClient(self._failure or f"the adapter sent no hello within {self.start_s:g} s; {HELLO_HINT}")
        if "unusable" in self._first:
            raise UnusableClient(str(self._first["unusable"]))
        return protocol.parse_hello(self._first)

    def _wait_for_first_line(self, seconds: float) -> bool:
        """Wait for the first line or the end of the adapter, and return whether one of them came."""
        with self._changed:
            return bool(self._changed.wait_for(lambda: self._first is not None or self._failure, timeout=seconds))

    def write(self, request: Json) -> None:
        """Write one line. If the adapter no longer reads, waiting for the reply reports it."""
        assert self.process.stdin is not None  # noqa: S101 - it is a pipe
        try:
            self.process.stdin.write(protocol.encode(request))
            self.process.stdin.flush()
        except OSError:
            self._fail_ended()

    def _read_replies(self) -> None:
        assert self.process.stdout is not None  # noqa: S101 - as above
        try:
            for line in self.process.stdout:
                value = protocol.decode(line)
                if self._first is None:
                    with self._changed:
                        self._first = value
                        self._changed.notify_all()
                else:
                    self.receive(value)
        except (AdapterError, ValueError) as error:
            self.fail(str(error))
        else:
            self._fail_ended()

    def _read_errors(self) -> None:
        assert self.process.stderr is not None  # noqa: S101 - as above
        with suppress(ValueError, OSError):  # closed
            while chunk := os.read(self.process.stderr.fileno(), 1 << 16):
                with self._lock:
                    self._errors.append(chunk)
                    while sum(map(len, self._errors)) > _MAX_OUTPUT and len(self._errors) > 1:
                        del self._errors[0]

    def _fail_ended(self) -> None:
        wait_for_end(self.process, 2)
        status = self.process.poll()
        self._reader.join(timeout=_LAST_OUTPUT_S)  # the last output may still be in the pipe
        with self._lock:
            last = b"".join(self._errors)[-600:].decode(errors="replace").strip()
        end = f"ended with status {status}" if status is not None else "closed its standard output"
        self.fail(f"the adapter {end}" + (f"; its last output: {last}" if last else ""), (status, last))

    def printed(self) -> str:
        """Return what was written to standard error since the last time."""
        with self._lock:
            text = b"".join(self._errors).decode(errors="replace")
            self._errors.clear()
        return text

    def end_gently(self) -> tuple[str, ...]:
        """Close the adapter's standard input, which ends it, and wait a moment."""
        assert self.process.stdin is not None  # noqa: S101 - as above
        with suppress(OSError):
            self.process.stdin.close()
        wait_for_end(self.process, _END_S)
        self._reader.join(timeout=1)
        return self.printed_texts()

    def end(self) -> None:
        """Kill the adapter and the processes that it started."""
        with suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with suppress(OSError, ValueError):
                if pipe is not None:
                    pipe.close()


def clean_environment() -> dict[str, str]:
    """Return our environment without the variables that would direct a client to another server."""
    proxies = {"http_proxy", "https_proxy", "all_proxy"}
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SYNAP_") and name.lower() not in proxies
    } | {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost", "TZ": ZONE}
