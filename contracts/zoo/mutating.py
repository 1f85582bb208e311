"""Clients that change what their caller passed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from honest import Honest
from labels import wrong

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from steps import Answer


@wrong("SEND-INPUT", "adds missing metadata to the caller's dicts")
class AddsMetadata(Honest):
    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        for entry in messages if isinstance(messages, list) else ():
            if isinstance(entry, dict):
                entry.setdefault("metadata", {})
        return super().record_messages_batch(messages)


@wrong("SEND-INPUT", "removes null fields from the caller's dicts")
class RemovesNulls(Honest):
    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        for entry in messages if isinstance(messages, list) else ():
            for key in [key for key, value in entry.items() if value is None] if isinstance(entry, dict) else ():
                del entry[key]
        return super().record_messages_batch(messages)


@wrong("SEND-INPUT", "empties the caller's list after recording it")
class EmptiesTheList(Honest):
    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        answer = super().record_messages_batch(messages)
        if isinstance(messages, list):
            messages.clear()
        return answer


@wrong("SEND-INPUT", "writes message ids into the caller's dicts")
class WritesIds(Honest):
    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        answer = super().record_messages_batch(messages)
        if answer and isinstance(messages, list):
            for entry, row in zip(messages, answer["results"], strict=True):
                if "message_id" in row:
                    entry["message_id"] = row["message_id"]
        return answer


@wrong("SEND-INPUT", "marks rejected messages in the caller's dicts")
class MarksTheRefused(Honest):
    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        answer = super().record_messages_batch(messages)
        if answer and isinstance(messages, list):
            for entry, row in zip(messages, answer["results"], strict=True):
                if "error" in row:
                    entry["error"] = row["error"]
        return answer


@wrong("SEND-INPUT", "marks the caller's metadata as recorded")
class MarksMetadata(Honest):
    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        answer = super().record_messages_batch(messages)
        for entry in messages if isinstance(messages, list) else ():
            if entry.get("metadata"):
                entry["metadata"]["recorded"] = True
        return answer


@wrong("SEND-INPUT", "sorts the lists in the caller's metadata after sending")
class SortsNestedLists(Honest):
    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        answer = super().record_messages_batch(messages)
        for entry in messages if isinstance(messages, list) else ():
            for value in (entry.get("metadata") or {}).values():
                if isinstance(value, list):
                    value.sort(key=str)
        return answer
