"""The conversations of a user, as the start of the next one asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synap_mock.domain.memories.memory import Scope
    from synap_mock.domain.memories.recall.compactions import Compaction
    from synap_mock.domain.state import State
    from synap_mock.domain.storage.messages import Message


@dataclass(frozen=True, slots=True)
class Summary:
    """One conversation of a user.

    Attributes:
        conversation_id: canonical.
        message_count: how many messages it has.
        started_at: when the first was recorded, in ISO 8601.
        last_message_at: when the last was recorded.
        compaction: its newest completed one; None: there is none.
    """

    conversation_id: str
    message_count: int
    started_at: str
    last_message_at: str
    compaction: Compaction | None


def summaries(state: State, scope: Scope, last: int) -> list[Summary]:
    """The conversations in which a message names the user, the one with the newest message first.

    Args:
        state: the fake.
        scope: the user's.
        last: most of them.
    """
    conversations: dict[str, list[Message]] = {}
    theirs: dict[str, None] = {}
    for message in state.store.messages() if last else ():
        if message.instance_id != scope.instance_id:
            continue
        conversations.setdefault(message.conversation_id, []).append(message)
        if _names(message, scope):
            theirs[message.conversation_id] = None
    newest_last = [each for each in conversations if each in theirs]
    newest_last.sort(key=lambda each: conversations[each][-1].recorded_at)
    return [_summary(state, conversations[each]) for each in reversed(newest_last[-last:])]


def _names(message: Message, scope: Scope) -> bool:
    same_customer = not (scope.customer_id and message.customer_id) or message.customer_id == scope.customer_id
    return message.user_id == scope.user_id and same_customer


def _summary(state: State, messages: list[Message]) -> Summary:
    first, last = messages[0], messages[-1]
    now = state.clock.microseconds()
    completed = state.compactions.completed(first.instance_id, first.conversation_id, now)
    return Summary(
        first.conversation_id,
        len(messages),
        first.recorded_at,
        last.recorded_at,
        completed[-1] if completed else None,
    )
