"""Addresses that no request should reach: an unused port, and another origin that records what it receives."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def unused_address() -> str:
    """Return the address of a port that was unused a moment ago."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{found.getsockname()[1]}"


class OtherOrigin:
    """Another origin: it records each request and rejects it with 401."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.received: list[tuple[str, str, str]] = []
        """Request line, headers and body of each request."""

    def clear(self) -> None:
        """Delete the recorded requests."""
        self.received.clear()


@contextmanager
def other_origin() -> Iterator[OtherOrigin]:
    """Serve another origin on a free port until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def _record(self) -> None:
            body = b""
            with suppress(ValueError):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            origin.received.append((self.requestline, str(self.headers), body.decode(errors="replace")))
            answer = b'{"error": "not here", "code": "UNAUTHORIZED", "details": {}, "detail": "not here"}'
            self.send_response(401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_HEAD = _record  # noqa: N815 - names of http.server

        def log_message(self, *_: Any) -> None:  # noqa: ANN401 - the signature of http.server
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    origin = OtherOrigin(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.05), daemon=True)
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        server.server_close()
