"""Compactions of conversations: what each covers, when it is ready, and which one runs."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from synap_mock.domain.values.tracking import Track

from synap_mock.domain.values.snapshots import Part

Strategy = Literal["aggressive", "balanced", "conservative", "adaptive", "low", "medium", "high"]
"""SDK 0.6.9, ``CompactionLevel``."""
STRATEGIES: Final[tuple[Strategy, ...]] = get_args(Strategy)


@dataclass(frozen=True, slots=True)
class Compaction:
    """One compaction of a conversation.

    Attributes:
        compaction_id: a UUID.
        strategy: as it was asked for.
        initiated_at: microseconds since 1970.
        ready_at: microseconds since 1970, when it is completed.
        message_count: the messages that it covers, from the conversation's first on.
        last_position: of the last of them.
        began_at: when the first of them was recorded, in ISO 8601.
        ended_at: when the last of them was recorded.
        original_tokens: the estimated number of tokens of these messages.
        version: counted from 1, per conversation; the store counts.
    """

    compaction_id: str
    strategy: Strategy
    initiated_at: int
    ready_at: int
    message_count: int
    last_position: int
    began_at: str
    ended_at: str
    original_tokens: int
    version: int = 1

    @property
    def summary(self) -> str:
        """What it says of the messages: how many they are, and from when. Nothing is summarized."""
        noun = "message" if self.message_count == 1 else "messages"
        return f"{self.message_count} {noun}, from {self.began_at} to {self.ended_at}"

    @property
    def compacted_tokens(self) -> int:
        """The estimated number of tokens of its summary."""
        return tokens(self.summary)

    @property
    def ratio(self) -> float:
        """Tokens of the summary by those of the messages."""
        return round(self.compacted_tokens / self.original_tokens, 4)


class RunningError(Exception):
    """A compaction of the conversation runs already.

    Attributes:
        compaction: that one.
    """

    def __init__(self, compaction: Compaction) -> None:
        super().__init__(compaction)
        self.compaction = compaction


class Compactions(Part):
    """The compactions of every instance's conversations. Each method is atomic; conversation ids are canonical."""

    _passing = frozenset({"_lock"})

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: dict[tuple[str, str], tuple[Compaction, ...]] = {}

    def dump(self) -> dict[tuple[str, str], tuple[Compaction, ...]]:
        """Everything, for `load`."""
        with self._lock:
            return dict(self._of)

    def load(self, held: dict[tuple[str, str], tuple[Compaction, ...]]) -> None:
        """Replace everything by what `dump` returned."""
        with self._lock:
            self._of.clear()
            self._of.update(held)

    def track(self, track: Track) -> None:
        """Note the changes from now on."""
        self._of = track("compaction", self._of)

    def clear(self) -> None:
        """Remove everything."""
        with self._lock:
            self._of.clear()

    def begin(self, instance_id: str, conversation_id: str, compaction: Compaction) -> Compaction:
        """Store a compaction as the newest of its conversation, and return it with its version.

        Raises:
            RunningError: one runs when the new one is initiated.
        """
        with self._lock:
            known = self._of.get((instance_id, conversation_id), ())
            if known and known[-1].ready_at > compaction.initiated_at:
                raise RunningError(known[-1])
            compaction = replace(compaction, version=len(known) + 1)
            self._of[instance_id, conversation_id] = (*known, compaction)
        return compaction

    def of(self, instance_id: str, conversation_id: str) -> list[Compaction]:
        """The compactions of a conversation, the oldest first."""
        with self._lock:
            return list(self._of.get((instance_id, conversation_id), ()))

    def completed(self, instance_id: str, conversation_id: str, now: int) -> list[Compaction]:
        """Those of them that are completed at a time, in microseconds since 1970."""
        return [each for each in self.of(instance_id, conversation_id) if each.ready_at <= now]

    def keep(self, instance_id: str, holds: Callable[[str, str], bool]) -> None:
        """Forget the compactions of an instance's conversations that no longer exist.

        Args:
            instance_id: the instance.
            holds: whether an instance has a conversation.
        """
        with self._lock:
            for key in [key for key in self._of if key[0] == instance_id and not holds(*key)]:
                del self._of[key]

    def forget(self, conversations: Iterable[tuple[str, str]], holds: Callable[[str, str], bool]) -> None:
        """Forget the compactions of conversations, unless they exist again.

        Args:
            conversations: instance and id of each.
            holds: whether an instance has a conversation.
        """
        with self._lock:
            for key in conversations:
                if key in self._of and not holds(*key):
                    del self._of[key]


def tokens(text: str) -> int:
    """An estimate of the tokens of a text: one per four characters, at least one. Source: SDK 0.6.9, sdk.py."""
    return max(1, len(text) // 4)
