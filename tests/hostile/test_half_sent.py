"""Requests whose end never comes: nothing of them is recorded, and nobody has to wait for them."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest
from hostile.bodies import VALID, batch
from hostile.line import PATIENCE, Line
from hostile.request import CHUNKS, CONTROL_READ, HEALTH, KEY, LENGTH, chunks, get, request

from synap_mock.settings import MIB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostile.live import Live

HALVES: Final[dict[str, bytes]] = {
    "nothing": b"",
    "half a first line": b"POST /v1/conv",
    "half the headers": request()[:80],
    "headers without a body": request(framing=(LENGTH,), body=b""),
    "half a body": request()[:-10],
    "half a chunk": request(framing=CHUNKS, body=b"ff\r\n{"),
    "chunks without an end": request(framing=CHUNKS, body=chunks(VALID, 20)[:-5]),
    "an expectation": request(b"Expect: 100-continue", framing=(LENGTH,), body=b""),
    "a whole one, then half a body": HEALTH + request()[:-10],
}


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("sent", HALVES.values(), ids=HALVES)
def test_of_a_half_sent_batch_nothing_is_recorded(served: Live, sent: bytes, *, reset: bool) -> None:
    with Line(served.port) as line:
        line.send(sent)
        served.is_as_ever()  # by the time that this is answered, the half was read
        served.fake.reset()
        if reset:
            line.hang_up()
    served.get("/health")
    assert served.fake.messages == []


@contextlib.contextmanager
def process() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server of its own, and its port."""
    command = [sys.executable, "-m", "synap_mock", "serve", "--port", "0", "--api-key", KEY, "--log-format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        try:
            assert server.stdout
            ready = json.loads(server.stdout.readline())
            yield server, int(ready["url"].rpartition(":")[2])
        finally:
            server.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_server_with_half_sent_requests(number: signal.Signals) -> None:
    with contextlib.ExitStack() as stack:
        server, port = stack.enter_context(process())
        for sent in HALVES.values():
            stack.enter_context(Line(port)).send(sent)
        unread = stack.enter_context(Line(port))  # asks for more than the network holds, and never reads it
        unread.send(request(body=batch(f'"{"x" * (16 * MIB)}"').encode()))
        assert unread.answer().status == 200
        unread.send(get(CONTROL_READ.encode()))
        with Line(port) as line:
            line.send(HEALTH)
            line.answer()  # by now the others have been read
        server.send_signal(number)
        status = server.wait(PATIENCE)  # it waits longer for a head or a body
        assert server.stderr
        complaints = [line for line in server.stderr if b'"event": "ledger"' not in line]
        assert (status, complaints) == (0, [])
