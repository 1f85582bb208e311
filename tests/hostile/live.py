"""A fake to send hostile bytes to, through each of its doors, and what it must still do afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import httpx
from asking import BATCH
from hostile.line import Answered, Line
from hostile.request import CONTROL_READ, KEY, READ, get, request

from synap_mock import SynapMock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_mock.settings import Dialect

VENDOR: Final = "https://synap-cloud-prod.maximem.ai"
REFUSED: Final[dict[Dialect, int]] = {"documented": 400, "observed": 422}


@dataclass(frozen=True)
class Live:
    """A fake on a port, and clients that reach it without one."""

    fake: SynapMock
    port: int
    inside: httpx.Client
    inside_async: httpx.AsyncClient
    runner: asyncio.Runner

    @property
    def refused(self) -> int:
        """The status of a schema violation."""
        return REFUSED[self.fake.settings.dialect]

    def send(self, *parts: bytes) -> Answered:
        with Line(self.port) as line:
            line.send(*parts)
            return line.answer()

    def by_socket(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answered:
        reported = [f"{name}: {value}".encode() for name, value in headers.items()]
        return self.send(
            request(*reported, method=method.encode(), target=target.encode(), authorization=(), body=body)
        )

    def by_httpx(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answered:
        with self.fake.intercept():
            answer = self.inside.request(method, VENDOR + target, headers=headers, content=body)
        return Answered(answer.status_code, answer.content)

    def by_async_httpx(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answered:
        with self.fake.intercept():
            answer = self.runner.run(self.inside_async.request(method, VENDOR + target, headers=headers, content=body))
        return Answered(answer.status_code, answer.content)

    def post(self, body: bytes, target: str = BATCH) -> Answered:
        return self.send(request(target=target.encode(), body=body))

    def change(self, settings: bytes) -> Answered:
        return self.send(request(method=b"PATCH", target=b"/_mock/settings", body=settings))

    def get(self, target: str) -> Answered:
        return self.send(get(target.encode()))

    def read_back(self) -> list[str]:
        """The content of the only message on either face, and its metadata as text, where 1, 1.0 and true differ."""
        (turn,) = self.get(READ).json["turns"]
        (message,) = self.get(CONTROL_READ).json["messages"]
        return [turn["content"], message["content"], json.dumps(message["metadata"])]

    def is_as_ever(self) -> None:
        """Assert that a batch is served, on a connection of its own."""
        conversation_id = str(uuid.uuid4())
        entry = {"conversation_id": conversation_id, "role": "user", "content": "as ever"}
        answer = self.post(json.dumps({"messages": [entry, entry]}).encode())
        assert (answer.status, answer.json["succeeded"]) == (200, 2), answer
        transcript = self.fake.transcript(conversation_id)
        assert transcript == [("user", "as ever")] * 2, transcript

    @contextlib.contextmanager
    def tried(self) -> Iterator[Self]:
        """Clean at first; whatever is sent meanwhile, a batch is expected to be served as ever in the end."""
        self.fake.reset()
        yield self
        self.is_as_ever()


@contextlib.contextmanager
def going_live(**settings: Any) -> Iterator[Live]:
    fake = SynapMock(api_key=KEY, seed=0, **settings)  # with a seed, ids are the same after every reset
    with fake.serve() as server, httpx.Client(trust_env=False) as inside, asyncio.Runner() as runner:
        inside_async = httpx.AsyncClient(trust_env=False)
        yield Live(fake, server.port, inside, inside_async, runner)
        runner.run(inside_async.aclose())
