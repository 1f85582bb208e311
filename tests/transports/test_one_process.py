"""A fake's app in other people's servers: one process serves it, and a second worker refuses to."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from asking import BATCH

from synap_mock.transports.one_process import OneProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.types import Message, Receive, Scope, Send

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sockets have inodes on Linux only")

APP: Final = """
import os
from starlette.applications import Starlette
from starlette.routing import Mount
from synap_mock import SynapMock

fake = SynapMock(api_key="mine")
app = fake.app
mounted = Starlette(routes=[Mount("/one", fake.app), Mount("/two", SynapMock(api_key="mine").app)])
"""
FORKED: Final = """
import os, socket, sys, uvicorn
from fakeapp import app

def serve(listener):
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])

shared = sys.argv[1] == "shared"
first = socket.create_server(("127.0.0.1", 0))
second = first if shared else socket.create_server(("127.0.0.1", 0))
child = os.fork()
if child == 0:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    serve(second)
else:
    print(first.getsockname()[1], second.getsockname()[1], child, flush=True)
    serve(first)
"""
REFUSAL: Final = re.compile(
    r"process \d+ serves this fake already, and a fake keeps its state in one process\. Start one"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fakeapp.py").write_text(APP)
    (tmp_path / "forked.py").write_text(FORKED)
    return tmp_path


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def uvicorn(folder: Path, port: int, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(folder), "--port", str(port), *arguments]
    return subprocess.Popen(command, cwd=folder, env=os.environ | variables, stderr=subprocess.PIPE, text=True)


@contextmanager
def serving(process: subprocess.Popen[str], port: int, path: str = "") -> Iterator[httpx.Client]:
    """A client of the server, once it answers."""
    headers = {"Authorization": "Bearer mine", "Connection": "close"}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}{path}", headers=headers, trust_env=False) as client:
            deadline = time.monotonic() + 30
            while not answers(client) and time.monotonic() < deadline:
                time.sleep(0.05)
            yield client
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/health").status_code > 0
    except httpx.TransportError:
        return False


def record(client: httpx.Client) -> httpx.Response:
    entry = {"conversation_id": str(uuid.uuid4()), "role": "user", "content": "hi"}
    return client.post(BATCH, json={"messages": [entry]})


@pytest.mark.parametrize(
    ("arguments", "variables"), [(["--workers", "2"], {}), ([], {"WEB_CONCURRENCY": "2"})], ids=["option", "variable"]
)
def test_uvicorn_with_two_workers_does_not_start(
    folder: Path, port: int, arguments: list[str], variables: dict[str, str]
) -> None:
    process = uvicorn(folder, port, "fakeapp:app", *arguments, **variables)
    try:
        _, logged = process.communicate(timeout=60)
    finally:
        process.terminate()
    assert REFUSAL.search(logged)
    assert "synap-mock serve" in logged
    assert "Application startup failed" in logged
    assert "Traceback" not in logged


@pytest.mark.parametrize("arguments", [[], ["--workers", "1"], ["--reload"]], ids=["plain", "one worker", "reload"])
def test_uvicorn_with_one_worker_serves(folder: Path, port: int, arguments: list[str]) -> None:
    with serving(uvicorn(folder, port, "fakeapp:app", *arguments), port) as client:
        assert [record(client).status_code for _ in range(5)] == [200] * 5


def test_a_reloaded_worker_serves(folder: Path, port: int) -> None:
    with serving(uvicorn(folder, port, "fakeapp:app", "--reload"), port) as client:
        app = folder / "fakeapp.py"
        app.write_text(APP.replace('"mine"', '"other"'))
        changed = app.stat().st_mtime
        for attempt in range(300):
            if record(client).status_code == 401:
                break
            if attempt % 30 == 29:  # the reloader notices no change from before it first looked
                changed += 1
                os.utime(app, (changed, changed))
            time.sleep(0.1)
        client.headers["Authorization"] = "Bearer other"
        assert record(client).status_code == 200


def test_two_fakes_in_one_process_serve_on_one_port(folder: Path, port: int) -> None:
    process = uvicorn(folder, port, "fakeapp:mounted")
    with serving(process, port, "/one") as client:
        assert record(client).status_code == 200
        assert client.get(f"http://127.0.0.1:{port}/two/health").status_code == 200


def forked(folder: Path, sockets: str) -> tuple[subprocess.Popen[str], list[int]]:
    command = [sys.executable, "forked.py", sockets]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ
    )
    assert process.stdout is not None
    return process, [int(each) for each in process.stdout.readline().split()]


def test_of_two_forked_workers_one_refuses(folder: Path) -> None:
    """As gunicorn's are. The other one records everything that is answered with 200."""
    process, (port, _, child) = forked(folder, "shared")
    try:
        with serving(process, port) as client:
            responses = [record(client) for _ in range(40)]
            statuses = {response.status_code for response in responses}
            deadline = time.monotonic() + 30
            while statuses != {200, 503} and time.monotonic() < deadline:
                responses.append(record(client))
                statuses.add(responses[-1].status_code)
            refused = [response.json() for response in responses if response.status_code == 503]
            assert REFUSAL.match(refused[0]["error"])
            assert {each["code"] for each in refused} == {"SECOND_WORKER"}
            while (shown := client.get("/_mock/conversations")).status_code == 503:
                pass
            assert len(shown.json()["conversations"]) == len(responses) - len(refused)
    finally:
        os.kill(child, signal.SIGKILL)


def test_two_processes_with_a_port_each_serve(folder: Path) -> None:
    """As tests in child processes do; each has both sockets open."""
    process, (first, second, child) = forked(folder, "own")
    try:
        with serving(process, first) as client:
            assert record(client).status_code == 200
            deadline = time.monotonic() + 30
            with httpx.Client(base_url=f"http://127.0.0.1:{second}", headers=client.headers, trust_env=False) as other:
                while not answers(other) and time.monotonic() < deadline:
                    time.sleep(0.05)
                assert record(other).status_code == 200
    finally:
        os.kill(child, signal.SIGKILL)


def test_one_process_may_serve_many_fakes_on_one_socket() -> None:
    """Nothing accepts the connections by which a fake asks who has claimed the socket, and their queue has an end."""
    served: list[str] = []

    async def app(scope: Scope, _: Receive, __: Send) -> None:
        served.append(scope["type"])

    async def nothing(*_: object) -> Message:
        return {}

    async def call(fakes: list[OneProcess], address: tuple[str, int]) -> None:
        for fake in fakes:
            await fake({"type": "http", "server": address}, nothing, nothing)  # type: ignore[arg-type] # it returns a message

    with socket.create_server(("127.0.0.1", 0)) as listener:
        fakes = [OneProcess(app) for _ in range(300)]
        asyncio.run(call(fakes, listener.getsockname()))
    assert served == ["http"] * 300
