"""A child that a test forks, as multiprocessing does, keeps nothing of a server open."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import http.client, os, signal, socket, sys
from synap_mock import SynapMock

fake = SynapMock()
with fake.serve() as server:
    client = http.client.HTTPConnection("127.0.0.1", server.port)
    client.request("GET", "/health")
    client.getresponse().read()
    connected = client.sock
    child = os.fork()
    if child == 0:
        signal.pause()
    try:
        connected.settimeout(20)
        with server.down():
            print("closed" if connected.recv(1) == b"" else "open")
            try:
                socket.create_connection(("127.0.0.1", server.port), timeout=5)
            except ConnectionRefusedError:
                print("refused")
        socket.create_connection(("127.0.0.1", server.port), timeout=5).close()
        print("up")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_a_forked_child_keeps_no_port_and_no_connection() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", SCRIPT],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout.split(), done.stderr) == (["closed", "refused", "up"], "")
