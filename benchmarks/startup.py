"""How long it takes to begin: the import, and the server until it accepts connections."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Final

from server import SYNAP_MOCK, running

_IMPORT: Final = "import time; began = time.perf_counter(); import synap_mock; print(time.perf_counter() - began)"


def import_seconds() -> float:
    """What ``import synap_mock`` takes in a fresh process, the interpreter's own start not counted."""
    command = [sys.executable, "-I", "-c", _IMPORT]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)  # noqa: S603 - as above


def ready_seconds(cpus: set[int]) -> float:
    """What passes between the start of ``synap-mock serve`` and its ready line."""
    began = time.perf_counter()
    with running(SYNAP_MOCK, cpus):
        return time.perf_counter() - began
