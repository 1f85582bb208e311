"""The records of erasures: what was removed, without any of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from synap_mock.domain.values.snapshots import Part

if TYPE_CHECKING:
    from synap_mock.domain.values.tracking import Track

KEPT: Final = 10_000
"""Most records of all instances together; the oldest make room."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """One erasure, or what one would remove.

    Attributes:
        deletion_id: a UUID; None for a dry run, which has no record.
        scope: ``"user"`` or ``"conversation"``.
        messages: the number of messages.
        conversations: the number of conversations of which nothing is left.
        memories: the number of memories.
        profiles: the number of profiles.
    """

    deletion_id: str | None
    scope: str
    messages: int
    conversations: int
    memories: int
    profiles: int

    @property
    def found(self) -> bool:
        """Whether there was anything to remove."""
        return any((self.messages, self.conversations, self.memories, self.profiles))


class Deletions(Part):
    """The records of every instance. Each method is atomic."""

    _passing = frozenset({"_lock"})

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[tuple[str, str], Deletion] = {}

    def dump(self) -> dict[tuple[str, str], Deletion]:
        """Everything, for `load`."""
        with self._lock:
            return dict(self._held)

    def load(self, held: dict[tuple[str, str], Deletion]) -> None:
        """Replace everything by what `dump` returned."""
        with self._lock:
            self._held.clear()
            self._held.update(held)

    def track(self, track: Track) -> None:
        """Note the changes from now on."""
        self._held = track("deletion", self._held)

    def clear(self) -> None:
        """Remove everything."""
        with self._lock:
            self._held.clear()

    def add(self, instance_id: str, deletion_id: str, deletion: Deletion) -> None:
        """Keep a record."""
        with self._lock:
            self._held[instance_id, deletion_id] = deletion
            if len(self._held) > KEPT:
                del self._held[next(iter(self._held))]

    def get(self, instance_id: str, deletion_id: str) -> Deletion:
        """A record of an instance.

        Raises:
            KeyError: the instance does not have it.
        """
        return self._held[instance_id, deletion_id]
