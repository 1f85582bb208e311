"""What one fake remembers: memories, the documents that they were made from, and profiles."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synap_mock.domain.memories.memory import Memory, Scope, Status


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was accepted for processing.

    Attributes:
        ingestion_id: a UUID, the handle of its processing.
        document_id: the client's own, or the fake's.
        instance_id: the instance that stored it.
        queued_at: microseconds since 1970.
        ready_at: microseconds since 1970, when its processing ends.
        outcome: the status that it then has.
        memory_ids: of what was made from it.
        error: why it failed, in whole or in part; None if it did not.
    """

    ingestion_id: str
    document_id: str
    instance_id: str
    queued_at: int
    ready_at: int
    outcome: Status
    memory_ids: tuple[str, ...]
    error: str | None = None

    def status_at(self, now: int) -> Status:
        """The status at a time, in microseconds since 1970."""
        return self.outcome if now >= self.ready_at else "processing"


class Memories:
    """The memories of every instance, in the order in which they were stored. Each method is atomic."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._memories: dict[str, Memory] = {}
        self._documents: dict[str, Document] = {}
        self._profiles: dict[Scope, dict[str, Any]] = {}

    def clear(self) -> None:
        """Remove everything."""
        with self._lock:
            self._memories.clear()
            self._documents.clear()
            self._profiles.clear()

    def add(self, *memories: Memory, document: Document | None = None) -> None:
        """Store memories, and the document that they were made from. One of the same id is replaced in its place."""
        with self._lock:
            self._memories.update((memory.memory_id, memory) for memory in memories)
            if document is not None:
                self._documents[document.ingestion_id] = document

    def all(self) -> list[Memory]:
        """Every memory, the oldest first."""
        with self._lock:
            return list(self._memories.values())

    def in_scope(self, asked: Scope) -> list[Memory]:
        """The memories that a fetch for a scope returns, the oldest first."""
        return [memory for memory in self.all() if asked.has(memory.scope)]

    def get(self, instance_id: str, memory_id: str) -> Memory:
        """A memory of an instance.

        Raises:
            KeyError: the instance does not have it.
        """
        found = self._memories[memory_id]
        if found.scope.instance_id != instance_id:
            raise KeyError(memory_id)
        return found

    def remove(self, memory_ids: Iterable[str]) -> list[Memory]:
        """Remove memories, and return those that there were."""
        with self._lock:
            found = [self._memories.pop(each, None) for each in memory_ids]
        return [memory for memory in found if memory is not None]

    def document(self, instance_id: str, ingestion_id: str) -> Document:
        """A document of an instance, by the handle of its processing.

        Raises:
            KeyError: the instance does not have it.
        """
        found = self._documents[ingestion_id]
        if found.instance_id != instance_id:
            raise KeyError(ingestion_id)
        return found

    def set_profile(self, scope: Scope, profile: dict[str, Any]) -> None:
        """Seed a user's profile; the last one counts."""
        with self._lock:
            self._profiles[scope] = profile

    def profile(self, scope: Scope) -> dict[str, Any] | None:
        """The profile of a user; None if none was seeded."""
        with self._lock:
            return next((found for of, found in reversed(self._profiles.items()) if scope.has(of)), None)
