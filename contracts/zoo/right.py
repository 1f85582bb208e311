"""Careful clients: they keep every clause."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from errors import RateLimitError
from honest import AsyncHonest, Chunked, Honest
from labels import right

if TYPE_CHECKING:
    from steps import Answer, Entry


@right("sync, httpx: one request per call over a pool, local checks, safe retries")
class SyncHttpx(Honest):
    pass


@right("async, httpx: a connection per call, local checks, safe retries")
class AsyncHttpx(AsyncHonest):
    pass


@right("sends chunks of 20, one after the other")
class InChunks(Chunked):
    pass


@right("sends a request for each message, one after the other")
class OneByOne(Chunked):
    size: ClassVar[int] = 1


@right("after a 429 it sends nothing, and reports it, until Retry-After has passed")
class KeepsQuiet(Honest):
    attempts: ClassVar[int] = 1
    until = 0.0

    def record(self, entries: list[Entry]) -> Answer:
        """Record entries that were checked."""
        if time.monotonic() < self.until:
            raise RateLimitError("rate limited: Synap asked for quiet")
        try:
            return super().record(entries)
        except RateLimitError as error:
            self.until = time.monotonic() + (error.retry_after_s or 0.0)
            raise
