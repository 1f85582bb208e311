"""Clients that pipeline requests and read no response."""

from __future__ import annotations

import contextlib

from hostile.bodies import VALID
from hostile.line import Line
from hostile.request import CONTROL_READ, HEALTH, get, request
from victim import attacked


def test_60_connections_that_read_no_journal() -> None:
    """They took memory to 3 GB, and /health to 13 s."""
    with attacked() as victim, contextlib.ExitStack() as stack:
        body = VALID.replace(b'"content":"', b'"content":"' + b"x" * 60_000)
        for _ in range(500):
            assert victim.send(request(body=body)).status == 200
        for _ in range(60):
            line = stack.enter_context(Line(victim.port))
            with contextlib.suppress(ConnectionError):
                line.send(get(b"/_mock/requests?limit=100") * 50)
        victim.hold()
        assert victim.grown < 600


def test_60_connections_that_read_no_transcript() -> None:
    with attacked() as victim, contextlib.ExitStack() as stack:
        body = VALID.replace(b'"content":"', b'"content":"' + b"x" * 2**20)
        for _ in range(20):
            assert victim.send(request(body=body)).status == 200
        for _ in range(60):
            line = stack.enter_context(Line(victim.port))
            with contextlib.suppress(ConnectionError):
                line.send(get(CONTROL_READ.encode()) * 50)
        victim.hold()
        assert victim.grown < 600


def test_100_connections_that_pipeline_without_end() -> None:
    with attacked() as victim, contextlib.ExitStack() as stack:
        for _ in range(100):
            line = stack.enter_context(Line(victim.port))
            with contextlib.suppress(ConnectionError):
                line.send(HEALTH * 2000)
        victim.hold()
        assert victim.grown < 200
