"""What a conversation is about now: the newest compaction, and the turns after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synap_mock.domain.memories.recall.compactions import Compaction
    from synap_mock.domain.state import State
    from synap_mock.domain.storage.messages import Message

STYLES: Final = ("structured", "narrative", "bullet_points")
"""SDK 0.6.9, ``PROMPT_STYLES``."""
BLOCK: Final = "## Conversation so far (compacted)"
"""How a compacted history begins: by such a heading the SDK recognizes it (cache/short_term_store.py)."""


@dataclass(frozen=True, slots=True)
class Recent:
    """A conversation after its newest compaction.

    Attributes:
        conversation_id: canonical.
        compaction: the newest one that is completed; None: there is none.
        messages: those after it, in order; with a window, the newest of them.
        total: how many messages the conversation has.
    """

    conversation_id: str
    compaction: Compaction | None
    messages: Sequence[Message]
    total: int

    @property
    def block(self) -> str | None:
        """The compacted history as a prompt has it; None without a compaction."""
        return None if self.compaction is None else block(self.compaction)

    def text(self, style: str) -> str:
        """The compacted history and the messages after it, as one text in one of `STYLES`."""
        parts = [] if self.block is None else [self.block]
        if style == "structured" and self.messages:
            parts.append(f"## Recent Turns ({len(self.messages)})")
            parts += [f"**{message.role}**: {message.content}" for message in self.messages]
        if style == "narrative" and self.messages:
            turns = "\n".join(f"{message.role}: {message.content}" for message in self.messages)
            parts.append(f"Recent exchanges:\n{turns}")
        if style == "bullet_points" and self.messages:
            parts.append("\n".join(f"- {message.role}: {message.content}" for message in self.messages))
        return "\n\n".join(parts)


def recent(state: State, instance_id: str, conversation_id: str, window: int | None = None) -> Recent:
    """What a conversation is about now.

    Args:
        state: the fake.
        instance_id: the conversation's instance.
        conversation_id: canonical.
        window: most messages; None: all.

    Raises:
        KeyError: the instance does not have the conversation.
    """
    total = state.store.length(instance_id, conversation_id)
    completed = state.compactions.completed(instance_id, conversation_id, state.clock.microseconds())
    compaction = completed[-1] if completed else None
    after = 0 if compaction is None else compaction.last_position
    messages = state.store.latest(instance_id, conversation_id, after=after, limit=window)
    return Recent(conversation_id, compaction, messages, total)


def block(compaction: Compaction) -> str:
    """The compacted history as a prompt has it."""
    return f"{BLOCK}\n\n{compaction.summary}"
