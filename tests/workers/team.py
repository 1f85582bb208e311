"""Workers of one server as processes, each reached by a connection of its own."""

from __future__ import annotations

import http.client
import json
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final

import psutil
from cli.serving import running

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY: Final = "synap_shared_key"
_ATTEMPTS: Final = 200


class Connection:
    """A connection, which one worker has accepted.

    Args:
        port: of the server.
        token: the control token; None: none.
    """

    def __init__(self, port: int, token: str | None = None) -> None:
        self._bearer = {"authorization": f"Bearer {token}"} if token else {}
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self._http.connect()
        self.local_port: int = self._http.sock.getsockname()[1]

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """The status and the JSON, or the text, of a response."""
        headers = {"content-type": "application/json"}
        headers |= self._bearer if path.startswith("/_mock") else {"authorization": f"Bearer {KEY}"}
        self._http.request(method, path, None if body is None else json.dumps(body), headers)
        response = self._http.getresponse()
        text = response.read().decode()
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, text

    def close(self) -> None:
        self._http.close()


class Team:
    """A server's workers.

    Args:
        pid: of the server.
        port: of the server.
    """

    def __init__(self, pid: int, port: int) -> None:
        self.server = psutil.Process(pid)
        self.port = port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[psutil.Process]:
        return self.server.children()

    def connect(self, token: str | None = None) -> Connection:
        return Connection(self.port, token)

    @contextmanager
    def connected_to_each(self) -> Iterator[list[Connection]]:
        """A connection to each worker."""
        found: dict[int, Connection] = {}
        with ExitStack() as stack:
            for _ in range(_ATTEMPTS):
                if len(found) == len(self.workers()):
                    break
                connection = self.connect()
                stack.callback(connection.close)
                assert connection.ask("GET", "/_mock/livez")[0] == 200  # now it is accepted
                found.setdefault(self._worker_of(connection.local_port), connection)
            assert len(found) == len(self.workers())
            yield list(found.values())

    def _worker_of(self, local_port: int) -> int:
        for worker in self.workers():
            if any(each.raddr and each.raddr.port == local_port for each in worker.net_connections()):
                return int(worker.pid)
        raise AssertionError(f"no worker has the connection from port {local_port}")


@contextmanager
def team(*arguments: str, workers: int = 2) -> Iterator[Team]:
    """A server with several workers."""
    with running("--workers", str(workers), "--api-key", KEY, *arguments) as (process, line):
        assert line, process.communicate()[1]
        yield Team(process.pid, int(line.split(",")[0].rpartition(":")[2]))


def until(happened: Any, seconds: float = 10) -> Any:
    """What a function returns, once it is true."""
    end = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found
