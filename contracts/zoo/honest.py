"""Careful clients to derive wrong ones from: one that blocks, one that is awaited, one that sends in chunks."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
from steps import PATH, Answer, Entry, Outcome, Steps, tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Honest(Steps):
    """Blocks. One request a call, over a pool of connections that it keeps."""

    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.http = self.connected()

    def connected(self) -> httpx.Client:
        """The pool. A connection is left alone after 2 s: a server closes an idle one about then, unannounced."""
        return httpx.Client(
            base_url=self.base_url,
            timeout=self.timeout_s,
            limits=httpx.Limits(keepalive_expiry=2.0),
            verify=tls(),
            trust_env=False,
        )

    def close(self) -> None:
        """Close the pool."""
        self.http.close()

    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        """Record `messages`; the page's summary of what became of them.

        Raises:
            SynapError: see `errors`.
        """
        return self.returned(self.record(self.taken(messages)))

    def returned(self, answer: Answer) -> Answer:
        """Return the answer for the caller."""
        return answer

    def record(self, entries: list[Entry]) -> Answer:
        """Record entries that were checked."""
        return self.read(self.post(self.encode(entries)), len(entries))

    def post(self, body: bytes) -> httpx.Response:
        """Send a body as often as that is safe."""
        attempt = 1
        outcome = self.send(body)
        while (pause := self.pause(attempt, outcome)) is not None:
            time.sleep(pause)
            attempt += 1
            outcome = self.send(body)
        return self.settled(outcome)

    def send(self, body: bytes) -> Outcome:
        """Send a body once."""
        try:
            return self.http.post(PATH, content=body, headers=self.headers())
        except httpx.RequestError as error:
            return error


class Chunked(Honest):
    """As `Honest`, at most `size` messages a request, one request after the other."""

    size: ClassVar[int] = 20

    def record(self, entries: list[Entry]) -> Answer:
        """Record entries that were checked. All chunks are encoded before the first is sent: that can fail, too."""
        sizes, bodies = [], []
        for chunk in self.cut(entries):
            sizes.append(len(chunk))
            bodies.append(self.encode(chunk))
        return self.joined([self.read(self.post(body), size) for body, size in zip(bodies, sizes, strict=True)])

    def cut(self, entries: list[Entry]) -> list[list[Entry]]:
        """The entries in chunks."""
        return [entries[start : start + self.size] for start in range(0, len(entries), self.size)]

    def joined(self, answers: list[Answer]) -> Answer:
        """One answer of the chunks' answers."""
        return {
            "total": sum(answer["total"] for answer in answers),
            "succeeded": sum(answer["succeeded"] for answer in answers),
            "failed": sum(answer["failed"] for answer in answers),
            "results": [row for answer in answers for row in answer["results"]],
        }


class AsyncHonest(Steps):
    """Is awaited. One request a call, over a connection of its own: so it belongs to no event loop."""

    async def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer:
        """As `Honest.record_messages_batch`."""
        return await self.record(self.taken(messages))

    async def record(self, entries: list[Entry]) -> Answer:
        """Record entries that were checked."""
        return self.read(await self.post(self.encode(entries)), len(entries))

    async def post(self, body: bytes) -> httpx.Response:
        """Send a body as often as that is safe."""
        attempt = 1
        outcome = await self.send(body)
        while (pause := self.pause(attempt, outcome)) is not None:
            await asyncio.sleep(pause)
            attempt += 1
            outcome = await self.send(body)
        return self.settled(outcome)

    async def send(self, body: bytes) -> Outcome:
        """Send a body once."""
        try:
            async with httpx.AsyncClient(
                base_url=self.base_url, timeout=self.timeout_s, verify=tls(), trust_env=False
            ) as http:
                return await http.post(PATH, content=body, headers=self.headers())
        except httpx.RequestError as error:
            return error
