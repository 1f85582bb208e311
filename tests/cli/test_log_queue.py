"""The log of `serve`, when nothing reads standard error."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from hostile.line import Line
from hostile.request import KEY, request

from synap_mock.cli.log_queue import LogQueue

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = [sys.executable, "-m", "synap_mock", "serve", "--port", "0", "--api-key", KEY, "--log-format", "json", "-v"]


def test_serve_answers_while_nothing_reads_its_log() -> None:
    """A pipe holds 64 KiB: less than half of these lines."""
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        try:
            assert server.stdout
            port = int(json.loads(server.stdout.readline())["url"].rpartition(":")[2])
            with Line(port) as line:
                for _ in range(2000):
                    line.send(request())
                    assert line.answer().status == 200
            server.terminate()
            assert server.wait(20) == 0
        finally:
            server.kill()


def test_log_lines_that_find_the_queue_full_are_counted() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stream, os.fdopen(reading) as lines:
        handler = LogQueue(stream, logging.Formatter("%(message)s"))
        for number in range(3000):
            handler.handle(logging.LogRecord("a", logging.WARNING, "", 0, "%d " + "x" * 200, (number,), None))
        handler.handle(logging.LogRecord("a", logging.WARNING, "", 0, "dropped, too", (), None))
        found = [lines.readline() for _ in range(1000)]
        handler.close()
        assert found[0].startswith("0 x")
        assert any("log lines were dropped" in line for line in found)


def test_log_lines_are_written_before_the_process_ends(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w", encoding="utf-8") as stream:
        handler = LogQueue(stream, logging.Formatter("%(message)s"))
        for _ in range(500):
            handler.handle(logging.LogRecord("a", logging.WARNING, "", 0, "é", (), None))
        handler.close()
    assert (tmp_path / "log").read_text(encoding="utf-8") == "\\xe9\n" * 500
