"""One connection to a server that stays open: the control face is asked several times for each example."""

from __future__ import annotations

import http.client
import json
from typing import Any, Final
from urllib.parse import urlsplit

Json = Any

_TIMEOUT_S: Final = 60.0


class NoAnswer(Exception):  # noqa: N818 - it is told as it stands
    """The server can't be reached, or answered with something that is no HTTP."""


class Answer:
    """An answer of the server.

    Args:
        status: Its status.
        body: Its body.
    """

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = body

    @property
    def ok(self) -> bool:
        """Whether it is a success."""
        return self.status // 100 == 2  # noqa: PLR2004 - 2xx

    def json(self) -> Json:
        """The body.

        Raises:
            ValueError: It is no JSON.
        """
        return json.loads(self.body)


class Wire:
    """A connection to a server, made anew when it was lost.

    Args:
        url: The server's.
        headers: What every request has.
    """

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._prefix = parts.path.rstrip("/")
        self._headers = headers
        self._connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)

    def ask(self, method: str, path: str, body: Json = None, headers: dict[str, str] | None = None) -> Answer:
        """Ask, once more where a connection that had been idle turns out to be closed.

        Raises:
            NoAnswer: Twice without an answer.
        """
        sent = None if body is None else json.dumps(body).encode()
        named = {**self._headers, **(headers or {}), **({} if sent is None else {"Content-Type": "application/json"})}
        for last in (False, True):
            try:
                self._connection.request(method, self._prefix + path, sent, named)
                response = self._connection.getresponse()
                return Answer(response.status, response.read())
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                if last:
                    raise NoAnswer(str(error) or type(error).__name__) from error
        raise AssertionError  # the loop returns or raises

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
