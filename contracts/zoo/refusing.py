"""Clients that refuse what the page allows."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from errors import InvalidInputError, RateLimitError
from honest import Honest
from labels import wrong

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from steps import Answer, Entry

LARGEST = 50
LONGEST = 8000
OFTEN = 20
RANDOM = 4


@wrong("ACCEPT", "rejects more than 50 messages, a limit that nobody documents")
class RefusesLargeBatches(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        if len(entries) > LARGEST:
            raise InvalidInputError(f"a batch holds at most {LARGEST} messages")
        return super().record(entries)


@wrong("ACCEPT", "rejects contents over 8,000 characters")
class RefusesLongContents(Honest):
    def check(self, index: int, entry: Entry) -> None:
        super().check(index, entry)
        if len(entry["content"]) > LONGEST:
            raise InvalidInputError(f"messages[{index}].content is longer than {LONGEST} characters")


@wrong("ACCEPT", "rejects messages without a user_id, which only record_message requires")
class RequiresUsers(Honest):
    def check(self, index: int, entry: Entry) -> None:
        super().check(index, entry)
        if not entry.get("user_id"):
            raise InvalidInputError(f"messages[{index}].user_id is missing")


@wrong("ACCEPT", "rejects contents that are nothing but whitespace")
class RefusesBlanks(Honest):
    def check(self, index: int, entry: Entry) -> None:
        super().check(index, entry)
        if not entry["content"].strip():
            raise InvalidInputError(f"messages[{index}].content is blank")


@wrong("ACCEPT", "rejects control characters")
class RefusesControls(Honest):
    def check(self, index: int, entry: Entry) -> None:
        super().check(index, entry)
        if any(unicodedata.category(each) == "Cc" and each not in "\t\r\n" for each in entry["content"]):
            raise InvalidInputError(f"messages[{index}].content has a control character")


@wrong("ACCEPT", "rejects two messages of one role in a row, as chat models do")
class RequiresAlternation(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        said: dict[str, str] = {}
        for index, entry in enumerate(entries):
            if said.get(entry["conversation_id"]) == entry["role"]:
                raise InvalidInputError(f"messages[{index}].role repeats the one before it")
            said[entry["conversation_id"]] = entry["role"]
        return super().record(entries)


@wrong("ACCEPT", "rejects nested metadata")
class RequiresFlatMetadata(Honest):
    def check(self, index: int, entry: Entry) -> None:
        super().check(index, entry)
        if any(isinstance(value, dict | list) for value in (entry.get("metadata") or {}).values()):
            raise InvalidInputError(f"messages[{index}].metadata must be flat")


@wrong("ACCEPT", "rejects metadata keys that are not identifiers")
class RequiresIdentifiers(Honest):
    def check(self, index: int, entry: Entry) -> None:
        super().check(index, entry)
        if not all(key.isidentifier() for key in entry.get("metadata") or {}):
            raise InvalidInputError(f"messages[{index}].metadata has a key that is not an identifier")


@wrong("ACCEPT", "rejects a batch of several conversations")
class RequiresOneConversation(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        if len({entry["conversation_id"] for entry in entries}) > 1:
            raise InvalidInputError("a batch holds one conversation")
        return super().record(entries)


@wrong("ACCEPT", "rejects equal messages in a batch: it treats them as an accident")
class RefusesEquals(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        said = Counter((entry["conversation_id"], entry["role"], entry["content"]) for entry in entries)
        if any(times > 1 for times in said.values()):
            raise InvalidInputError("a message comes twice")
        return super().record(entries)


@wrong("ACCEPT", "rejects UUIDs that are not random ones (version 4)")
class RequiresRandomUuids(Honest):
    def check(self, index: int, entry: Entry) -> None:
        super().check(index, entry)
        try:
            version = UUID(entry["conversation_id"]).version
        except ValueError:
            return
        if version != RANDOM:
            raise InvalidInputError(f"messages[{index}].conversation_id must be a UUID of version 4")


@wrong("ACCEPT", "rejects its 21st call: it treats a limit as each object that is meant for each minute")
class LimitsItself(Honest):
    calls = 0

    def record(self, entries: list[Entry]) -> Answer:
        self.calls += 1
        if self.calls > OFTEN:
            raise RateLimitError("too many calls")
        return super().record(entries)


@wrong("ACCEPT", "rejects a batch in which sessions change")
class RequiresOneSession(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        if len({entry.get("session_id") for entry in entries}) > 1:
            raise InvalidInputError("a batch belongs to one session")
        return super().record(entries)


@wrong("RES-EMPTY", "asks an empty batch for its first message")
class StumblesOverNothing(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        conversation = entries[0]["conversation_id"]
        answer = super().record(entries)
        return {**answer, "conversation_id": conversation}


@wrong("RES-EMPTY", "returns None for an empty batch")
class ReturnsNoneForNothing(Honest):
    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        entries = self.taken(messages)
        return self.returned(self.record(entries)) if entries else None
