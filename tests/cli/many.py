"""Run many commands in one process, since a process of its own takes each of them a quarter of a second.

As a script: it reads a list of :class:`Command` as JSON, and writes a list of :class:`Done`. Each command has its own
arguments, variables and standard streams. What belongs to a process, such as signals, needs one: see ``serving.py``.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Command:
    """A command: its arguments, its variables in addition to those of the process, and its streams."""

    arguments: Sequence[str]
    variables: dict[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"
    output: str | None = "kept"
    """Standard output: kept, None for a closed one, or a file."""


@dataclass(frozen=True)
class Done:
    """The exit status, and what was written, decoded."""

    status: int
    output: str
    errors: str


def run_many(commands: Iterable[Command], environment: dict[str, str]) -> list[Done]:
    """Run these commands one after the other, in one process with this environment."""
    given = json.dumps([asdict(command) for command in commands])
    done = subprocess.run(
        [sys.executable, "-P", __file__],
        input=given.encode(),
        capture_output=True,
        check=False,
        timeout=120,
        env=environment,
    )
    assert done.returncode == 0, done.stderr.decode()
    return [Done(**each) for each in json.loads(done.stdout)]


def _run(command: Command) -> Done:
    from synap_mock.cli.main import main  # noqa: PLC0415 - what only asks for a process needs no command

    kept, errors = (io.TextIOWrapper(io.BytesIO(), command.encoding) for _ in range(2))
    # A file stays open: what it could not take is written again when it is closed.
    output = kept if command.output == "kept" else command.output and Path(command.output).open("w")  # noqa: SIM115
    before = dict(os.environ)
    os.environ.update(command.variables)
    sys.stdout, sys.stderr = output, errors  # None is a closed one, as in Python
    try:
        main(command.arguments, prog_name="synap-mock")
        status: object = 0
    except SystemExit as end:
        status = end.code
    finally:
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        os.environ.clear()
        os.environ.update(before)
    assert isinstance(status, int), status
    return Done(status, _text(kept), _text(errors))


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


if __name__ == "__main__":
    finished = [_run(Command(**each)) for each in json.load(sys.stdin)]
    json.dump([asdict(each) for each in finished], sys.stdout)
