"""Careful clients: they keep every clause."""

from __future__ import annotations

from typing import ClassVar

from honest import AsyncHonest, Chunked, Honest
from labels import right


@right("sync, httpx: one request a call over a pool, local checks, safe retries")
class SyncHttpx(Honest):
    pass


@right("async, httpx: a connection a call, local checks, safe retries")
class AsyncHttpx(AsyncHonest):
    pass


@right("sends chunks of 20, one after the other")
class InChunks(Chunked):
    pass


@right("sends a request for each message, one after the other")
class OneByOne(Chunked):
    size: ClassVar[int] = 1
