"""Recording, compaction and the context of one conversation."""

from __future__ import annotations

from typing import Final

from maximem_synap.models.enums import CompactionLevel
from surface.case import A_TEXT, A_UUID, NOON, NOON_TEXT, Case, Sdk
from surface.results import CID, CLIENTS_FACT, TURNS, context, fact, for_prompt, metadata, of_conversation, preference
from surface.steps import CHOSEN, FOR_PROMPT, QUERY, turns

CONVERSATIONS: Final = "/v1/conversations"
RECORD: Final = f"POST {CONVERSATIONS}/messages"
SUMMARY: Final = "2 messages, from 2026-11-23T12:00:00.000000Z to 2026-11-23T12:00:00.000000Z"


async def compacted(sdk: Sdk) -> None:
    await turns(sdk)
    await sdk.conversation.context.compact(CID)


CONVERSATION_CASES: Final = (
    Case(
        "conversation.record_message",
        [RECORD],
        "records the message, and registers its conversation",
        "documented",
        lambda sdk, _: sdk.conversation.record_message(CID, "user", "hi", "ann"),
        {"message_id": A_TEXT, "conversation_id": CID, "session_id": A_TEXT, "recorded_at": NOON_TEXT},
    ),
    Case(
        "conversation.record_messages_batch",
        [f"{RECORD}/batch"],
        "records the valid messages, as one batch",
        "documented",
        lambda sdk, _: sdk.conversation.record_messages_batch(
            [{"conversation_id": CID, "role": "user", "content": "hi", "user_id": "ann"}]
        ),
        {"total": 1, "succeeded": 1, "failed": 0, "results": [{"message_id": A_TEXT, "recorded_at": NOON_TEXT}]},
    ),
    Case(
        "conversation.ingest_transcript",
        [f"POST {CONVERSATIONS}/ingest"],
        "records the turns, and stores the text as one memory; once per conversation",
        "route, fields, duplicates and the conflict sdk; the id's UUID and the memory assumed",
        lambda sdk, _: sdk.conversation.ingest_transcript("call-1", "ann", "User: hi", started_at=NOON),
        {
            "conversation_id": "e037142a-a49c-5adb-8880-3d8f79e38d16",
            "external_conversation_id": "call-1",
            "ingestion_id": A_UUID,
            "status": "queued",
            "turns_recorded": 1,
            "summary_status": "skipped",
            "queued_at": NOON,
            "warnings": [],
        },
    ),
    Case(
        "conversation.context.fetch",
        ["POST /v1/context/conversation/fetch"],
        "the memories of user, customer and client, ranked by shared words; recent turns",
        CHOSEN,
        lambda sdk, _: sdk.conversation.context.fetch(CID, search_query=QUERY, user_id="ann"),
        context(
            preferences=[preference(1.0, ("email",))],
            facts=[fact(CLIENTS_FACT, "client")],
            conversation_context=of_conversation(TURNS),
        ),
        when="with a query",
        before=turns,
    ),
    Case(
        "conversation.context.fetch",
        [FOR_PROMPT],
        "the recent turns; the SDK asks for no memories",
        CHOSEN,
        lambda sdk, _: sdk.conversation.context.fetch(CID, user_id="ann"),
        context(conversation_context=of_conversation(TURNS), metadata=metadata("conversation_state", 0)),
        when="without a query, or with a blank one",
        before=turns,
    ),
    Case(
        "conversation.context.compact",
        [f"POST {CONVERSATIONS}/compact"],
        "completes at once, or after the setting `compaction_seconds`",
        CHOSEN,
        lambda sdk, _: sdk.conversation.context.compact(CID),
        {
            "compaction_id": A_UUID,
            "conversation_id": CID,
            "status": "in_progress",
            "trigger_type": "manual_api",
            "initiated_at": NOON,
            "estimated_completion_seconds": 0,
            "previous_context": None,
            "previous_context_age_seconds": None,
            "previous_compaction_id": None,
        },
        before=turns,
    ),
    Case(
        "conversation.context.get_compacted",
        [f"GET {CONVERSATIONS}/{{conversation_id}}/compacted"],
        "a summary that says which messages it covers; 404, which the SDK returns as None, without one",
        CHOSEN,
        lambda sdk, _: sdk.conversation.context.get_compacted(CID),
        {
            "compacted_context": f"## Conversation so far (compacted)\n\n{SUMMARY}",
            "original_token_count": 2,
            "compacted_token_count": 18,
            "compression_ratio": 9.0,
            "level_applied": CompactionLevel.ADAPTIVE,
            "strategy_used": "adaptive",
            "compaction_id": A_UUID,
            "validation_score": 1.0,
            "validation_passed": True,
            "quality_warning": False,
            "facts": [],
            "decisions": [],
            "preferences": [],
            "current_state": {},
            "metadata": metadata(),
        },
        before=compacted,
    ),
    Case(
        "conversation.context.get_compaction_status",
        [f"GET {CONVERSATIONS}/{{conversation_id}}/compaction/status"],
        "none, in progress or completed",
        CHOSEN,
        lambda sdk, _: sdk.conversation.context.get_compaction_status(CID),
        {
            "conversation_id": CID,
            "status": "completed",
            "compaction_id": A_UUID,
            "completed_at": NOON,
            "compression_ratio": 9.0,
            "validation_score": 1.0,
            "estimated_completion_seconds": None,
            "error_message": None,
            "latest_version": 1,
            "latest_created_at": NOON,
        },
        before=compacted,
    ),
    Case(
        "conversation.context.get_context_for_prompt",
        [FOR_PROMPT],
        "the recent turns in order, and their text; the summary where it is compacted",
        CHOSEN,
        lambda sdk, _: sdk.conversation.context.get_context_for_prompt(CID),
        for_prompt(TURNS),
        before=turns,
    ),
)
