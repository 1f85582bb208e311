"""A client that keeps one connection, and lets one call at a time use it."""

from __future__ import annotations

import http.client
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from errors import NetworkError
from labels import right
from steps import PATH, Answer, Steps, tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

IDLE_S = 2.0


@right("sync, http.client: keeps one connection, calls wait for each other, connects again when it was idle")
class Connection(Steps):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0) -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s)
        self._address = urlsplit(self.base_url)
        self._connection: http.client.HTTPConnection | None = None
        self._used = 0.0
        self._turn = threading.Lock()

    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer:
        """Record `messages`; the page's summary of what became of them."""
        entries = self.taken(messages)
        body = self.encode(entries)
        with self._turn:
            return self.read(self._exchanged(body), len(entries))

    def _exchanged(self, body: bytes) -> httpx.Response:
        try:
            connection = self._connected()
            connection.request("POST", self._address.path + PATH, body, self.headers())
            with connection.getresponse() as response:
                answer = httpx.Response(response.status, content=response.read(), headers=dict(response.headers))
        except (OSError, http.client.HTTPException) as error:
            self._hang_up()
            raise NetworkError(f"no answer from Synap: {type(error).__name__}") from None
        self._used = time.monotonic()
        return answer

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None or time.monotonic() - self._used > IDLE_S:
            self._hang_up()
            host, port = self._address.hostname or "localhost", self._address.port
            if self._address.scheme == "https":
                self._connection = http.client.HTTPSConnection(host, port, timeout=self.timeout_s, context=tls())
            else:
                self._connection = http.client.HTTPConnection(host, port, timeout=self.timeout_s)
        return self._connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        """Close the connection."""
        with self._turn:
            self._hang_up()
