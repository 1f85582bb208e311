"""The port file of ``synap-mock serve``: it exists while the server accepts connections."""

from __future__ import annotations

import resource
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from cli.serving import command, environment, failed, running

if TYPE_CHECKING:
    from pathlib import Path


def test_the_port_file_has_the_port_of_a_server_that_accepts(tmp_path: Path) -> None:
    file = tmp_path / "port"
    file.write_text("1")
    with running("--port-file", str(file)):
        deadline = time.monotonic() + 60
        while (not file.exists() or file.read_text() == "1") and time.monotonic() < deadline:
            time.sleep(0.01)
        with socket.create_connection(("127.0.0.1", int(file.read_text())), timeout=60):
            pass


def test_a_stale_port_file_is_gone_before_the_server_listens(tmp_path: Path) -> None:
    file = tmp_path / "port"
    file.write_text("1")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        failed("--port-file", str(file), "--port", str(taken.getsockname()[1]))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_port_file_is_removed_at_the_end(tmp_path: Path, number: signal.Signals) -> None:
    file = tmp_path / "port"
    with running("--port-file", str(file)) as (process, _):
        assert file.exists()
        process.send_signal(number)
        assert process.wait(timeout=60) == 0
    assert list(tmp_path.iterdir()) == []


def test_the_port_file_of_a_later_server_is_left(tmp_path: Path) -> None:
    file = tmp_path / "port"
    with running("--port-file", str(file)) as (process, _):
        file.write_text("4711\n")
        process.terminate()
        assert process.wait(timeout=60) == 0
    assert file.read_text() == "4711\n"


def test_a_port_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """As on a full disk: no byte may be written, though files can be made. Nothing of it is left."""
    file = tmp_path / "port"

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    done = subprocess.run(
        command("--port", "0", "--port-file", str(file)),
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
        env=environment(),
        preexec_fn=limit,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"Error: cannot write {file}: File too large\n"
    assert list(tmp_path.iterdir()) == []
