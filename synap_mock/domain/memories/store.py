"""What one fake remembers: memories, the documents that they were made from, and profiles."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from synap_mock.domain.values.snapshots import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from synap_mock.domain.memories.memory import Memory, Scope, Status
    from synap_mock.domain.values.tracking import Track

_Key = TypeVar("_Key")
FOUND: Final = frozenset({"completed", "partial_success"})
"""The statuses of a memory that a client can find."""


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
        rejected: whether it was not accepted at all, so that there is nothing to process.
    """

    ingestion_id: str
    document_id: str
    instance_id: str
    queued_at: int
    ready_at: int
    outcome: Status
    memory_ids: tuple[str, ...]
    error: str | None = None
    rejected: bool = False

    def status_at(self, now: int) -> Status:
        """The status at a time, in microseconds since 1970."""
        return self.outcome if now >= self.ready_at else "processing"


@dataclass(frozen=True, slots=True)
class _Kept:
    """A memory with the status that it has once it is ready.

    Attributes:
        number: counted from 1, in the order of storing.
        memory: the memory.
        ready_at: microseconds since 1970; until then it is being processed.
    """

    number: int
    memory: Memory
    ready_at: int

    def at(self, now: int) -> Memory:
        """The memory with its status at a time."""
        return self.memory if now >= self.ready_at else replace(self.memory, status="processing")


