"""Half-sent bodies."""

from __future__ import annotations

import contextlib

from hostile.line import Line
from hostile.request import request
from victim import attacked


def test_20_half_bodies_of_62_mb() -> None:
    """They took 1.2 GB."""
    with attacked() as victim, contextlib.ExitStack() as stack:
        for _ in range(20):
            line = stack.enter_context(Line(victim.port))
            with contextlib.suppress(ConnectionError):
                line.send(request(framing=(b"Content-Length: 64000000",), body=b""), *[b"{" * 2**20] * 59)
        victim.hold()
        assert victim.grown < 450  # 256 MiB, one body more, and what the allocator keeps
