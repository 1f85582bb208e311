"""Clients that send at once what need not wait: each conversation has a lane, and keeps its order in it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from honest import AsyncHonest, Honest
from labels import right

if TYPE_CHECKING:
    from steps import Answer, Entry, Row

LANES = 4


def _lane(entry: Entry) -> int:
    try:
        return UUID(entry["conversation_id"]).int % LANES  # all spellings of an id are one conversation
    except ValueError:
        return 0


def _lanes(entries: list[Entry], size: int) -> list[list[list[int]]]:
    """The entries' indices by lane, cut into chunks."""
    lanes: list[list[int]] = [[] for _ in range(LANES)]
    for index, entry in enumerate(entries):
        lanes[_lane(entry)].append(index)
    return [[lane[start : start + size] for start in range(0, len(lane), size)] for lane in lanes if lane]


def _joined(count: int, lanes: list[list[tuple[int, Row]]]) -> Answer:
    by_index = dict(each for lane in lanes for each in lane)
    rows = [by_index[index] for index in range(count)]
    failed = sum("error" in row for row in rows)
    return {"total": count, "succeeded": count - failed, "failed": failed, "results": rows}


@right("async, httpx: sends chunks of 10 concurrently, those of a conversation one after the other")
class Lanes(AsyncHonest):
    size: ClassVar[int] = 10

    async def record(self, entries: list[Entry]) -> Answer:
        self.encode(entries)  # an encoding error must occur before the first chunk is sent
        lanes = _lanes(entries, self.size)
        # An error waits for the other lanes: nothing may be recorded after the call has ended.
        ended = await asyncio.gather(*(self.drive(entries, lane) for lane in lanes), return_exceptions=True)
        rows: list[list[tuple[int, Row]]] = []
        for end in ended:
            if isinstance(end, BaseException):
                raise end
            rows.append(end)
        return _joined(len(entries), rows)

    async def drive(self, entries: list[Entry], lane: list[list[int]]) -> list[tuple[int, Row]]:
        rows: list[tuple[int, Row]] = []
        for chunk in lane:
            answer = await super().record([entries[index] for index in chunk])
            rows.extend(zip(chunk, answer["results"], strict=True))
        return rows


@right("sync, a pool of threads: a request for each conversation, concurrently")
class Threads(Honest):
    size: ClassVar[int] = 2**20

    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self._threads = ThreadPoolExecutor(LANES)

    def record(self, entries: list[Entry]) -> Answer:
        self.encode(entries)
        lanes = [self._threads.submit(self.drive, entries, chunk) for (chunk,) in _lanes(entries, self.size)]
        wait(lanes)
        return _joined(len(entries), [lane.result() for lane in lanes])

    def drive(self, entries: list[Entry], chunk: list[int]) -> list[tuple[int, Row]]:
        answer = super().record([entries[index] for index in chunk])
        return list(zip(chunk, answer["results"], strict=True))

    def close(self) -> None:
        self._threads.shutdown()
        super().close()
