"""The demo, run as `make demo` runs it, on a slice of its data."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
PATIENCE: Final = 60


@contextmanager
def started(home: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The demo under way: in a pipe, in the C locale, in a shell that is set up for the real Synap behind a proxy."""
    environment = {
        **os.environ,
        "HOME": str(home),
        "LC_ALL": "C",
        "SYNAP_BASE_URL": "http://127.0.0.1:9",
        "SYNAP_INSTANCE_ID": "inst_0123456789abcdef",
        "SYNAP_MOCK_MAX_BATCH": "1",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }
    command = (sys.executable, "demo/record_conversations.py", *options)
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()  # after which it ends its fake


def url_of(demo: subprocess.Popen[str]) -> str:
    """Where the demo's fake listens, from one of its first lines."""
    assert demo.stdout is not None
    for line in demo.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError("the demo ended without saying where its fake is")


@dataclass(frozen=True)
class Run:
    """A demo that has ended."""

    status: int
    output: str
    home: Path


@pytest.fixture(scope="module", params=["documented", "observed"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("home")
    with started(home, "--conversations", "10", "--dialect", request.param) as demo:
        output, _ = demo.communicate(timeout=PATIENCE)
    return Run(demo.returncode, output, home)


def test_all_that_was_accepted_reads_back_as_it_was_sent(run: Run) -> None:
    assert (run.status, run.output.splitlines()[-1]) == (0, "Every message is accounted for."), run.output


def test_the_faulty_entries_alone_are_refused(run: Run) -> None:
    rows = re.findall(r"^ \d  .*", run.output, re.MULTILINE)
    assert [index for index, row in enumerate(rows) if "msg_" not in row] == [2, 4, 6], run.output


def test_the_home_folder_stays_empty(run: Run) -> None:
    assert list(run.home.iterdir()) == []


def test_a_pipe_gets_no_control_codes(run: Run) -> None:
    assert not re.search(r"[^\n -~─━╸╺]", run.output), run.output


def test_a_message_that_is_lost_gives_status_1_and_is_shown(tmp_path: Path) -> None:
    with started(tmp_path, "--conversations", "40") as demo:
        url = url_of(demo)
        deadline = time.monotonic() + PATIENCE
        while not httpx.get(f"{url}/_mock/conversations", trust_env=False).json()["conversations"]:
            assert time.monotonic() < deadline, "nothing is recorded"
            time.sleep(0.01)
        httpx.post(f"{url}/_mock/reset", trust_env=False).raise_for_status()
        output, _ = demo.communicate(timeout=PATIENCE)
    last = output.splitlines()[-1]
    assert (demo.returncode, bool(re.match(r"Different: .* sent \{.*\}, read back None$", last))) == (1, True), output


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send SIGINT")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_fake_too(number: signal.Signals, tmp_path: Path) -> None:
    with started(tmp_path, "--conversations", "10") as demo:
        port = int(url_of(demo).rpartition(":")[2])
        demo.send_signal(number)
        demo.communicate(timeout=PATIENCE)
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass
