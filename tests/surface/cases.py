"""Every use of the official SDK's public methods that sends HTTP: what it sends, and what it returns.

The seeds of each case: `PREFERENCE` of ann, `CUSTOMERS_FACT` of acme, `CLIENTS_FACT` of everybody, and ann's profile.
"""

from __future__ import annotations

from typing import Any, Final

from maximem_synap.memories import CreateMemoryRequest, ForgetStatus, IngestStatus
from maximem_synap.models.enums import CompactionLevel
from surface.case import A_TEXT, A_UUID, INSTANCE, NOON, NOON_TEXT, Case, Sdk
from surface.results import (
    CID,
    CLIENTS_FACT,
    CUSTOMERS_FACT,
    DOCUMENT,
    PREFERENCE,
    context,
    deletion,
    fact,
    for_prompt,
    metadata,
    of_conversation,
    preference,
    profile,
)

TURNS: Final = [("user", "hi"), ("assistant", "hello")]
QUERY: Final = ["email"]

MEMORIES: Final = "/api/v1/memories"
CONVERSATIONS: Final = "/v1/conversations"
RECORD: Final = f"POST {CONVERSATIONS}/messages"
FOR_PROMPT: Final = f"GET {CONVERSATIONS}/{{conversation_id}}/context-for-prompt"
FETCH_USER: Final = "POST /v1/context/user/fetch"
PROFILE_ROUTE: Final = "GET /v1/users/{user_id}/profile"

FIELDS: Final = "route and fields sdk"
CHOSEN: Final = "route and fields sdk; what is returned assumed"


async def turns(sdk: Sdk) -> None:
    for role, content in TURNS:
        await sdk.conversation.record_message(CID, role, content, "ann")


async def compacted(sdk: Sdk) -> None:
    await turns(sdk)
    await sdk.conversation.context.compact(CID)


async def document(sdk: Sdk) -> Any:
    return (await sdk.memories.create(DOCUMENT, user_id="ann", document_id="doc-1")).ingestion_id


async def memory(sdk: Sdk) -> Any:
    return (await sdk.memories.status(await document(sdk))).memory_ids[0]


async def erased(sdk: Sdk) -> Any:
    await turns(sdk)
    return (await sdk.data.delete(scope="user", user_id="ann", confirm="ann")).deletion_id


def ingestion(**fields: Any) -> dict[str, Any]:
    queued = {"ingestion_id": A_UUID, "document_id": "doc-1", "status": IngestStatus.QUEUED, "queued_at": NOON}
    return {**queued, "error_message": None, **fields}


def stored(**fields: Any) -> dict[str, Any]:
    found = {"memory_id": A_UUID, "memory_type": "fact", "content": DOCUMENT, "confidence": 1.0, "category": None}
    return {
        **found,
        "subcategory": None,
        "created_at": NOON,
        "updated_at": None,
        "source_document_id": "doc-1",
    } | fields


COMPLETED: Final = ingestion(
    status=IngestStatus.COMPLETED, started_at=NOON, completed_at=NOON, memories_created=1, memory_ids=[A_UUID]
)
SUMMARY: Final = "2 messages, from 2026-11-23T12:00:00.000000Z to 2026-11-23T12:00:00.000000Z"
MATCHED: Final = preference(1.0, ("email",))

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
            preferences=[MATCHED],
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

