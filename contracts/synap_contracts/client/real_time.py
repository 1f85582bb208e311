"""Real time for the kit's waits and time limits: freezegun, in the user's tests, stops ``time.monotonic``.

The kit imports only `SynapMock` from `synap_mock` (see tests/contracts/test_layers.py), so this module repeats
synap_mock/domain/values/real_time.py.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

_POLL_S = 0.005

if sys.platform == "win32":
    _MONOTONIC = (time.monotonic,)  # freezegun replaces attributes of modules, not members of a tuple

    def monotonic() -> float:
        """Return the real time in seconds, from an arbitrary start."""
        return _MONOTONIC[0]()
else:

    def monotonic() -> float:
        """Return the real time in seconds, from an arbitrary start."""
        return time.clock_gettime(time.CLOCK_MONOTONIC)


def pause(seconds: float) -> None:
    """Block this thread for `seconds`."""
    threading.Event().wait(seconds)


def wait_for_end(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait until a process has ended, and return whether it did in time. `Popen.wait` reads the stopped clock."""
    until = monotonic() + seconds
    while process.poll() is None:
        if monotonic() > until:
            return False
        pause(_POLL_S)
    return True
