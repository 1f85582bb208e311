"""Requests that are odd or broken in framing, first line, target or headers, each with its answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest
from asking import BATCH, ONE
from hostile.bodies import VALID
from hostile.line import Line
from hostile.request import CHUNKS, HEALTH, KEYED, LENGTH, READ, chunks, get, request

if TYPE_CHECKING:
    from hostile.live import Live

UPGRADE: Final = (
    b"Connection: Upgrade",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: eA==",
)
REQUESTS: Final[dict[str, tuple[bytes, list[int]]]] = {
    # framing
    "chunked": (request(framing=CHUNKS, body=chunks(VALID, 20)), [200]),
    "chunked, a byte a chunk": (request(framing=CHUNKS, body=chunks(VALID, 1)), [200]),
    "chunked, with extensions and trailers": (
        request(framing=CHUNKS, body=b"%x;a=b;c\r\n%s\r\n0;d\r\nX-Trailer: 1\r\n\r\n" % (len(VALID), VALID)),
        [200],
    ),
    "a chunk size that is none": (request(framing=CHUNKS, body=b"zz\r\n" + VALID), [400]),
    "a negative chunk size": (request(framing=CHUNKS, body=b"-1\r\n" + VALID), [400]),
    "a chunk size beyond 64 bits": (request(framing=CHUNKS, body=b"f" * 17 + b"\r\n" + VALID), [400]),
    "a chunk longer than it says": (request(framing=CHUNKS, body=b"3\r\n" + VALID + b"\r\n0\r\n\r\n"), [400]),
    "a good chunk, then a bad one": (request(framing=CHUNKS, body=b"2\r\n{}\r\nzz\r\n"), [400]),
    "chunked and a length": (request(framing=(*CHUNKS, LENGTH), body=chunks(VALID, 20)), [400]),
    "chunked twice": (request(framing=CHUNKS * 2, body=chunks(VALID, 20)), [400]),
    "chunked, then gzip": (request(framing=(b"Transfer-Encoding: chunked, gzip",)), [400]),
    "an unknown transfer encoding": (request(framing=(b"Transfer-Encoding: identity",)), [400]),
    "the same length twice": (request(framing=(LENGTH, LENGTH)), [400]),
    "two lengths": (request(framing=(b"Content-Length: 3", LENGTH)), [400]),
    "a list of lengths": (request(framing=(LENGTH + b", %d" % len(VALID),)), [400]),
    "a negative length": (request(framing=(b"Content-Length: -1",)), [400]),
    "an empty length": (request(framing=(b"Content-Length: ",)), [400]),
    "a length in hex": (request(framing=(b"Content-Length: 0x10",)), [400]),
    "a length in other digits": (request(framing=(b"Content-Length: \xb2",)), [400]),
    "a length beyond 64 bits": (request(framing=(b"Content-Length: " + b"9" * 30,)), [400]),
    "no body": (request(framing=(), body=b""), [-1]),
    "a body that says it is compressed": (request(b"Content-Encoding: gzip"), [200]),
    "an expectation": (request(b"Expect: a-miracle"), [200]),
    # the first line
    "HTTP/1.0": (request(version=b"HTTP/1.0"), [200]),
    "HTTP/1.0, kept alive": (request(b"Connection: keep-alive", version=b"HTTP/1.0"), [200]),
    "HTTP/1.2": (request(version=b"HTTP/1.2"), [400]),
    "HTTP/9.9": (request(version=b"HTTP/9.9"), [400]),
    "HTTP/2's preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]),
    "no version": (b"GET /health\r\n\r\n", [200]),
    "TLS": (bytes.fromhex("16030100a5010000a10303") + bytes(154), [400]),
    "noise": (bytes(range(256)), [400]),
    "a method in small letters": (request(method=b"post"), [400]),
    "a method that is none": (request(method=b"RECORD"), [400]),
    "no method": (request(method=b""), [400]),
    **{f"{method} on a route": (request(method=method.encode()), [404]) for method in ("GET", "PUT", "TRACE", "QUERY")},
    "OPTIONS of everything": (get(b"*", method=b"OPTIONS"), [404]),
    "CONNECT": (get(b"elsewhere:443", method=b"CONNECT"), [400]),
    "CONNECT with a path": (get(b"/v1/tunnel", method=b"CONNECT"), [400]),
    "empty lines first": (b"\r\n\r\n" + HEALTH, [200]),
    "line feeds only": (HEALTH.replace(b"\r\n", b"\n"), [400]),
    "a space in the target": (get(b"/hea lth"), [400]),
    "no target": (get(b""), [400]),
    # targets
    "an absolute target": (request(target=b"http://elsewhere.example" + BATCH.encode()), [200]),
    "an absolute target with a user": (request(target=b"http://a:b@elsewhere.example" + BATCH.encode()), [200]),
    "an absolute target without a path": (get(b"http://elsewhere.example"), [400]),
    "an absolute target with a broken host": (get(b"http://[::/health"), [400]),
    "an absolute target with a port beyond ports": (get(b"http://localhost:99999/health"), [400]),
    "a target without a slash": (get(b"health"), [400]),
    "a query alone": (get(b"?a"), [400]),
    "a fragment": (get(b"/health#a"), [200]),
    "letters in percents": (request(target=b"/v1/conversations/messages/b%61tch"), [200]),
    "a slash in percents": (request(target=b"/v1/conversations/messages%2fbatch"), [200]),
    "a slash too many, first": (request(target=b"/" + BATCH.encode()), [404]),
    "a slash too many, inside": (request(target=b"/v1/conversations//messages/batch"), [404]),
    "a slash too many, last": (request(target=BATCH.encode() + b"/"), [404]),
    "a NUL in percents": (request(target=BATCH.encode() + b"%00"), [404]),
    "a space in percents": (request(target=BATCH.encode() + b"%20"), [404]),
    "percents of nothing": (get(b"/%"), [404]),
    "percents of no digits": (get(b"/%zz%"), [404]),
    "percents that are not UTF-8": (get(b"/%ff%c0%af%ed%a0%80"), [404]),
    "dots": (get(b"/v1/../health"), [404]),
    "a target beyond ASCII": (get("/é".encode()), [400]),
    "a NUL in the target": (get(b"/\0"), [400]),
    "a control character in the target": (get(b"/\x7f"), [400]),
    "a path of 60,000 characters": (get(b"/" + b"a" * 60_000), [404]),
    "a path of a million characters": (get(b"/" + b"a" * 1_000_000), [431]),
    "a query of 20,000 parameters": (get(b"/health?" + b"a&" * 20_000), [200]),
    "an id of no UTF-8": (get(b"/v1/conversations/%ff/messages"), [400]),
    "an id of 50,000 characters": (get(b"/v1/conversations/" + b"a" * 50_000 + b"/messages"), [400]),
    "a page in other digits": (get(READ.encode() + "?start=²".encode("latin-1").replace(b"\xb2", b"%c2%b2")), [400]),
    "a page of 5,000 digits": (get(READ.encode() + b"?start=" + b"9" * 5000), [400]),
    "a page of no UTF-8": (get(READ.encode() + b"?limit=%ff"), [400]),
    "the control API, in percents": (get(b"/%5fmock/settings"), [200]),
    "the control API, of a foreign host in percents": (get(b"/%5fmock/settings", host=(b"Host: a.example",)), [403]),
    "the control API after a slash too many": (get(b"//_mock/settings"), [404]),
    "the control API by dots": (get(b"/v1/../_mock/settings"), [404]),
    # headers
    "no Host": (request(host=()), [200]),
    "an empty Host": (request(host=(b"Host:",)), [200]),
    "two Hosts": (request(host=(b"Host: a", b"Host: b")), [200]),
    "no Host, at the control API": (get(b"/_mock/settings", host=()), [403]),
    "two Hosts, at the control API": (get(b"/_mock/settings", b"Host: a.example"), [403]),
    "another Host in the target, at the control API": (
        get(b"http://localhost/_mock/settings", host=(b"Host: a",)),
        [403],
    ),
    "a foreign absolute target with a local Host, at the control API": (
        get(b"http://a.example/_mock/settings"),
        [403],
    ),
    "a foreign target with a user named localhost, at the control API": (
        get(b"http://localhost@a.example/_mock/settings"),
        [403],
    ),
    "a foreign absolute target in capitals, at the control API": (get(b"HTTP://A.EXAMPLE/_mock/settings"), [403]),
    "a local absolute target, at the control API": (get(b"http://127.0.0.1:80/_mock/settings"), [200]),
    "a foreign absolute target, pipelined": (
        HEALTH + get(b"http://a.example/_mock/settings") + get(b"/_mock/settings"),
        [200, 403, 200],
    ),
    "no Authorization": (request(authorization=()), [401]),
    "an empty Authorization": (request(authorization=(b"Authorization:",)), [401]),
    "an Authorization of blanks": (request(authorization=(b"Authorization: \t ",)), [401]),
    "an Authorization without a key": (request(authorization=(b"Authorization: Bearer",)), [401]),
    "an Authorization of another kind": (request(authorization=(KEYED.replace(b"Bearer", b"Basic"),)), [401]),
    "an Authorization with a tab": (request(authorization=(KEYED.replace(b"r ", b"r\t"),)), [401]),
    "an Authorization beyond ASCII": (request(authorization=(KEYED + b"\xff\xa0",)), [401]),
    "an Authorization with blanks round the key": (
        request(authorization=(KEYED.replace(b"r ", b"r   ") + b"  ",)),
        [200],
    ),
    "two Authorizations, the good one first": (request(authorization=(KEYED, KEYED + b"x")), [200]),
    "two Authorizations, the bad one first": (request(authorization=(KEYED + b"x", KEYED)), [401]),
    "a header of a million characters": (request(b"X-A: " + b"a" * 1_000_000), [431]),
    "an Authorization of a million characters": (request(authorization=(KEYED + b"a" * 1_000_000,)), [431]),
    "5,000 headers": (request(*(b"X-%d: a" % number for number in range(5000))), [431]),
    "a header beyond ASCII": (request(b"X-A: \xe9\xff"), [200]),
    "a correlation beyond ASCII": (request(b"X-Correlation-ID: \xe9\xff"), [200]),
    "a correlation with a tab": (request(b"X-Correlation-ID: a\tb"), [200]),
    "an instance beyond ASCII": (request(b"X-Instance-ID: \xff"), [200]),
    "a header's name beyond ASCII": (request(b"X-\xe9: a"), [400]),
    "a header without a name": (request(b": a"), [400]),
    "a header without a colon": (request(b"X-A"), [400]),
    "a blank before the colon": (request(b"X-A : a"), [400]),
    "a header over two lines": (request(b"X-A: a\r\n b"), [400]),
    "a NUL in a header": (request(b"X-A: a\0b"), [400]),
    "a carriage return in a header": (request(b"X-A: a\rb"), [400]),
    # upgrades
    "a websocket": (get(BATCH.encode(), *UPGRADE), [404]),
    "a websocket at a route": (get(b"/health", *UPGRADE), [200]),
    "a websocket at the control API": (get(b"/_mock/settings", *UPGRADE), [200]),
    "a websocket at the control API, of a foreign origin": (
        get(b"/_mock/settings", *UPGRADE, b"Origin: http://a.example"),
        [403],
    ),
    # pipelines
    "three in one write": (request() + HEALTH + request(), [200, 200, 200]),
    "a hundred in one write": (HEALTH * 100, [200] * 100),
    "a refused one among others": (request(authorization=()) + request() + get(b"/no") + HEALTH, [401, 200, 404, 200]),
}


@pytest.mark.parametrize(("sent", "statuses"), REQUESTS.values(), ids=REQUESTS)
def test_a_hostile_request_gets_its_answer(served: Live, sent: bytes, statuses: list[int]) -> None:
    with Line(served.port) as line:
        line.send(sent)
        answers = [line.answer().status for _ in statuses]
    assert answers == [served.refused if status == -1 else status for status in statuses]


@pytest.mark.parametrize("target", [BATCH, "/health", "/v1/nothing", "/_mock/settings"])
def test_the_answer_to_head_has_no_body(served: Live, target: str) -> None:
    with Line(served.port) as line:
        line.send(get(target.encode(), method=b"HEAD") + HEALTH)
        line.answer(bodiless=True)
        assert line.answer().json == {"status": "ok"}


@pytest.mark.parametrize("header", [b"\xe9", b"a" * 201, b"a\tb", b""])
def test_a_correlation_id_that_can_not_be_echoed_is_replaced(served: Live, header: bytes) -> None:
    with Line(served.port) as line:
        line.send(request(b"X-Correlation-ID: " + header, b"Connection: close"))
        assert re.search(rb"\r\nx-correlation-id: mock_[0-9A-Za-z]+_[0-9a-f]+\r\n", line.rest())


@pytest.mark.parametrize("target", [BATCH, ONE, "/health"])
def test_a_line_feed_makes_another_path(served: Live, target: str) -> None:
    method = b"GET" if target == "/health" else b"POST"
    assert served.send(request(method=method, target=target.encode() + b"%0A")).status == 404


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket"])
def test_a_batch_that_asks_for_an_upgrade_is_served_without(served: Live, protocol: bytes) -> None:
    """Java's HttpClient and curl --http2 ask for h2c with every first request, whatever its method."""
    assert served.send(request(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: " + protocol)).status == 200
