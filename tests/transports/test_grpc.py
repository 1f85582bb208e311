"""gRPC on the server's port: every call is refused at once, and nothing else changes for HTTP/1."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import TYPE_CHECKING, Final

import grpc  # type: ignore[import-untyped]
import httpx
import pytest

from synap_mock.transports.rejections.grpc import TEXT, Refusal, begins

if TYPE_CHECKING:
    from synap_mock import Server

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS: Final = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
HEADERS: Final = bytes([0, 0, 1, 1, 4, 0, 0, 0, 1, 0x83])
ACK: Final = bytes([0, 0, 0, 4, 1, 0, 0, 0, 0])
GOAWAY: Final = bytes([0, 0, 8, 7, 0, 0, 0, 0, 0]) + bytes(8)


async def called(port: int, calls: int = 1) -> list[tuple[grpc.StatusCode, str | None]]:
    """The status of calls on one channel, each a stream in both directions."""
    found = []
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        for _ in range(calls):
            stream = channel.stream_stream("/synap.v1.SynapService/Listen")()
            found.append((await stream.code(), await stream.details()))
    return found


def test_a_call_is_refused_with_a_text_that_names_the_fake(server: Server) -> None:
    assert asyncio.run(called(server.port)) == [(grpc.StatusCode.UNIMPLEMENTED, TEXT)]


def test_so_is_every_call_of_a_channel(server: Server) -> None:
    assert asyncio.run(called(server.port, 3)) == [(grpc.StatusCode.UNIMPLEMENTED, TEXT)] * 3


def test_http_is_served_meanwhile(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(PREFACE + SETTINGS)
        assert line.recv(100)[:9] == SETTINGS
        assert httpx.get(f"{server.url}/health", trust_env=False).status_code == 200


def test_it_is_logged_as_a_rejected_request(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "synap_mock.server"):
        asyncio.run(called(server.port))
    assert caplog.messages == [f"rejected 1 request; latest: {TEXT}"]


def test_a_client_that_ends_the_connection_is_let_go(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(PREFACE + SETTINGS + GOAWAY)
        line.settimeout(5)
        received = b""
        while part := line.recv(100):
            received += part
    assert received == SETTINGS + ACK


@pytest.mark.parametrize("data", [PREFACE, PREFACE + HEADERS, PREFACE[:-1] + SETTINGS, b"POST / HTTP/1.1\r\n\r\n", b""])
def test_what_is_not_http2_is_left_to_the_parser(data: bytes) -> None:
    assert not begins(data)


def test_frames_may_arrive_byte_by_byte() -> None:
    whole, parts = Refusal(), Refusal()
    data = SETTINGS + HEADERS + ACK
    first = parts.receive(PREFACE)
    sent = first + b"".join(parts.receive(data[index : index + 1]) for index in range(len(data)))
    assert sent == whole.receive(PREFACE + data)
    assert TEXT.encode() in sent


def test_a_ping_is_returned() -> None:
    ping = bytes([0, 0, 8, 6, 0, 0, 0, 0, 0]) + b"12345678"
    assert Refusal().receive(PREFACE + ping) == SETTINGS + bytes([0, 0, 8, 6, 1, 0, 0, 0, 0]) + b"12345678"


def test_headers_are_answered_once_they_are_complete() -> None:
    refusal = Refusal()
    begun = bytes([0, 0, 1, 1, 0, 0, 0, 0, 1, 0x83])
    assert refusal.receive(PREFACE + begun) == SETTINGS
    assert TEXT.encode() in refusal.receive(bytes([0, 0, 0, 9, 4, 0, 0, 0, 1]))


def test_a_frame_that_is_too_large_ends_the_connection() -> None:
    refusal = Refusal()
    refusal.receive(PREFACE + bytes([0, 0x40, 1, 0, 0, 0, 0, 0, 1]))
    assert refusal.ended
