"""What the fake keeps of very many keys, calls and rejected entries."""

from __future__ import annotations

import json

from hostile.line import Line
from hostile.request import get, request
from victim import attacked


def test_a_journal_read_with_2000_keys() -> None:
    """It took 10 s on the event loop."""
    with attacked() as victim:
        for number in range(2000):
            assert victim.control("POST", "keys", key=f"synap_attack_{number:06d}").status == 200
        for _ in range(1000):
            assert victim.send(request()).status == 200
        for _ in range(20):
            assert victim.send(get(b"/_mock/requests")).status == 200


def test_batches_that_record_nothing() -> None:
    """3,000 of them kept 92 MiB."""
    body = json.dumps({"messages": [{"conversation_id": "none", "role": "user", "content": "a" * 50}] * 100}).encode()
    with attacked() as victim, Line(victim.port) as line:
        for _ in range(3000):
            line.send(request(body=body))
            assert line.answer().status in {200, 400}
        assert victim.grown < 100
