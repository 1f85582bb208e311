"""Profiles and the fetches of each scope."""

from __future__ import annotations

from typing import Any, Final

from surface.case import NOON, Case, Sdk
from surface.results import (
    CID,
    CLIENTS_FACT,
    CUSTOMERS_FACT,
    PREFERENCE,
    TURNS,
    context,
    fact,
    for_prompt,
    metadata,
    preference,
    profile,
)
from surface.steps import CHOSEN, FIELDS, FOR_PROMPT, QUERY, turns

FETCH_USER: Final = "POST /v1/context/user/fetch"
PROFILE_ROUTE: Final = "GET /v1/users/{user_id}/profile"
MATCHED: Final = preference(1.0, ("email",))


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
