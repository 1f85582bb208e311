"""A request of a forked process, forwarded to the port of the process that has the fake."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException
from typing import Final

import httpx

_HOST: Final = "127.0.0.1"


def forward(request: httpx.Request, port: int) -> httpx.Response:
    """Send a request to a port of this machine, and return the response.

    Args:
        request: its body read.
        port: where to send it.

    Raises:
        httpx.ConnectError: nothing listens there.
        httpx.ReadTimeout: the response did not arrive in the client's own time.
        httpx.RemoteProtocolError: the connection broke.
    """
    timeout = request.extensions.get("timeout", {}).get("read")
    connection = HTTPConnection(_HOST, port, timeout=timeout)
    try:
        _send(connection, request)
        response = connection.getresponse()
        content = response.read()
    except TimeoutError as error:
        raise httpx.ReadTimeout(str(error), request=request) from error
    except ConnectionRefusedError as error:
        raise httpx.ConnectError(str(error), request=request) from error
    except (OSError, HTTPException) as error:
        raise httpx.RemoteProtocolError(str(error), request=request) from error
    finally:
        connection.close()
    return httpx.Response(response.status, headers=response.getheaders(), content=content, request=request)


def _send(connection: HTTPConnection, request: httpx.Request) -> None:
    target = request.url.raw_path.decode("ascii")
    connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in request.headers.raw:
        connection.putheader(name.decode("ascii"), value)
    chunked = "chunked" in request.headers.get("transfer-encoding", "")
    connection.endheaders(request.content or None, encode_chunked=chunked)
