"""The command ``synap-mock ready``."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from clocks import STOPPED, bounded

from synap_mock import SynapMock
from synap_mock.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from synap_mock import Server

PROXIES = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
"""A proxy that does not exist: a health check must not ask it."""


def ready(*arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "synap_mock", "ready", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | PROXIES,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def broken() -> Iterator[str]:
    """The address of a server that answers 503."""

    class Broken(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(503)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Broken) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_server_that_accepts_is_ready(server: Server) -> None:
    assert ready("--url", server.url) == (0, f"{server.url} is ready\n", "")
    assert ready("--url", f"{server.url}/", "--wait", "10")[0] == 0


def test_a_server_whose_control_api_is_closed_is_ready() -> None:
    """Beyond loopback the control API requires a token; a health check has none."""
    with SynapMock(control_token="secret").serve() as server:
        assert ready("--url", server.url)[0] == 0


def test_a_port_that_nothing_listens_on_is_not_ready(free_port: int) -> None:
    url = f"http://127.0.0.1:{free_port}"
    for arguments in ([], ["--wait", "0.3"]):
        status, out, err = ready("--url", url, *arguments)
        assert (status, out) == (1, "")
        assert err.startswith(f"Error: {url} is not ready: ")


def test_a_server_that_fails_is_not_ready(broken: str) -> None:
    assert ready("--url", broken) == (1, "", f"Error: {broken} is not ready: GET /_mock/readyz returns 503\n")


def test_it_waits_for_a_server_that_starts_later(free_port: int) -> None:
    """The server starts once the command has failed to connect: a listener without a server has been connected to."""
    url = f"http://127.0.0.1:{free_port}"
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "synap_mock", "ready", "--url", url, "--wait", "30"], stdout=subprocess.PIPE
    )
    with socket.create_server(("127.0.0.1", free_port)) as listener:
        connection, _ = listener.accept()
        connection.close()
    with SynapMock().serve(port=free_port):
        assert process.wait(timeout=60) == 0
    process.communicate()


@pytest.mark.parametrize("url", ["", "127.0.0.1:8765", "ftp://127.0.0.1", "http://", "http://[::1", "http://x:0"])
def test_a_wrong_url_is_an_error(url: str) -> None:
    status, out, err = ready("--url", url)
    assert (status, out) == (2, "")
    assert "is not the address of a server, such as http://127.0.0.1:8765" in err


@pytest.mark.parametrize("library", list(STOPPED.values()), ids=list(STOPPED))
def test_its_wait_ends_under_a_stopped_clock(
    free_port: int, library: Callable[[], AbstractContextManager[object]]
) -> None:
    with bounded(), library():
        result = CliRunner().invoke(main, ["ready", "--url", f"http://127.0.0.1:{free_port}", "--wait", "0.2"])
    assert result.exit_code == 1
