"""Clients that take what they should refuse."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from errors import InvalidInputError
from honest import Chunked, Honest
from labels import wrong
from steps import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from steps import Answer, Entry


@wrong("IN-KEYS", "treats a message without a role as the user's")
class DefaultsRoles(Honest):
    def check(self, index: int, entry: Entry) -> None:
        entry.setdefault("role", "user")
        super().check(index, entry)


@wrong("IN-KEYS", "treats a message without content as an empty one")
class DefaultsContents(Honest):
    def check(self, index: int, entry: Entry) -> None:
        entry.setdefault("content", "")
        super().check(index, entry)


@wrong("IN-KEYS", "begins a conversation for a message without one")
class BeginsConversations(Honest):
    def check(self, index: int, entry: Entry) -> None:
        entry.setdefault("conversation_id", str(uuid.uuid4()))
        super().check(index, entry)


@wrong("IN-KEYS", "assigns the previous message's conversation to a message without one")
class CarriesTheConversation(Honest):
    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        completed: list[Mapping[str, Any]] = []
        for entry in messages:
            if completed and isinstance(entry, dict) and "conversation_id" not in entry:
                completed.append({**entry, "conversation_id": completed[-1].get("conversation_id")})
            else:
                completed.append(entry)
        return super().record_messages_batch(completed)


class Renaming(Honest):
    """Takes other names for roles."""

    names: ClassVar[dict[str, str]] = {}

    def check(self, index: int, entry: Entry) -> None:
        """Refuse an entry that Synap would refuse the whole call for."""
        if isinstance(entry.get("role"), str):
            entry["role"] = self.role(entry["role"])
        super().check(index, entry)

    def role(self, name: str) -> str:
        """The role of a name."""
        return self.names.get(name, name)


@wrong("IN-ROLE", "accepts roles in any case")
class LowersRoles(Renaming):
    def role(self, name: str) -> str:
        return name.lower()


@wrong("IN-ROLE", "accepts roles with surrounding whitespace")
class StripsRoles(Renaming):
    def role(self, name: str) -> str:
        return name.strip()


@wrong("IN-ROLE", "treats system messages as the assistant's")
class TakesSystemMessages(Renaming):
    names: ClassVar[dict[str, str]] = {"system": "assistant", "developer": "assistant", "tool": "assistant"}


@wrong("IN-ROLE", "accepts the role names of other libraries")
class TakesOtherNames(Renaming):
    names: ClassVar[dict[str, str]] = {"human": "user", "ai": "assistant", "bot": "assistant", "model": "assistant"}


@wrong("IN-ROLE", "treats unknown roles as user, except in a batch's first message")
class TakesUnknownRoles(Renaming):
    def check(self, index: int, entry: Entry) -> None:
        if index and isinstance(entry.get("role"), str) and entry["role"] not in ROLES:
            entry["role"] = "user"
        super().check(index, entry)


@wrong("IN-ATOMIC", "checks each chunk of 10 only before sending it: earlier ones are recorded")
class ChecksChunkByChunk(Chunked):
    size: ClassVar[int] = 10

    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        listed = [dict(entry) if isinstance(entry, dict) else entry for entry in messages]
        chunks = [listed[start : start + self.size] for start in range(0, len(listed), self.size)]
        return self.joined([self.record(self.taken(chunk)) for chunk in chunks])


@wrong("IN-ATOMIC", "records the valid messages, then raises for the others")
class RecordsTheValid(Honest):
    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        valid: list[Entry] = []
        refused: list[str] = []
        for entry in messages:
            try:
                valid.extend(self.taken([entry]))
            except InvalidInputError as error:
                refused.append(str(error))
        answer = self.record(valid)
        if refused:
            raise InvalidInputError("; ".join(refused))
        return answer


@wrong("IN-UUID", "accepts ids with surrounding whitespace")
class StripsConversationIds(Honest):
    def wire(self, entry: Entry) -> Entry:
        return super().wire({**entry, "conversation_id": entry["conversation_id"].strip()})
