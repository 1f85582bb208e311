"""Clients that change the order: of what they record, or of what they tell."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from operator import itemgetter
from typing import TYPE_CHECKING, ClassVar

import httpx
from honest import AsyncHonest, Chunked, Honest
from labels import wrong
from steps import HTTP_RATE_LIMITED

if TYPE_CHECKING:
    from steps import Answer, Entry, Row


class Sorting(Honest):
    """Sends in an order of its own, and puts the rows back into the caller's."""

    def sorted_by(self, entry: Entry) -> str:
        """What the messages are sorted by."""
        raise NotImplementedError

    def record(self, entries: list[Entry]) -> Answer:
        """Record entries that were checked."""
        order = sorted(range(len(entries)), key=lambda index: self.sorted_by(entries[index]))
        answer = super().record([entries[index] for index in order])
        rows: list[Row] = [{}] * len(entries)
        for index, row in zip(order, answer["results"], strict=True):
            rows[index] = row
        return {**answer, "results": rows}


@wrong("SEND-ORDER", "sends session by session: sessions of one conversation that alternate are split")
class BySession(Sorting):
    def sorted_by(self, entry: Entry) -> str:
        return str(entry.get("session_id"))


@wrong("SEND-ORDER", "sends user by user: a conversation between two users is split")
class ByUser(Sorting):
    def sorted_by(self, entry: Entry) -> str:
        return str(entry.get("user_id"))


@wrong("SEND-ORDER", "sends the questions before the answers")
class ByRole(Sorting):
    def sorted_by(self, entry: Entry) -> str:
        return "2" if entry["role"] == "assistant" else "1"


@wrong("SEND-ORDER", "takes its chunks of 20 from a stack: the last one goes first")
class LastChunkFirst(Chunked):
    def record(self, entries: list[Entry]) -> Answer:
        chunks = [(self.encode(chunk), len(chunk)) for chunk in self.cut(entries)]
        answers: deque[Answer] = deque()
        while chunks:
            body, size = chunks.pop()
            answers.appendleft(self.read(self.post(body), size))
        return self.joined(list(answers))


@wrong("SEND-ORDER", "sends all its chunks of 10 at once: they overtake each other")
class RacingChunks(AsyncHonest):
    size: ClassVar[int] = 10

    async def record(self, entries: list[Entry]) -> Answer:
        chunks = [entries[start : start + self.size] for start in range(0, len(entries), self.size)]
        ended = await asyncio.gather(*map(super().record, chunks), return_exceptions=True)
        answers: list[Answer] = []
        for end in ended:
            if isinstance(end, BaseException):
                raise end
            answers.append(end)
        return {
            "total": sum(answer["total"] for answer in answers),
            "succeeded": sum(answer["succeeded"] for answer in answers),
            "failed": sum(answer["failed"] for answer in answers),
            "results": [row for answer in answers for row in answer["results"]],
        }


@wrong("SEND-ORDER", "moves a chunk of 10 that got 429 to the end of its queue")
class RequeuesTheRateLimited(Chunked):
    size: ClassVar[int] = 10

    def record(self, entries: list[Entry]) -> Answer:
        queue = deque((number, self.encode(chunk), len(chunk)) for number, chunk in enumerate(self.cut(entries)))
        answers: dict[int, Answer] = {}
        attempts = self.attempts * len(queue)
        while queue:
            number, body, size = queue.popleft()
            outcome = self.send(body)
            attempts -= 1
            if attempts and isinstance(outcome, httpx.Response) and outcome.status_code == HTTP_RATE_LIMITED:
                time.sleep(self.pause(1, outcome) or 0)
                queue.append((number, body, size))
            else:
                answers[number] = self.read(self.settled(outcome), size)
        return self.joined([answers[number] for number in sorted(answers)])


@wrong("SEND-ORDER", "sends rejected messages once more, after those that follow them")
class RetriesTheRefused(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        answer = self.read(self.post(self.encode(entries)), len(entries))
        rows = answer["results"]
        refused = [index for index, row in enumerate(rows) if "error" in row]
        if refused:
            again = self.read(self.post(self.encode([entries[index] for index in refused])), len(refused))
            for index, row in zip(refused, again["results"], strict=True):
                rows[index] = row
        failed = sum("error" in row for row in rows)
        return {"total": len(rows), "succeeded": len(rows) - failed, "failed": failed, "results": rows}


@wrong("RES-ORDER", "lists the failed rows after the others")
class FailuresLast(Honest):
    def rows(self, answer: Answer, count: int) -> list[Row]:
        return sorted(super().rows(answer, count), key=lambda row: "error" in row)


@wrong("RES-ORDER", "sorts the rows by message_id, failed ones in their places")
class RowsById(Honest):
    def rows(self, answer: Answer, count: int) -> list[Row]:
        rows = super().rows(answer, count)
        following = iter(sorted((row for row in rows if "error" not in row), key=itemgetter("message_id")))
        return [row if "error" in row else next(following) for row in rows]


@wrong("RES-ORDER", "sends a request per conversation, and lists their rows one conversation after the other")
class RowsByConversation(Chunked):
    def cut(self, entries: list[Entry]) -> list[list[Entry]]:
        conversations: dict[str, list[Entry]] = {}
        for entry in entries:
            conversations.setdefault(entry["conversation_id"], []).append(entry)
        return list(conversations.values())


@wrong("RES-ORDER", "joins the rows of its chunks of 50 in reverse order")
class LastRowsFirst(Chunked):
    size: ClassVar[int] = 50

    def joined(self, answers: list[Answer]) -> Answer:
        joined = super().joined(answers)
        rows: list[Row] = []
        for answer in answers:
            rows = answer["results"] + rows
        return {**joined, "results": rows}


@wrong("RES-ORDER", "returns the rows in reverse order if one failed")
class BackwardsAfterAFailure(Honest):
    def rows(self, answer: Answer, count: int) -> list[Row]:
        rows = super().rows(answer, count)[::-1]
        return rows if any("error" in row for row in rows) else rows[::-1]


@wrong("DIALECT", "lists the errors of the observed dialect after the stored rows")
class ErrorsLast(Honest):
    def rows(self, answer: Answer, count: int) -> list[Row]:
        rows = super().rows(answer, count)
        return sorted(rows, key=lambda row: "error" in row) if answer.get("errors") else rows


@wrong("DIALECT", "returns the answer unchanged in any dialect")
class HandsOn(Honest):
    def summary(self, answer: object, count: int) -> Answer:
        summary = super().summary(answer, count)
        return answer if isinstance(answer, dict) else summary


@wrong("SEND-ORDER", "sorts by the timestamps in metadata if all messages have one")
class SortsByTime(Sorting):
    def record(self, entries: list[Entry]) -> Answer:
        if all("timestamp" in (entry.get("metadata") or {}) for entry in entries):
            return super().record(entries)
        return Honest.record(self, entries)

    def sorted_by(self, entry: Entry) -> str:
        return str(entry["metadata"]["timestamp"])
