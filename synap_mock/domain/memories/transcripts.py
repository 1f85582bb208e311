"""Transcripts that were ingested: of each conversation, which one, and the ingestion that it began."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synap_mock.domain.values.encoding import encode
from synap_mock.domain.values.snapshots import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from synap_mock.domain.values.tracking import Track


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript that was accepted.

    Attributes:
        fingerprint: of its content: another one of the same conversation is a conflict.
        ingestion_id: the handle of its processing.
        queued_at: microseconds since 1970.
    """

    fingerprint: bytes
    ingestion_id: str
    queued_at: int


class Transcripts(Part):
    """The transcripts of every instance. Each method is atomic; `lock` combines several of them into one step."""

    _passing = frozenset({"lock", "_lock"})

    def __init__(self) -> None:
        self._lock = self.lock = threading.RLock()
        self._held: dict[tuple[str, str], Transcript] = {}

    def dump(self) -> dict[tuple[str, str], Transcript]:
        """Everything, for `load`."""
        with self.lock:
            return dict(self._held)

    def load(self, held: dict[tuple[str, str], Transcript]) -> None:
        """Replace everything by what `dump` returned."""
        with self.lock:
            self._held.clear()
            self._held.update(held)

    def track(self, track: Track) -> None:
        """Note the changes from now on."""
        self._held = track("transcript", self._held)

    def clear(self) -> None:
        """Remove everything."""
        with self.lock:
            self._held.clear()

    def get(self, instance_id: str, conversation_id: str) -> Transcript | None:
        """The transcript of a conversation; None if it has none."""
        with self.lock:
            return self._held.get((instance_id, conversation_id))

    def add(self, instance_id: str, conversation_id: str, transcript: Transcript) -> None:
        """Remember the transcript of a conversation."""
        with self.lock:
            self._held[instance_id, conversation_id] = transcript

    def keep(self, instance_id: str, holds: Callable[[str, str], bool]) -> None:
        """Forget an instance's transcripts whose conversation no longer exists.

        Args:
            instance_id: the instance.
            holds: whether an instance has a conversation.
        """
        with self.lock:
            for key in [key for key in self._held if key[0] == instance_id and not holds(*key)]:
                del self._held[key]

    def forget(self, conversations: Iterable[tuple[str, str]], holds: Callable[[str, str], bool]) -> None:
        """Forget the transcripts of conversations, unless they exist again.

        Args:
            conversations: instance and id of each.
            holds: whether an instance has a conversation.
        """
        with self.lock:
            for key in conversations:
                if key in self._held and not holds(*key):
                    del self._held[key]


def fingerprint(transcript: str | list[dict[str, object]]) -> bytes:
    """What two transcripts have in common exactly if they are the same.

    Args:
        transcript: a text; or turns without the keys that are null.
    """
    return hashlib.sha256(encode(transcript)).digest()
