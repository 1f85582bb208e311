"""Every use of the official SDK's public methods that sends HTTP: what it sends, and what it returns.

The seeds of each case: `PREFERENCE` of ann, `CUSTOMERS_FACT` of acme, `CLIENTS_FACT` of everybody, and ann's profile.
"""

from __future__ import annotations

from typing import Any, Final

from surface.case import INSTANCE, Case, Sdk
from surface.context_cases import CONTEXT_CASES
from surface.conversation_cases import CONVERSATION_CASES
from surface.memory_cases import MEMORY_CASES
from surface.results import deletion
from surface.steps import FIELDS, turns


async def erased(sdk: Sdk) -> Any:
    await turns(sdk)
    return (await sdk.data.delete(scope="user", user_id="ann", confirm="ann")).deletion_id


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
