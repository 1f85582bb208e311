"""The use case of compacting a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.conversations.read import conversation_id_of, unknown
from synap_mock.domain.memories.recall.compactions import STRATEGIES, Compaction, RunningError, tokens
from synap_mock.domain.rules.bodies import FIELD_BOOLEAN, FIELD_INTEGER, FIELD_STRING, BodyField
from synap_mock.domain.rules.resources import compaction as rules
from synap_mock.domain.rules.rule import Refusal, Refused

if TYPE_CHECKING:
    from synap_mock.domain.state import State

FIELDS: Final = (
    BodyField("conversation_id", FIELD_STRING, required=True),
    BodyField("strategy", FIELD_STRING, choices=STRATEGIES, default="adaptive"),
    BodyField("target_tokens", FIELD_INTEGER, least=1),
    BodyField("force", FIELD_BOOLEAN, default=False),
)
"""What a compaction has; source: the compact page, SDK 0.6.9 ``compact``."""
MICROSECONDS: Final = 1_000_000


def compact(state: State, instance_id: str, fields: dict[str, Any]) -> tuple[str, Compaction, Compaction | None]:
    """Begin to compact a conversation, whatever its length; `target_tokens` and `force` change nothing.

    Args:
        state: the fake.
        instance_id: the instance that compacts.
        fields: the values of `FIELDS`.

    Returns:
        The conversation's id, canonical; the compaction; the newest one that was completed before.

    Raises:
        Refused: the instance does not have the conversation, or a compaction of it runs.
    """
    conversation_id = conversation_id_of(fields["conversation_id"])
    try:
        messages = state.store.transcript(instance_id, conversation_id)
    except KeyError:
        raise unknown(conversation_id) from None
    now = state.clock.microseconds()
    before = state.compactions.completed(instance_id, conversation_id, now)
    new = Compaction(
        compaction_id=state.ids.uuid(),
        strategy=fields["strategy"],
        initiated_at=now,
        ready_at=now + round(state.settings.compaction_seconds * MICROSECONDS),
        message_count=len(messages),
        last_position=messages[-1].position,
        began_at=messages[0].recorded_at,
        ended_at=messages[-1].recorded_at,
        original_tokens=sum(tokens(message.content) for message in messages),
    )
    try:
        begun = state.compactions.begin(instance_id, conversation_id, new)
    except RunningError as error:
        text = f"compaction {error.compaction.compaction_id} of conversation {conversation_id} is already in progress"
        raise Refused(Refusal(rules.COMPACTION_RUNNING, text)) from None
    return conversation_id, begun, before[-1] if before else None