CONTEXT_CASES: Final = (
    Case(
        "user.get_profile",
        [PROFILE_ROUTE],
        "the profile that the test seeded; 404 without one, which counts as modelled",
        FIELDS,
        lambda sdk, _: sdk.user.get_profile("ann"),
        profile(),
    ),
    Case(
        "user.context.fetch",
        [FETCH_USER],
        "the memories of user and client, ranked by shared words",
        CHOSEN,
        lambda sdk, _: sdk.user.context.fetch("ann", search_query=QUERY),
        context(preferences=[MATCHED], facts=[fact(CLIENTS_FACT, "client")]),
        when="with a query",
    ),
    Case(
        "user.context.fetch",
        [PROFILE_ROUTE],
        "the profile; the SDK asks for no memories",
        CHOSEN,
        lambda sdk, _: sdk.user.context.fetch("ann"),
        context(profile=profile(), metadata=metadata("profile", 0)),
        when="without a query, with a profile",
    ),
    Case(
        "user.context.fetch",
        [PROFILE_ROUTE, FETCH_USER],
        "the profile's 404, then the memories, newest first",
        CHOSEN,
        lambda sdk, _: sdk.user.context.fetch("bob"),
        context(facts=[fact(CLIENTS_FACT, "client")]),
        when="without a query and a profile",
    ),
    Case(
        "user.context.fetch",
        [FETCH_USER],
        "the user's conversations with their counts, and the profile",
        CHOSEN,
        lambda sdk, _: sdk.user.context.fetch(
            "ann", context_mode="conversation-summary", include_profile=True, last_n_conversations=2
        ),
        context(
            profile=profile(),
            conversations=[
                {
                    "conversation_id": CID,
                    "external_conversation_id": CID,
                    "message_count": 2,
                    "started_at": NOON,
                    "last_message_at": NOON,
                    "summary": None,
                    "summary_status": "pending",
                    "analysis": None,
                    "classification": None,
                    "compacted_at": None,
                    "compaction_version": None,
                    "conversation_type": None,
                    "ended_at": None,
                }
            ],
        ),
        when='with context_mode="conversation-summary"',
        before=turns,
    ),
    Case(
        "customer.context.fetch",
        ["POST /v1/context/customer/fetch"],
        "the memories of customer and client; rejected on B2C",
        CHOSEN,
        lambda sdk, _: sdk.customer.context.fetch("acme", search_query=["terms"]),
        context(facts=[fact(CUSTOMERS_FACT, "customer"), fact(CLIENTS_FACT, "client")]),
    ),
    Case(
        "client.context.fetch",
        ["POST /v1/context/client/fetch"],
        "the memories of the client",
        CHOSEN,
        lambda sdk, _: sdk.client.context.fetch(search_query=["terms"]),
        context(facts=[fact(CLIENTS_FACT, "client")], metadata=metadata(ttl_seconds=1800)),
    ),
    Case(
        "fetch",
        [
            "POST /v1/context/conversation/fetch",
            FETCH_USER,
            "POST /v1/context/customer/fetch",
            FOR_PROMPT,
        ],
        "the SDK merges what each scope's route returns",
        CHOSEN,
        lambda sdk, _: unified(sdk),
        {
            "facts": [CUSTOMERS_FACT, CLIENTS_FACT],
            "preferences": [PREFERENCE],
            "conversation_context": for_prompt(TURNS),
            "scopes_queried": ["conversation", "user", "customer"],
            "total_items": 3,
        },
        before=turns,
    ),
    Case(
        "as_tool",
        [FETCH_USER],
        "the tool's handler fetches as the scope's method does",
        CHOSEN,
        lambda sdk, _: tool(sdk),
        {"facts": [CLIENTS_FACT], "preferences": [PREFERENCE], "episodes": [], "emotions": [], "temporal_events": []},
    ),
)

MEMORY_CASES: Final = (
    Case(
        "memories.create",
        [f"POST {MEMORIES}/create"],
        "one document becomes one memory of kind fact, its text verbatim",
        "route and fields sdk; one memory per document assumed",
        lambda sdk, _: sdk.memories.create(DOCUMENT, user_id="ann", document_id="doc-1"),
        ingestion(),
    ),
    Case(
        "memories.batch_create",
        [f"POST {MEMORIES}/batch"],
        "the same for each of at most 100 documents; a rejected one fails alone",
        "route, fields and limit sdk and documented",
        lambda sdk, _: sdk.memories.batch_create([CreateMemoryRequest(document=DOCUMENT, document_id="doc-1")]),
        {"batch_id": A_UUID, "total": 1, "succeeded": 1, "failed": 0, "results": [ingestion()]},
    ),
    Case(
        "memories.create_from_file",
        [f"POST {MEMORIES}/upload"],
        "the file's or the form's text becomes one memory",
        "route and fields sdk; the text of a file assumed",
        lambda sdk, _: sdk.memories.create_from_file("ann", text=DOCUMENT),
        ingestion(document_id=A_TEXT),
    ),
    Case(
        "memories.status",
        [f"GET {MEMORIES}/status/{{ingestion_id}}"],
        "completed at once; the settings `processing` and `processing_seconds` change that",
        "route and fields sdk; the time assumed",
        lambda sdk, ingestion_id: sdk.memories.status(ingestion_id),
        COMPLETED,
        before=document,
    ),
    Case(
        "memories.wait_for_completion",
        [f"GET {MEMORIES}/status/{{ingestion_id}}"],
        "the SDK asks for the status until processing ends",
        "route and fields sdk; the time assumed",
        lambda sdk, ingestion_id: sdk.memories.wait_for_completion(ingestion_id),
        COMPLETED,
        before=document,
    ),
    Case(
        "memories.get",
        [f"GET {MEMORIES}/{{memory_id}}"],
        "the memory, of the key's instance only",
        FIELDS,
        lambda sdk, memory_id: sdk.memories.get(memory_id),
        stored(),
        before=memory,
    ),
    Case(
        "memories.update",
        [f"PATCH {MEMORIES}/{{memory_id}}"],
        "the memory with its new text",
        CHOSEN,
        lambda sdk, memory_id: sdk.memories.update(memory_id, document="Ann lives in Rome."),
        stored(content="Ann lives in Rome.", updated_at=NOON),
        before=memory,
    ),
    Case(
        "memories.delete",
        [f"DELETE {MEMORIES}/{{memory_id}}"],
        "removes the memory",
        FIELDS,
        lambda sdk, memory_id: sdk.memories.delete(memory_id),
        {"memory_id": A_UUID, "deleted_at": NOON},
        before=memory,
    ),
    Case(
        "memories.forget",
        [f"POST {MEMORIES}/forget"],
        "the memories that share a word with the description: listed, or removed",
        CHOSEN,
        lambda sdk, _: sdk.memories.forget("email", user_id="ann"),
        {
            "status": ForgetStatus.PREVIEW,
            "request_id": A_UUID,
            "candidates": [
                {"memory_id": A_UUID, "content": PREFERENCE, "memory_type": "preference", "store": "memory"}
            ],
            "deleted_ids": [],
            "failed_ids": [],
            "still_present_in": [],
            "may_be_incomplete": False,
        },
    ),
)

