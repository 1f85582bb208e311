"""A connection to a fake, and what comes back on it; it knows nothing of what is sent."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
from dataclasses import dataclass
from typing import Any, Final, Self

PATIENCE: Final = 20
"""Seconds after which an answer that doesn't come is a failure; none takes a tenth of it."""


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def timeless(self) -> tuple[int, str]:
        """Status and body but for the time: what has to be the same whichever door it came through."""
        return self.status, re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "now", self.body.decode())


class Line:
    """A connection that takes any bytes, and reads answers as HTTP frames them."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self._socket.sendall(part)

    def interim(self) -> int:
        """The status of an answer that has neither headers nor body."""
        return int(b"".join(self._head()).split()[1])

    def answer(self, *, bodiless: bool = False) -> Answered:
        status, *headers = self._head()
        length = next(int(header[15:]) for header in headers if header.lower().startswith(b"content-length:"))
        return Answered(int(status.split()[1]), b"" if bodiless else self._file.read(length))

    def _head(self) -> list[bytes]:
        lines = []
        while (line := self._file.readline()) != b"\r\n":
            assert line, "the server has closed the connection"
            lines.append(line)
        return lines

    def hang_up(self) -> None:
        """Close at once, without the courtesies: the server sees a reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def heard(self) -> bytes:
        """What has come, at least something; nothing where the server has closed."""
        with contextlib.suppress(ConnectionResetError):
            return self._socket.recv(64 * 1024)
        return b""

    def rest(self) -> bytes:
        """Whatever comes until the server closes, after we have said that nothing more will come from here."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            return self._file.read()
        return b""