class Memories(Part):
    """The memories of every instance, in the order in which they were stored. Each method is atomic.

    A memory whose document is still processed, or failed, is listed by `all` and `page` only.

    Args:
        now: returns the time, in microseconds since 1970.
        changed: called after a memory, a document or a profile was stored or removed.
    """

    _passing = frozenset({"_now", "_changed", "_lock", "_numbers"})

    def __init__(self, now: Callable[[], int], changed: Callable[[], None] = lambda: None) -> None:
        self._now = now
        self._changed = changed
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._memories: dict[str, _Kept] = {}
        self._documents: dict[str, Document] = {}
        self._made: dict[tuple[Scope, str], str] = {}
        """Scope and document id to the id of the memory that was made from the document."""
        self._profiles: dict[Scope, dict[str, Any]] = {}

    def track(self, track: Track) -> None:
        """Note the changes from now on."""
        self._memories = track("memory", self._memories)
        self._documents = track("document", self._documents)
        self._profiles = track("profile", self._profiles)

    def clear(self) -> None:
        """Remove everything."""
        with self._lock:
            self.forget_all()
            self._profiles.clear()

    def forget_all(self) -> None:
        """Remove every memory and every document; profiles stay."""
        with self._lock:
            self._memories.clear()
            self._documents.clear()
            self._made.clear()
        self._changed()

    def add(self, *memories: Memory, document: Document | None = None) -> None:
        """Store memories, and the document that they were made from. One of the same id is replaced in its place."""
        ready_at = 0 if document is None else document.ready_at
        with self._lock:
            for memory in memories:
                self._keep(memory, ready_at)
            if document is not None:
                self._documents[document.ingestion_id] = document
        self._changed()

    def add_version(self, memory: Memory, document: Document) -> Document:
        """Store a document and the one memory that is made from it, or a new version of both.

        It is a new version where a document of that id has a memory in the same scope. That memory keeps its id, its
        place and its time of creation, and takes the new text; where the processing fails, it stays as it is.

        Returns:
            The document, with the ids of what was made from it.
        """
        failed = document.outcome == "failed"
        with self._lock:
            key = memory.scope, document.document_id
            known = self._memories.get(self._made.get(key, ""))
            earlier = known is not None and known.memory.status in FOUND
            if known is not None and not (failed and earlier):
                memory = replace(
                    memory,
                    memory_id=known.memory.memory_id,
                    created_at=known.memory.created_at if earlier else memory.created_at,
                    updated_at=memory.created_at if earlier else None,
                )
            if not (failed and earlier):
                self._keep(memory, document.ready_at)
                self._made[key] = memory.memory_id
            document = replace(document, memory_ids=() if failed else (memory.memory_id,))
            self._documents[document.ingestion_id] = document
        self._changed()
        return document

    def counts(self) -> tuple[int, int, int]:
        """The number of memories, of documents and of profiles."""
        return len(self._memories), len(self._documents), len(self._profiles)

    def evict(self, most: int) -> dict[str, int]:
        """Remove the oldest memories, documents and profiles, until there are at most so many of each.

        Returns:
            The number of those that were removed, by kind.
        """
        with self._lock:
            memories = _oldest(self._memories, most)
            documents, profiles = _oldest(self._documents, most), _oldest(self._profiles, most)
            for memory_id in memories:
                memory = self._memories.pop(memory_id).memory
                if memory.document_id is not None and self._made.get((memory.scope, memory.document_id)) == memory_id:
                    del self._made[memory.scope, memory.document_id]
            for ingestion_id in documents:
                del self._documents[ingestion_id]
            for scope in profiles:
                del self._profiles[scope]
        counts = {"memories": len(memories), "documents": len(documents), "profiles": len(profiles)}
        found = {kind: count for kind, count in counts.items() if count}
        if found:
            self._changed()
        return found

    def dump(self) -> tuple[list[tuple[Memory, int]], list[Document], list[tuple[Scope, dict[str, Any]]]]:
        """The memories, each with its `_Kept.ready_at`; the documents; the profiles, for `load`."""
        with self._lock:
            memories = [(kept.memory, kept.ready_at) for kept in self._memories.values()]
            return memories, list(self._documents.values()), self.profiles()

    def load(
        self,
        memories: Iterable[tuple[Memory, int]],
        documents: Iterable[Document],
        profiles: Mapping[Scope, dict[str, Any]],
    ) -> None:
        """Replace everything by what `dump` returned."""
        with self._lock:
            self.clear()
            for memory, ready_at in memories:
                self._keep(memory, ready_at)
                if memory.document_id is not None:
                    self._made[memory.scope, memory.document_id] = memory.memory_id
            self._documents.update((document.ingestion_id, document) for document in documents)
            self._profiles.update(profiles)

    def all(self) -> list[Memory]:
        """Every memory with its status now, the oldest first."""
        now = self._now()
        with self._lock:
            return [kept.at(now) for kept in self._memories.values()]

    def page(self, limit: int, after: int) -> list[tuple[int, Memory]]:
        """Some of the same memories, each with its number.

        Args:
            limit: most of them.
            after: only memories after the one of this number.
        """
        now = self._now()
        with self._lock:
            later = (kept for kept in self._memories.values() if kept.number > after)
            return [(kept.number, kept.at(now)) for kept in itertools.islice(later, limit)]

    def in_scope(self, asked: Scope) -> list[Memory]:
        """The memories that a fetch for a scope returns, the oldest first."""
        now = self._now()
        with self._lock:
            return [memory for memory in self._findable(now) if asked.has(memory.scope)]

    def get(self, instance_id: str, memory_id: str) -> Memory:
        """A memory of an instance.

        Raises:
            KeyError: the instance does not have it.
        """
        with self._lock:
            found = self._memories[memory_id].at(self._now())
        if found.scope.instance_id != instance_id or found.status not in FOUND:
            raise KeyError(memory_id)
        return found

    def update(self, instance_id: str, memory_id: str, change: Callable[[Memory], Memory]) -> Memory:
        """Replace a memory of an instance by what `change` makes of it, and return that.

        Raises:
            KeyError: the instance does not have it.
        """
        with self._lock:
            changed = change(self.get(instance_id, memory_id))
            self._keep(changed, 0)
        self._changed()
        return changed

    def delete(self, instance_id: str, memory_id: str) -> Memory:
        """Remove a memory of an instance, and return it.

        Raises:
            KeyError: the instance does not have it.
        """
        with self._lock:
            found = self.get(instance_id, memory_id)
            del self._memories[memory_id]
        self._changed()
        return found

    def remove(self, memory_ids: Iterable[str]) -> list[Memory]:
        """Remove memories, and return those that there were."""
        with self._lock:
            found = [self._memories.pop(each, None) for each in memory_ids]
        self._changed()
        return [kept.memory for kept in found if kept is not None]

    def remove_user(self, user: Scope, *, dry_run: bool = False) -> tuple[int, int]:
        """Remove what is known about a user: memories, the documents that these were made from, and the profile.

        Args:
            user: instance, user and, if one is given, customer.
            dry_run: count it, and remove nothing.

        Returns:
            The number of memories and of profiles.
        """
        with self._lock:
            gone = {each for each, kept in self._memories.items() if kept.memory.scope.is_about(user)}
            profiles = [scope for scope in self._profiles if scope.is_about(user)]
            if not dry_run:
                for memory_id in gone:
                    del self._memories[memory_id]
                for scope in profiles:
                    del self._profiles[scope]
                for key in [key for key in self._made if key[0].is_about(user)]:
                    del self._made[key]
                documents = [each for each in self._documents.values() if each.memory_ids]
                for document in documents:
                    if gone.issuperset(document.memory_ids):
                        del self._documents[document.ingestion_id]
        self._changed()
        return len(gone), len(profiles)

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
        self._changed()

    def profile(self, scope: Scope) -> dict[str, Any] | None:
        """The profile of a user; None if none was seeded."""
        with self._lock:
            return next((found for of, found in reversed(self._profiles.items()) if scope.has(of)), None)

    def profiles(self) -> list[tuple[Scope, dict[str, Any]]]:
        """Every profile and whose it is, in the order in which the users were first given one."""
        with self._lock:
            return list(self._profiles.items())

    def clear_profiles(self) -> None:
        """Remove every profile."""
        with self._lock:
            self._profiles.clear()
        self._changed()

    def _keep(self, memory: Memory, ready_at: int) -> None:
        known = self._memories.get(memory.memory_id)
        number = next(self._numbers) if known is None else known.number
        self._memories[memory.memory_id] = _Kept(number, memory, ready_at)

    def _findable(self, now: int) -> Iterator[Memory]:
        return (memory for kept in self._memories.values() if (memory := kept.at(now)).status in FOUND)


def _oldest(items: Mapping[_Key, object], most: int) -> list[_Key]:
    """The keys of the oldest items, of which there are more than `most`."""
    return list(itertools.islice(items, max(0, len(items) - most)))
