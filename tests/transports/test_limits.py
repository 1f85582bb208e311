"""The limits of a server: how much its clients may send, and how long it waits for them."""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import select
import socket
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from hostile.bodies import VALID
from hostile.line import Line
from hostile.request import CHUNKS, CONTROL_READ, HEALTH, KEY, LENGTH, get, request
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from synap_mock import Latency, SynapMock
from synap_mock.settings import MIB
from synap_mock.transports.limits import Limits
from synap_mock.transports.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

SOON: Final = 0.2
HALF: Final = b"POST /v1/conv"


@contextlib.contextmanager
def serving(**limits: Any) -> Iterator[tuple[SynapMock, Server]]:
    fake = SynapMock(api_key=KEY)
    with Server(fake._app, "127.0.0.1", 0, None, limits=replace(Limits(), **limits)) as server:  # noqa: SLF001 - serve() has no limits
        yield fake, server
        with Line(server.port) as line:  # whatever came before
            line.send(request())
            assert line.answer().status == 200


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as (_, server):
        yield server.port


def closed(line: Line) -> bool:
    """Whether the server closes, without another byte."""
    return line.heard() == b""


# Heads


@pytest.mark.parametrize(
    "head",
    [
        request(*[b"A: b"] * 300),
        request(b"A: " + b"b" * 70_000),
        request(target=b"/v1/" + b"a" * 70_000),
        get(b"/health?" + b"a" * 70_000, authorization=()),
        request(framing=CHUNKS, body=b"1\r\n{\r\n0\r\n" + b"A: b\r\n" * 300 + b"\r\n"),
    ],
    ids=["300 headers", "70 kB in one", "a long path", "a long query", "300 trailers"],
)
def test_a_head_over_the_limits_gets_431(port: int, head: bytes) -> None:
    with Line(port) as line:
        line.send(head)
        answer = line.answer()
        assert answer.status == 431
        assert b"65536 bytes and 256 headers" in answer.body
        assert closed(line)


@pytest.mark.parametrize(
    "endless",
    [
        b"GET /",
        b"GET / HTTP/1.1\r\nA: ",
        b"GET / HTTP/1.1\r\n",
        request(framing=CHUNKS, body=b"1;a="),
        request(framing=CHUNKS, body=b"1\r\n{\r\n0\r\nA: "),
    ],
    ids=["target", "value", "name", "chunk extension", "trailer"],
)
def test_what_never_ends_gets_431(port: int, endless: bytes) -> None:
    with Line(port) as line:
        with contextlib.suppress(ConnectionError):
            line.send(endless, *[b"a" * MIB] * 8)
        assert line.heard()[:13] in {b"", b"HTTP/1.1 431 "}


def test_a_head_within_the_limits_is_served(port: int) -> None:
    with Line(port) as line:
        line.send(request(*[b"A%d: b" % number for number in range(240)], b"Long: " + b"b" * 60_000))
        assert line.answer().status == 200


# Time


@pytest.mark.parametrize(
    ("sent", "limit"),
    [
        (HALF, "head_seconds"),
        (request()[:80], "head_seconds"),
        (request(framing=(LENGTH,), body=b""), "body_seconds"),
        (request()[:-10], "body_seconds"),
        (request(framing=CHUNKS, body=b"ff\r\n{"), "body_seconds"),
    ],
    ids=["half a line", "half the headers", "no body", "half a body", "half a chunk"],
)
def test_half_a_request_gets_408(sent: bytes, limit: str) -> None:
    with serving(**{limit: SOON}) as (fake, server), Line(server.port) as line:
        line.send(sent)
        assert line.answer().status == 408
        assert closed(line)
        assert fake.requests == []


def test_an_unread_response_is_cut_off() -> None:
    with serving(unread_seconds=SOON) as (_, server), Line(server.port) as line:
        line.send(request(body=VALID.replace(b'"content":"', b'"content":"' + b"x" * (16 * MIB))))
        assert line.answer().status == 200
        line.send(get(CONTROL_READ.encode()))
        gone = select.poll()
        gone.register(line._socket, select.POLLHUP | select.POLLERR)  # noqa: SLF001 - reading would be what it must not do
        assert gone.poll(20_000)


def test_an_idle_connection_is_kept_longer_than_clients_do() -> None:
    assert Limits().keep_alive >= 20 * 60  # Java's HttpClient: 1,200 s


def test_an_idle_connection_outlasts_the_other_timeouts() -> None:
    limits = dict.fromkeys(("head_seconds", "body_seconds", "unread_seconds"), SOON)
    with serving(**limits) as (_, server), Line(server.port) as idle, Line(server.port) as half:
        idle.send(HEALTH)
        assert idle.answer().status == 200
        idle.send(b"\r\n")  # old clients send it after a body
        half.send(HALF)
        assert half.answer().status == 408  # by now the idle one's time would have passed, too
        idle.send(HEALTH)
        assert idle.answer().status == 200


# Number


def test_half_heads_make_room_for_connections() -> None:
    with serving(connections=10) as (_, server), contextlib.ExitStack() as stack:
        good = stack.enter_context(Line(server.port))
        good.send(HEALTH)
        assert good.answer().status == 200
        halves = [stack.enter_context(Line(server.port)) for _ in range(40)]
        for half in halves:
            with contextlib.suppress(ConnectionError):
                half.send(HALF)
        good.send(HEALTH)
        assert good.answer().status == 200
        assert closed(halves[0])


