"""Clients that lose messages silently."""

from __future__ import annotations

from collections import deque
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from honest import Chunked, Honest
from labels import wrong

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from steps import Answer, Entry

BUFFER = 50
LARGEST = 1000


@wrong("SEND-ALL", "pairs questions with answers, and loses the last message of an odd number")
class LosesTheUnpaired(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        pairs = zip(entries[::2], entries[1::2], strict=False)
        return super().record([entry for pair in pairs for entry in pair])


@wrong("SEND-ALL", "sends full chunks of 25, and loses the rest of a batch that is longer than one")
class LosesTheLastChunk(Chunked):
    size: ClassVar[int] = 25

    def cut(self, entries: list[Entry]) -> list[list[Entry]]:
        full = max(1, len(entries) // self.size)
        return [entries[number * self.size : (number + 1) * self.size] for number in range(full)]


@wrong("SEND-ALL", "treats a chunk's end as the index of its last message, and loses one at each boundary")
class LosesAtBoundaries(Chunked):
    size: ClassVar[int] = 32

    def cut(self, entries: list[Entry]) -> list[list[Entry]]:
        chunks = super().cut(entries)
        return [*(chunk[:-1] for chunk in chunks[:-1]), *chunks[-1:]]


@wrong("SEND-ALL", "treats equal messages of a conversation as duplicates")
class LosesEquals(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        distinct = {(entry["conversation_id"], entry["role"], entry["content"]): entry for entry in entries}
        return super().record(list(distinct.values()))


@wrong("SEND-ALL", "treats a repeated message as an error of its queue")
class LosesRepetitions(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        return super().record(
            [entry for index, entry in enumerate(entries) if not index or entry != entries[index - 1]]
        )


@wrong("SEND-ALL", "omits messages that equal those of earlier calls")
class LosesWhatCameBefore(Honest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.seen: set[tuple[str, str, str]] = set()

    def record(self, entries: list[Entry]) -> Answer:
        keyed = [((entry["conversation_id"], entry["role"], entry["content"]), entry) for entry in entries]
        answer = super().record([entry for key, entry in keyed if key not in self.seen])
        self.seen.update(key for key, _ in keyed)
        return answer


@wrong("SEND-ALL", "omits messages that are only whitespace")
class LosesBlanks(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        return super().record([entry for entry in entries if not entry["content"] or entry["content"].strip()])


@wrong("SEND-ALL", "buffers 50 messages, and loses the oldest of a longer batch")
class LosesTheOldest(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        return super().record(list(deque(entries, maxlen=BUFFER)))


@wrong("SEND-ALL", "omits messages without a user_id, which batches don't require")
class LosesTheUnattributed(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        return super().record([entry for entry in entries if entry.get("user_id") is not None])


@wrong("SEND-ALL", "groups by conversation without sorting: of alternating conversations, only the last run remains")
class LosesTheInterleaved(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        runs = {conversation: list(run) for conversation, run in groupby(entries, key=itemgetter("conversation_id"))}
        return super().record([entry for run in runs.values() for entry in run])


@wrong("TRUE", "stops at the first chunk of 10 with a failed row, and returns what it has")
class StopsAtAFailure(Chunked):
    size: ClassVar[int] = 10

    def record(self, entries: list[Entry]) -> Answer:
        answers = []
        for chunk in self.cut(entries):
            answers.append(self.read(self.post(self.encode(chunk)), len(chunk)))
            if answers[-1]["failed"]:
                break
        return self.joined(answers)


@wrong("SEND-WIDE-EMPTY", "omits empty messages silently")
class LosesEmptyContent(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        return super().record([entry for entry in entries if entry["content"]])


@wrong("SEND-WIDE-LARGE", "sends the first 1,000 messages")
class LosesBeyondAThousand(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        return super().record(entries[:LARGEST])


@wrong("SEND-WIDE-UUIDS", "omits conversations whose id is a UUID in another spelling")
class LosesOtherSpellings(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        return super().record([entry for entry in entries if self.is_ours(entry["conversation_id"])])

    def is_ours(self, conversation_id: str) -> bool:
        try:
            return str(UUID(conversation_id)) == conversation_id
        except ValueError:
            return True  # not a UUID: Synap rejects it


@wrong("IN-ITERABLE", "exhausts a generator by checking it, and sends the rest")
class SpendsGenerators(Honest):
    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        for entry in messages:
            self.taken([entry])
        return self.record([dict(entry) for entry in messages])


@wrong("IN-ITERABLE", "reads a generator's first message, and records only the others")
class LosesTheFirstOfAGenerator(Honest):
    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        if next(iter(messages), None) is None:
            return {"total": 0, "succeeded": 0, "failed": 0, "results": []}
        return super().record_messages_batch(messages)


@wrong("SEND-ALL", "merges consecutive messages of one role, as chat models require")
class MergesTurns(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        merged: list[Entry] = []
        for entry in entries:
            last = merged[-1] if merged else None
            if last and (last["conversation_id"], last["role"]) == (entry["conversation_id"], entry["role"]):
                merged[-1] = {**last, "content": f"{last['content']}\n{entry['content']}"}
            else:
                merged.append(entry)
        return super().record(merged)


@wrong("SEND-ALL", "omits commands, which begin with a slash")
class LosesCommands(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        return super().record([entry for entry in entries if not entry["content"].startswith("/")])


@wrong("IN-ITERABLE", "records the first 50 messages of a generator")
class LosesAGeneratorsEnd(Honest):
    def taken(self, messages: Iterable[Mapping[str, Any]]) -> list[Entry]:
        return super().taken(messages if isinstance(messages, list | tuple) else list(islice(messages, BUFFER)))
