"""Clients that record more than they were given."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

import httpx
from honest import Chunked, Honest
from labels import wrong

if TYPE_CHECKING:
    from steps import Answer, Entry

SINGLE = "/v1/conversations/messages"
LONGEST = 10_000


@wrong("SEND-ONLY", "creates chunks of 25 that share a message with the next")
class OverlapsChunks(Chunked):
    size: ClassVar[int] = 25

    def cut(self, entries: list[Entry]) -> list[list[Entry]]:
        starts = range(0, max(1, len(entries) - 1), self.size - 1)
        return [entries[start : start + self.size] for start in starts]

    def joined(self, answers: list[Answer]) -> Answer:
        first, *others = answers
        rows = [*first["results"], *(row for answer in others for row in answer["results"][1:])]
        failed = sum("error" in row for row in rows)
        return {"total": len(rows), "succeeded": len(rows) - failed, "failed": failed, "results": rows}


@wrong("SEND-ONLY", "registers a conversation by recording its first message alone, then sends the batch with it")
class RegistersByRecording(Honest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.registered: set[str] = set()

    def record(self, entries: list[Entry]) -> Answer:
        for entry in entries:
            if entry["conversation_id"] not in self.registered:
                try:
                    self.http.post(SINGLE, json={"user_id": "batch", **self.wire(entry)}, headers=self.headers())
                except httpx.RequestError as error:
                    self.settled(error)
                self.registered.add(entry["conversation_id"])
        return super().record(entries)


@wrong("SEND-ONLY", "tries its key at initialization by recording a message of its own")
class TriesItsKey(Honest):
    def initialize(self) -> None:
        self.record([{"conversation_id": str(uuid.uuid4()), "role": "user", "content": "ping"}])


@wrong("SEND-ONLY", "joins the messages with themselves by value: two equal ones become four")
class JoinsByValue(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        return super().record([other for entry in entries for other in entries if other == entry])


@wrong("SEND-ONLY", "keeps valid messages of a rejected call, and sends them with the next")
class KeepsWhatWasRefused(Honest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.waiting: list[Entry] = []

    def check(self, index: int, entry: Entry) -> None:
        super().check(index, entry)
        self.waiting.append(entry)

    def record(self, entries: list[Entry]) -> Answer:
        waiting, self.waiting = self.waiting, []
        answer = super().record(waiting)
        rows = answer["results"][-len(entries) :] if entries else []
        failed = sum("error" in row for row in rows)
        return {"total": len(rows), "succeeded": len(rows) - failed, "failed": failed, "results": rows}


@wrong("SEND-ONLY", "records a content of more than 10,000 characters as several messages")
class SplitsLongContents(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        pieces = [self.pieces(entry) for entry in entries]
        answer = super().record([piece for several in pieces for piece in several])
        rows = iter(answer["results"])
        results = [[next(rows) for _ in several] for several in pieces]
        failed = sum("error" in first for first, *_ in results)
        counts = {"total": len(results), "succeeded": len(results) - failed, "failed": failed}
        return {**counts, "results": [first for first, *_ in results]}

    def pieces(self, entry: Entry) -> list[Entry]:
        content = entry["content"]
        starts = range(0, max(1, len(content)), LONGEST)
        return [{**entry, "content": content[start : start + LONGEST]} for start in starts]
