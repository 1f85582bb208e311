"""Run ``synap-mock serve`` as its own process."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "synap_mock", "serve", *arguments]


def environment(**variables: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("SYNAP_MOCK_")}
    return {**own, **{f"SYNAP_MOCK_{name}": value for name, value in variables.items()}}


@contextmanager
def running(*arguments: str, **variables: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server, and its first line."""
    process = subprocess.Popen(
        command("--port", "0", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**variables),
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline()
    finally:
        process.kill()
        process.communicate()


def failed(*arguments: str, **variables: str) -> str:
    """What a server says that can't start; its status is 2."""
    done = subprocess.run(
        command(*arguments), capture_output=True, text=True, check=False, timeout=20, env=environment(**variables)
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return done.stderr
