"""The ids of events that were accepted: an event that comes again is a duplicate."""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING, Final

from synap_mock.domain.values.snapshots import Part

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synap_mock.domain.values.tracking import Track

KEPT: Final = 100_000
"""Most ids of all instances together, the newest: about 10 MB. An event whose id has made room is accepted again."""


class EventIds(Part):
    """The ids of every instance. Each method is atomic; `lock` combines several of them into one step."""

    _passing = frozenset({"lock", "_lock"})

    def __init__(self) -> None:
        self._lock = self.lock = threading.RLock()
        self._held: dict[bytes, None] = {}

    def dump(self) -> list[bytes]:
        """Digests of all ids, the oldest first, for `load`."""
        with self.lock:
            return list(self._held)

    def load(self, digests: Iterable[bytes]) -> None:
        """Replace everything by what `dump` returned."""
        with self.lock:
            self._held.clear()
            self._held.update(dict.fromkeys(digests))

    def track(self, track: Track) -> None:
        """Note the changes from now on."""
        self._held = track("event", self._held)

    def clear(self) -> None:
        """Remove everything."""
        with self.lock:
            self._held.clear()

    def holds(self, instance_id: str, event_id: str) -> bool:
        """Whether an instance has accepted an event of that id."""
        with self.lock:
            return _digest(instance_id, event_id) in self._held

    def add(self, instance_id: str, event_id: str) -> None:
        """Remember the id of an event that an instance has accepted; the oldest makes room."""
        with self.lock:
            self._held[_digest(instance_id, event_id)] = None
            if len(self._held) > KEPT:
                del self._held[next(iter(self._held))]


def _digest(instance_id: str, event_id: str) -> bytes:
    """Both ids in 16 bytes, however long they are."""
    text = f"{len(instance_id)}:{instance_id}{event_id}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
