"""Places that no request should, or can, go to: a port where nobody listens, and another origin that listens in."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def nobody() -> str:
    """The address of a port that was free a moment ago."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{found.getsockname()[1]}"


class Bystander:
    """Another origin: it keeps what it is sent, and refuses it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.heard: list[tuple[str, str, str]] = []
        """Request line, headers and body of each request."""

    def clear(self) -> None:
        """Forget."""
        self.heard.clear()


@contextmanager
def bystander() -> Iterator[Bystander]:
    """A bystander on a free port, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def _keep(self) -> None:
            body = b""
            with suppress(ValueError):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kept.heard.append((self.requestline, str(self.headers), body.decode(errors="replace")))
            answer = b'{"error": "not here", "code": "UNAUTHORIZED", "details": {}, "detail": "not here"}'
            self.send_response(401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_HEAD = _keep  # noqa: N815 - http.server's names

        def log_message(self, *_: Any) -> None:  # noqa: ANN401 - http.server's own
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept = Bystander(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.05), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
