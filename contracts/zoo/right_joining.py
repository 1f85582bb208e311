"""A client that joins the calls which run side by side into one request."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from honest import AsyncHonest
from labels import right

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeAlias

    from steps import Answer, Entry

    Waiting: TypeAlias = list[tuple[list[Entry], asyncio.Future[Answer]]]


@right("async, httpx: calls that run concurrently go in one request, and each caller gets its own messages")
class Joining(AsyncHonest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self._waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, Waiting] = WeakKeyDictionary()
        self._flights: set[asyncio.Task[None]] = set()

    async def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer:
        entries = self.taken(messages)
        self.encode(entries)  # an encoding error must affect only this call
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Answer] = loop.create_future()
        waiting = self._waiting.setdefault(loop, [])
        waiting.append((entries, done))
        if len(waiting) == 1:
            flight = loop.create_task(self._fly(waiting))
            self._flights.add(flight)
            flight.add_done_callback(self._flights.discard)
        return await done

    async def _fly(self, waiting: Waiting) -> None:
        await asyncio.sleep(0.002)  # for others to come aboard
        calls = waiting[:]
        waiting.clear()
        try:
            answer = await self.record([entry for entries, _ in calls for entry in entries])
        except Exception as error:  # noqa: BLE001 - the calls must end in any case
            for _, done in calls:
                if not done.done():
                    done.set_exception(error)
            return
        rows = iter(answer["results"])
        for entries, done in calls:
            own = [next(rows) for _ in entries]
            failed = sum("error" in row for row in own)
            if not done.done():
                done.set_result({"total": len(own), "succeeded": len(own) - failed, "failed": failed, "results": own})
