"""Servers that break the contract themselves: the fake, with its answers and requests tampered with on the way."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import uvicorn

from synap_mock import SynapMock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = Any

BATCH = "/v1/conversations/messages/batch"


def same(value: Json) -> Json:
    return value


@dataclass
class Tampered:
    """An ASGI application that is the fake but for what happens to batches.

    Args:
        asked: What becomes of the messages before the fake sees them.
        answered: What becomes of the answer to a batch, given how many messages were sent.
        authorized: What becomes of the key.
    """

    asked: Callable[[list[Json]], list[Json]] = same
    answered: Callable[[Json, int], Json] = field(default=lambda answer, _: answer)
    authorized: Callable[[bytes], bytes] = same
    fake: SynapMock = field(default_factory=SynapMock)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != BATCH:
            await self.fake.app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            part = await receive()
            body += part.get("body", b"")
            more = part.get("more_body", False)
        sent = 0
        try:
            messages = json.loads(body)["messages"]
            sent = len(messages)
            body = json.dumps({"messages": self.asked(messages)}).encode()
        except (ValueError, KeyError, TypeError):
            pass
        headers = [
            (key, self.authorized(value) if key == b"authorization" else value)
            for key, value in scope["headers"]
            if key != b"content-length"
        ]
        parts: list[Json] = []

        once = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def given() -> Json:
            part = next(once, None)
            return await receive() if part is None else part

        async def kept(part: Json) -> None:
            parts.append(part)

        length = (b"content-length", str(len(body)).encode())
        await self.fake.app({**scope, "headers": [*headers, length]}, given, kept)
        await self._answer(parts, sent, send)

    async def _answer(self, parts: list[Json], sent: int, send: Any) -> None:
        start = parts[0]
        answer = b"".join(part.get("body", b"") for part in parts[1:])
        if start["status"] == 200:
            changed = self.answered(json.loads(answer), sent)
            if changed is None:
                start, changed = {**start, "status": 500}, {"error": "broken", "code": "BROKEN", "details": {}}
            answer = json.dumps(changed).encode()
        headers = [(key, value) for key, value in start["headers"] if key != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", str(len(answer)).encode())]})
        await send({"type": "http.response.body", "body": answer})


@contextmanager
def served(app: Tampered) -> Iterator[str]:
    """The application on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