def test_any_number_of_pipelined_requests_is_answered(port: int) -> None:
    count = 5000
    with Line(port) as line:
        sending = threading.Thread(target=line.send, args=(HEALTH * count + request(),))
        sending.start()
        assert {line.answer().status for _ in range(count)} == {200}
        assert line.answer().json["succeeded"] == 1
        sending.join()


def test_a_head_may_wait_behind_pipelined_requests() -> None:
    """Its client is not late: the server has not parsed it yet."""
    with serving(head_seconds=SOON, body_seconds=SOON) as (fake, server), Line(server.port) as line:
        fake.fail(Latency(1.0), route="/health")
        line.send(HEALTH * 2000 + request()[:-5])
        assert {line.answer().status for _ in range(2000)} == {200}
        line.send(request()[-5:])
        assert line.answer().status == 200


def test_pipelined_requests_wait_as_bytes() -> None:
    """Parsed ones took 20 times as much memory, and seconds in which no other client was served."""
    with serving() as (fake, server), Line(server.port) as line:
        fake.fail(Latency(1.0), route="/health")
        before = waiting_requests()
        line.send(HEALTH * 2000)
        time.sleep(SOON)
        assert 0 < waiting_requests() - before < 200
        assert {line.answer().status for _ in range(2000)} == {200}


def waiting_requests() -> int:
    return sum(isinstance(each, RequestResponseCycle) for each in gc.get_objects())


def test_pipelined_reads_are_handled_as_they_are_read() -> None:
    """The second response is not even made before the first one has been read."""
    with serving() as (fake, server), Line(server.port) as line:
        line.send(request(body=VALID.replace(b'"content":"', b'"content":"' + b"x" * (16 * MIB))))
        assert line.answer().status == 200
        read = get(CONTROL_READ.replace("/_mock", "/v1").encode() + b"/messages")
        line.send(read * 5)
        with Line(server.port) as other:
            for _ in range(50):  # each lets the event loop go round
                other.send(HEALTH)
                assert other.answer().status == 200
        assert reads(fake) == 1
        assert [len(line.answer().body) > 16 * MIB for _ in range(5)] == [True] * 5
        assert reads(fake) == 5


def reads(fake: SynapMock) -> int:
    return sum(call.method == "GET" and call.path != "/health" for call in fake.requests)


# Memory


def test_stalled_bodies_make_room_for_others() -> None:
    with serving(in_flight=5 * MIB) as (_, server), contextlib.ExitStack() as stack:
        half = request(framing=(b"Content-Length: %d" % (3 * MIB),), body=b"{" * (2 * MIB))
        stalled = [stack.enter_context(Line(server.port)) for _ in range(6)]
        for line in stalled:
            with contextlib.suppress(ConnectionError):
                line.send(half)
        waiting = {line._socket for line in stalled}  # noqa: SLF001 - reading would wait
        while len(waiting) > 2:
            dropped, _, _ = select.select(waiting, [], [], 20)
            assert dropped
            waiting -= set(dropped)
        assert waiting


def test_answered_pipelined_requests_hold_no_memory() -> None:
    """Also of a connection that always has another one waiting."""
    with serving(in_flight=MIB) as (_, server), Line(server.port) as half, Line(server.port) as busy:
        half.send(request()[:-5])
        sending = threading.Thread(target=busy.send, args=(HEALTH * 5000,))
        sending.start()
        assert {busy.answer().status for _ in range(5000)} == {200}
        sending.join()
        half.send(request()[-5:])
        assert half.answer().status == 200


def test_one_body_alone_may_exceed_the_memory_of_all() -> None:
    with serving(in_flight=MIB) as (_, server), Line(server.port) as line:
        line.send(request(body=VALID.replace(b'"content":"', b'"content":"' + b"x" * (4 * MIB))))
        assert line.answer().status == 200


def test_answered_requests_hold_no_memory() -> None:
    whole = request(body=VALID.replace(b'"content":"', b'"content":"' + b"x" * 200_000))
    with serving(in_flight=MIB) as (_, server), Line(server.port) as half, Line(server.port) as busy:
        half.send(whole[:-100_000])
        for _ in range(20):
            busy.send(whole)
            assert busy.answer().status == 200
        half.send(whole[-100_000:])
        assert half.answer().status == 200


# The log


def test_invalid_requests_are_logged_at_a_limited_rate(port: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(50):
            with Line(port) as line:
                line.send(b"noise\r\n\r\n")
                assert line.answer().status == 400
    assert len(caplog.messages) <= 2
    assert "pip install" not in caplog.text


# Sockets


def test_a_server_serves_on_a_socket_that_listens_already() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    fake = SynapMock(api_key=KEY)
    with Line(port) as early:  # connected before anything serves
        early.send(HEALTH)
        with Server(fake._app, "127.0.0.1", port, None, bound=[listening]) as server:  # noqa: SLF001 - as above
            assert server.port == port
            assert early.answer().status == 200
            with server.down(), pytest.raises(ConnectionRefusedError):
                Line(port)
            with Line(port) as line:
                line.send(HEALTH)
                assert json.loads(line.answer().body)
    assert listening.fileno() == -1  # the server has closed it
