"""Clients that reject what the page allows."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from errors import InvalidInputError, RateLimitError
from honest import Honest
from labels import wrong, wrong_variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from steps import Answer, Entry

OFTEN = 20


class RefusingEntries(Honest):
    """Rejects each entry that `is_invalid`."""

    is_invalid: Callable[[Entry], bool]

    def check(self, index: int, entry: Entry) -> None:
        super().check(index, entry)
        if self.is_invalid(entry):
            raise InvalidInputError(f"messages[{index}] is not acceptable")


class RefusingBatches(Honest):
    """Rejects each batch that `is_invalid`."""

    is_invalid: Callable[[list[Entry]], bool]

    def record(self, entries: list[Entry]) -> Answer:
        if self.is_invalid(entries):
            raise InvalidInputError("the batch is not acceptable")
        return super().record(entries)


def is_control(character: str) -> bool:
    """Return whether a character is a control character other than tab and line ends."""
    return unicodedata.category(character) == "Cc" and character not in "\t\r\n"


def is_not_random(conversation_id: str) -> bool:
    """Return whether a UUID has another version than 4."""
    try:
        return UUID(conversation_id).version != 4  # noqa: PLR2004 - the version of random UUIDs
    except ValueError:
        return False


def has_equals(entries: list[Entry]) -> bool:
    """Return whether a batch has equal messages."""
    counts = Counter((entry["conversation_id"], entry["role"], entry["content"]) for entry in entries)
    return any(count > 1 for count in counts.values())


# fmt: off
VARIANTS: Mapping[type[Honest], Mapping[str, tuple[str, str, Callable[[Any], Any]]]] = {
    RefusingBatches: {
        "RefusesLargeBatches": ("ACCEPT", "rejects more than 50 messages, an undocumented limit",
            lambda entries: len(entries) > 50),  # noqa: PLR2004 - as described
        "RequiresOneConversation": ("ACCEPT", "rejects a batch of several conversations",
            lambda entries: len({entry["conversation_id"] for entry in entries}) > 1),
        "RequiresOneSession": ("ACCEPT", "rejects a batch in which sessions change",
            lambda entries: len({entry.get("session_id") for entry in entries}) > 1),
        "RefusesEquals": ("ACCEPT", "rejects equal messages in a batch, which it considers an accident", has_equals),
    },
    RefusingEntries: {
        "RefusesLongContents": ("ACCEPT", "rejects contents over 8,000 characters",
            lambda entry: len(entry["content"]) > 8000),  # noqa: PLR2004 - as described
        "RequiresUsers": ("ACCEPT", "rejects messages without a user_id, which only record_message requires",
            lambda entry: not entry.get("user_id")),
        "RefusesBlanks": ("ACCEPT", "rejects contents that are only whitespace",
            lambda entry: not entry["content"].strip()),
        "RefusesControls": ("ACCEPT", "rejects control characters",
            lambda entry: any(map(is_control, entry["content"]))),
        "RequiresFlatMetadata": ("ACCEPT", "rejects nested metadata",
            lambda entry: any(isinstance(value, dict | list) for value in (entry.get("metadata") or {}).values())),
        "RequiresIdentifiers": ("ACCEPT", "rejects metadata keys that are not identifiers",
            lambda entry: not all(key.isidentifier() for key in entry.get("metadata") or {})),
        "RequiresRandomUuids": ("ACCEPT", "rejects UUIDs that are not random (version 4)",
            lambda entry: is_not_random(entry["conversation_id"])),
    },
}
# fmt: on
for base, variants in VARIANTS.items():
    globals().update(wrong_variants(base, "is_invalid", variants))


@wrong("ACCEPT", "rejects two messages of one role in a row, as chat models do")
class RequiresAlternation(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        said: dict[str, str] = {}
        for index, entry in enumerate(entries):
            if said.get(entry["conversation_id"]) == entry["role"]:
                raise InvalidInputError(f"messages[{index}].role repeats the one before it")
            said[entry["conversation_id"]] = entry["role"]
        return super().record(entries)


@wrong("ACCEPT", "rejects its 21st call: it applies a limit per minute to the life of an object")
class LimitsItself(Honest):
    calls = 0

    def record(self, entries: list[Entry]) -> Answer:
        self.calls += 1
        if self.calls > OFTEN:
            raise RateLimitError("too many calls")
        return super().record(entries)


@wrong("RES-EMPTY", "reads the first message of an empty batch")
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
