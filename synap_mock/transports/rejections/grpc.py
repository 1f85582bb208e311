"""gRPC calls on the server's port, all refused: the fake has the HTTP API only.

The official SDK opens a stream with `sdk.instance.listen()`. A client of gRPC waits until its time limit where nothing
listens; an answer of the protocol ends its call at once, with our text. What that takes of HTTP/2 (RFC 9113) and of
gRPC is a handful of frames: no header has to be decoded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT: Final = "synap-mock does not model gRPC (sdk.instance.listen): record and fetch over HTTP"
"""The message of the status; short and printable ASCII without a percent sign, so that it needs no encoding."""
_UNIMPLEMENTED: Final = b"12"
"""gRPC's status for a method that a server does not have; the SDK raises ServiceUnavailableError with the text."""

_PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_HEAD: Final = 9
_LARGEST: Final = 16_384
"""Bytes of a frame's payload that a peer may send by default (RFC 9113, 4.2)."""
_HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY, _CONTINUATION = 1, 3, 4, 6, 7, 9
_ACK, _END_STREAM, _END_HEADERS = 1, 1, 4
_NO_ERROR: Final = bytes(4)


def begins(data: bytes) -> bool:
    """Whether a connection's first bytes are those of HTTP/2: the preface, then SETTINGS."""
    kind = len(_PREFACE) + 3
    return data.startswith(_PREFACE) and data[kind : kind + 1] == bytes([_SETTINGS])


class Refusal:
    """Answers every call on one connection with UNIMPLEMENTED.

    Attributes:
        ended: whether the connection is to be closed: the client ended it, or sent what is not HTTP/2.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._began = False
        self.ended = False

    def receive(self, data: bytes) -> bytes:
        """Take what was received, and return what is sent."""
        data = self._rest + data
        sent = b""
        if not self._began:
            self._began = True
            data = data.removeprefix(_PREFACE)
            sent = _frame(_SETTINGS)
        return sent + b"".join(self._answers(data))

    def _answers(self, data: bytes) -> Iterator[bytes]:
        position = 0
        while len(data) - position >= _HEAD:
            head, begin = data[position : position + _HEAD], position + _HEAD
            size, kind, flags = int.from_bytes(head[:3]), head[3], head[4]
            if size > _LARGEST or kind == _GOAWAY:
                self.ended = True
                return
            if len(data) - begin < size:
                break
            position = begin + size
            yield _answer(kind, flags, int.from_bytes(head[5:]) & 0x7FFFFFFF, data[begin:position])
        self._rest = data[position:]


def _answer(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """What is sent after a frame; nothing after most."""
    if kind == _SETTINGS and not flags & _ACK:
        return _frame(_SETTINGS, _ACK)
    if kind == _PING and not flags & _ACK:
        return _frame(_PING, _ACK, payload=payload)
    if kind in {_HEADERS, _CONTINUATION} and flags & _END_HEADERS:
        trailers = _frame(_HEADERS, _END_STREAM | _END_HEADERS, stream, _TRAILERS)
        last = stream.to_bytes(4)
        # The client's half of the stream is still open; and it need not keep the connection.
        return trailers + _frame(_RST_STREAM, 0, stream, _NO_ERROR) + _frame(_GOAWAY, payload=last + _NO_ERROR)
    return b""


def _frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def _literal(name: bytes, value: bytes) -> bytes:
    """A header that is not indexed, with a new name (RFC 7541, 6.2.2); both shorter than 127 bytes."""
    return bytes([0, len(name)]) + name + bytes([len(value)]) + value


_STATUS_200: Final = b"\x88"
"""``:status: 200`` in HPACK's static table."""
_TRAILERS: Final = (
    _STATUS_200
    + _literal(b"content-type", b"application/grpc")
    + _literal(b"grpc-status", _UNIMPLEMENTED)
    + _literal(b"grpc-message", TEXT.encode("ascii"))
)
