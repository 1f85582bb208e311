"""A persistent connection to a server: each scenario sends several requests to the control API."""

from __future__ import annotations

import http.client
import json
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

Json: TypeAlias = Any

_TIMEOUT_S: Final = 60.0


class NoResponse(Exception):  # noqa: N818 - the text is shown to the user unchanged
    """The server cannot be reached, or its response is not HTTP."""


class Response:
    """A response of the server.

    Args:
        status: The status.
        body: The body.
    """

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = body

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return self.status // 100 == 2  # noqa: PLR2004 - 2xx

    def json(self) -> Json:
        """Return the parsed body.

        Raises:
            ValueError: The body is not JSON.
        """
        return json.loads(self.body)


class Connection:
    """A connection to a server, reopened after it was lost.

    Args:
        url: The URL of the server.
        headers: The headers of all requests.
    """

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._prefix = parts.path.rstrip("/")
        self._headers = headers
        self._connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)

    def request(self, method: str, path: str, body: Json = None, headers: dict[str, str] | None = None) -> Response:
        """Send a request. It is sent again if an idle connection was closed.

        Raises:
            NoResponse: Neither attempt got a response.
        """
        data = None if body is None else json.dumps(body).encode()
        all_headers = {**self._headers, **(headers or {})}
        if data is not None:
            all_headers["Content-Type"] = "application/json"
        for last in (False, True):
            try:
                self._connection.request(method, self._prefix + path, data, all_headers)
                response = self._connection.getresponse()
                return Response(response.status, response.read())
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                if last:
                    raise NoResponse(str(error) or type(error).__name__) from error
        raise AssertionError  # the loop returns or raises

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
