"""The load: requests made beforehand, sent over raw sockets in a closed loop, every answer checked.

Closed loop: each connection sends its next request when its answer is there. No HTTP library, since the generator must
take far less time than the server; how much of its CPU it took stands in every measurement.
"""

from __future__ import annotations

import itertools
import json
import math
import random
import selectors
import socket
import time
import uuid
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from types import TracebackType

CONTENT_LENGTH: Final = 80
CONVERSATION_LENGTH: Final = 36
"""Messages of one conversation that stand together in a batch: as many as a real one has in the demo's data."""

_WORDS: Final = ("the", "you", "what", "on", "my", "order", "is", "invoice", "please", "late", "see", "delivery", "a")
_PATIENCE: Final = 60.0
"""Seconds without any answer after which the server counts as dead."""


class Requests:
    """Distinct batch requests of one size, as bytes.

    Args:
        size: messages in each.
        api_key: the key to send.
        seed: the same one makes the same requests.
    """

    def __init__(self, size: int, api_key: str, seed: int = 1) -> None:
        self.size = size
        source = random.Random(seed)  # noqa: S311 - the same load for everybody, every time
        distinct = max(16, min(256, 10_000 // size))
        self.all = [_request(_entries(size, source), api_key) for _ in range(distinct)]

    def check(self, answer: bytes) -> None:
        """Raise ValueError for any answer but a 200 that says that every message was recorded."""
        size = self.size
        if not (
            answer.startswith(b"HTTP/1.1 200 ")
            and b'{"total":%d,"succeeded":%d,"failed":0,' % (size, size) in answer
            and answer.count(b'"message_id":"') == answer.count(b'"recorded_at":"') == size
        ):
            raise ValueError(f"a batch of {size} was answered {answer[:500]!r}")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a load saw.

    Attributes:
        messages: recorded, as the answers say.
        seconds: from the first request to the last answer.
        computed: seconds of them in which the generator itself was computing.
        latencies: of each call, in seconds.
    """

    messages: int
    seconds: float
    computed: float
    latencies: array[float]


class Load:
    """Connections to one server, to be used as a context.

    Args:
        port: where the server listens.
        requests: what to send, round and round.
        connections: how many calls are under way at once.
    """

    def __init__(self, port: int, requests: Requests, connections: int) -> None:
        self._requests = requests
        self._next = itertools.cycle(requests.all)
        self._selector = selectors.DefaultSelector()
        self._connections = [_Connection(port) for _ in range(connections)]
        for connection in self._connections:
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._selector.close()
        for connection in self._connections:
            connection.socket.close()

    def run(self, *, seconds: float = math.inf, calls: float = math.inf) -> Measured:
        """Send for so many seconds or so many calls, whichever ends first, and wait for every answer.

        Raises:
            ValueError: an answer that was none.
            ConnectionError: the server hung up.
            TimeoutError: it said nothing for a minute.
        """
        latencies = array("d")
        began, computed = time.perf_counter(), time.process_time()
        sent = answered = 0
        for connection in self._connections:
            if sent < calls:
                connection.send(next(self._next))
                sent += 1
        while answered < sent:
            ready = self._selector.select(_PATIENCE)
            if not ready:
                raise TimeoutError(f"the server gave no answer for {_PATIENCE:.0f} seconds")
            for key, _ in ready:
                connection = key.data
                answer = connection.receive()
                if answer is None:
                    continue
                now = time.perf_counter()
                latencies.append(now - connection.sent_at)
                self._requests.check(answer)
                answered += 1
                if sent < calls and now - began < seconds:
                    connection.send(next(self._next))
                    sent += 1
        return Measured(
            messages=answered * self._requests.size,
            seconds=time.perf_counter() - began,
            computed=time.process_time() - computed,
            latencies=latencies,
        )


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self._received = b""

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """The answer, or None as long as it isn't whole."""
        chunk = self.socket.recv(1 << 20)
        if not chunk:
            raise ConnectionError("the server hung up")
        self._received += chunk
        head, blank, body = self._received.partition(b"\r\n\r\n")
        if not blank or len(body) < int(head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]):
            return None
        answer, self._received = self._received, b""
        return answer


def _request(entries: list[dict[str, str]], api_key: str) -> bytes:
    body = json.dumps({"messages": entries}, separators=(",", ":")).encode()
    head = (
        "POST /v1/conversations/messages/batch HTTP/1.1",
        "Host: localhost",
        "User-Agent: synap-mock-benchmark",
        "Accept: */*",
        f"Authorization: Bearer {api_key}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*head, "", "")).encode() + body


def _entries(size: int, source: random.Random) -> list[dict[str, str]]:
    entries = []
    for index in range(size):
        if index % CONVERSATION_LENGTH == 0:
            conversation_id = str(uuid.UUID(int=source.getrandbits(128), version=4))
            user_id, customer_id = f"user_{source.getrandbits(32):08x}", f"customer_{source.getrandbits(32):08x}"
        entries.append(
            {
                "conversation_id": conversation_id,
                "role": "assistant" if index % 2 else "user",
                "content": " ".join(source.choices(_WORDS, k=CONTENT_LENGTH))[:CONTENT_LENGTH],
                "user_id": user_id,
                "customer_id": customer_id,
            }
        )
    return entries