OTHER_CASES: Final = (
    Case(
        "data.delete",
        ["POST /v1/data/delete"],
        "erases a user or a conversation in the key's instance; 403 for a whole customer",
        "route, fields, scopes and the 403 sdk; what belongs to a user assumed",
        lambda sdk, _: sdk.data.delete(scope="user", user_id="ann", confirm="ann"),
        deletion(local_cleared=["context_cache", "anticipation_cache"]),
        before=turns,
    ),
    Case(
        "data.status",
        ["GET /v1/data/delete/{deletion_id}"],
        "the record of an erasure",
        FIELDS,
        lambda sdk, deletion_id: sdk.data.status(deletion_id),
        deletion(),
        before=erased,
    ),
    Case(
        "initialize",
        ["GET /api/v1/auth/whoami"],
        "the key's instance and client, and the tenancy",
        FIELDS,
        lambda sdk, _: begun(sdk),
        {"instance_id": INSTANCE},
    ),
    Case(
        "shutdown",
        ["POST /v1/telemetry/batch"],
        "telemetry is accepted and dropped",
        FIELDS,
        lambda sdk, _: sdk.shutdown(),
        None,
    ),
)


async def unified(sdk: Sdk) -> dict[str, Any]:
    """What a unified fetch merges; each item is compared where its scope is fetched alone."""
    found = await sdk.fetch(conversation_id=CID, user_id="ann", customer_id="acme", search_query=QUERY)
    return {
        "facts": [each.content for each in found.facts],
        "preferences": [each.content for each in found.preferences],
        "conversation_context": found.conversation_context.model_dump(),
        "scopes_queried": found.scopes_queried,
        "total_items": found.total_items,
    }


async def tool(sdk: Sdk) -> dict[str, Any]:
    found = await sdk.as_tool(user_id="ann")["handler"](search_query=QUERY)
    return {kind: [each["content"] for each in items] for kind, items in found.items()}


async def begun(sdk: Sdk) -> dict[str, Any]:
    await sdk.initialize()
    return {"instance_id": sdk.instance_id}


CASES: Final = (*CONVERSATION_CASES, *CONTEXT_CASES, *MEMORY_CASES, *OTHER_CASES)

BACKFILLED: Final = (
    "GET /v1/conversations/{conversation_id}/messages",
    "in the background, after a context for a prompt",
)
"""The one route that no method sends by itself: the SDK reads turns that another process has recorded."""

UNMODELLED: Final = {
    "GET /v1/credits/balance": "credits.get_balance",
    "GET /v1/credits/ledger": "credits.get_ledger",
    "POST /v1/credits/estimate": "credits.estimate",
    "POST /v1/credits/redeem": "credits.redeem",
}
"""Routes that are not modelled on purpose, and the methods that name them: `WHY_UNMODELLED`."""
WHY_UNMODELLED: Final = "the SDK's method raises TypeError before it sends anything (0.2.5 to 0.6.9)"

SILENT: Final = {
    "anticipation_cache_snapshot": "reads a cache",
    "archive_tool_result": "writes a file",
    "configure": "sets options",
    "cache.clear": "clears a cache",
    "cache.clear_customer": "clears a cache",
    "cache.clear_user": "clears a cache",
    "cache.stats": "reads a cache",
    "conversation.context.subscribe_to_compaction_updates": "listens to the gRPC stream",
    "conversation.context.unsubscribe_all_compaction_updates": "listens to the gRPC stream",
    "instance.end_session": "ends a session of the gRPC stream",
    "instance.listen": "opens the gRPC stream, which is refused at once",
    "instance.record_thinking": "sends over the gRPC stream",
    "instance.record_tool_call": "sends over the gRPC stream",
    "instance.record_tool_result": "sends over the gRPC stream",
    "instance.send_message": "sends over the gRPC stream",
    "instance.stop_listening": "closes the gRPC stream",
}
"""Methods that send no HTTP, and what they do."""
