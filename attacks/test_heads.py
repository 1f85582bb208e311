"""Heads with very many headers, without an end, or half-sent."""

from __future__ import annotations

import contextlib

from hostile.line import Line
from hostile.request import request
from victim import attacked


def test_requests_with_60000_headers() -> None:
    """They took memory from 122 to 1,559 MiB."""
    head = request(*(b"X-%d: a" % number for number in range(60_000)))
    with attacked() as victim:
        for _ in range(220):
            with Line(victim.port) as line, contextlib.suppress(ConnectionError):
                line.send(head)
                assert line.heard()[:13] in {b"", b"HTTP/1.1 431 "}
        assert victim.grown < 60


def test_requests_with_as_many_headers_as_are_accepted() -> None:
    head = request(*(b"X-%d: %s" % (number, b"a" * 200) for number in range(240)))
    with attacked() as victim:
        for _ in range(3000):
            assert victim.send(head).status == 200
        assert victim.grown < 150


def test_a_header_without_end() -> None:
    """86 MiB of it were accepted."""
    with attacked() as victim, Line(victim.port) as line:
        with contextlib.suppress(ConnectionError):
            line.send(b"GET /health HTTP/1.1\r\nA: ", *[b"a" * 2**20] * 86)
        assert line.heard()[:13] in {b"", b"HTTP/1.1 431 "}
        assert victim.grown < 20


def test_2000_half_heads() -> None:
    with attacked() as victim, contextlib.ExitStack() as stack:
        for _ in range(2000):
            line = stack.enter_context(Line(victim.port))
            with contextlib.suppress(ConnectionError):
                line.send(b"GET /health HTTP/1.1\r\nA: ")
        victim.hold()
        assert len(victim.process.net_connections()) < 1100
        assert victim.grown < 100
