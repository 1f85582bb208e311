"""The protocol with an adapter in a child process, by hand; and the kit with an adapter."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.clauses.clause import ClauseId
from synap_contracts.client.spec import Spec
from synap_contracts.runs.run import RunOptions, run_client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Json = Any

ROOT: Final = Path(__file__).parents[2]
NODE: Final = ("node", str(ROOT / "contracts/adapters/node/adapter.mjs"))
CURL: Final = ("bash", str(ROOT / "contracts/adapters/curl/adapter.sh"))


class Adapter:
    """A running adapter that has sent its hello."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.first = self.read()

    def read(self) -> Json:
        """Read the next line."""
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline().decode("ascii"))

    def write(self, **request: Json) -> None:
        """Send a request without waiting."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
        self.process.stdin.flush()

    def ask(self, **request: Json) -> Json:
        """Send a request, and read one line."""
        self.write(id=1, **request)
        return self.read()

    def open(self, base_url: str, api_key: str | None, client: str = "a") -> Json:
        """Open a client."""
        return self.ask(do="open", client=client, base_url=base_url, api_key=api_key, timeout_s=20, retry="fast")


@contextmanager
def start_adapter(command: Sequence[str], environment: dict[str, str] | None = None) -> Iterator[Adapter]:
    """Run an adapter until the block ends."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=os.environ | (environment or {}), start_new_session=True
    ) as process:
        try:
            yield Adapter(process)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # including the processes that it started


def verify(spec: str, folder: Path, *options: str) -> dict[str, str]:
    """Run the kit with the quick profile, and return the outcome of each clause."""
    settings = ("--profile", "quick", "--seed", "5", "--jobs", "1", "--folder", str(folder), "--json", "-")
    command = (sys.executable, "-P", "-m", "synap_mock", "verify", spec, *settings, *options)
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.stdout, done.stderr
    clauses = json.loads(done.stdout)["runs"][0]["clauses"]
    return {clause["id"]: clause["outcome"] for clause in clauses}


def outcome_of(spec: str, clause: str) -> str:
    """Run the kit for one clause in this process, and return its outcome."""
    options = RunOptions(Spec(spec), profile="quick", seed=5, clauses=frozenset({ClauseId(clause)}))
    (result,) = run_client(options).clauses
    return result.outcome
