"""The context routes: what is remembered in a scope, a conversation for a prompt, a user's profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.conversations.read import conversation_id_of, unknown
from synap_mock.domain.memories.recall import context
from synap_mock.domain.memories.recall.recent import STYLES, recent
from synap_mock.domain.memories.recall.summaries import summaries
from synap_mock.domain.memories.scopes import scope_of
from synap_mock.domain.rules.resources import context as rules
from synap_mock.domain.rules.rule import Refusal, Refused
from synap_mock.domain.values.clock import iso
from synap_mock.domain.values.encoding import encode
from synap_mock.domain.values.quoting import quote
from synap_mock.http.api.memories import CONFIDENCE
from synap_mock.http.call import Answer
from synap_mock.http.endpoint import Keyed, Route
from synap_mock.http.parsing import parse_fields
from synap_mock.http.query import choice, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.memories.memory import Memory
    from synap_mock.domain.memories.recall.recent import Recent
    from synap_mock.domain.memories.recall.retrieval import Found
    from synap_mock.domain.memories.recall.summaries import Summary
    from synap_mock.domain.state import State
    from synap_mock.domain.storage.messages import Message
    from synap_mock.http.call import Call

TTL: Final = 300
"""Seconds that a response may be cached. Source: SDK, the default of each fetch but the client's."""
CLIENT_TTL: Final = 1800
"""The same of a client's context. Source: the client fetch page, 30 minutes."""
_MICROSECONDS: Final = 1_000_000


def fetch_conversation(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /v1/context/conversation/fetch``."""
    fields = parse_fields(state, call, context.CONVERSATION_FIELDS)
    return _fetched(context.of_conversation(state, instance, fields), fields, TTL)


def fetch_user(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /v1/context/user/fetch``."""
    fields = parse_fields(state, call, context.USER_FIELDS)
    if fields["context_mode"] == context.SUMMARY:
        return _summarized(state, instance, fields)
    return _fetched(context.of_user(state, instance, fields), fields, TTL)


def fetch_customer(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /v1/context/customer/fetch``."""
    fields = parse_fields(state, call, context.CUSTOMER_FIELDS)
    return _fetched(context.of_customer(state, instance, fields), fields, TTL)


def fetch_client(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /v1/context/client/fetch``."""
    fields = parse_fields(state, call, context.CLIENT_FIELDS)
    return _fetched(context.of_client(state, instance, fields), fields, CLIENT_TTL)


def context_for_prompt(state: State, call: Call, instance: Instance) -> Answer:
    """``GET /v1/conversations/{id}/context-for-prompt?style=structured``."""
    conversation_id = conversation_id_of(call.path_params["conversation_id"])
    try:
        style = choice(call.query, "style", STYLES)
    except ValueError as error:
        raise Refused(Refusal(rules.PROMPT_STYLE, str(error), ("style",))) from None
    try:
        found = recent(state, instance.instance_id, conversation_id)
    except KeyError:
        raise unknown(conversation_id) from None
    compaction = found.compaction
    age = None if compaction is None else (state.clock.microseconds() - compaction.ready_at) // _MICROSECONDS
    answer = {
        "formatted_context": found.text(style),
        "available": True,
        "is_stale": compaction is not None and bool(found.messages),
        "compression_ratio": None if compaction is None else compaction.ratio,
        "validation_score": None if compaction is None else CONFIDENCE,
        "compaction_age_seconds": age,
        "quality_warning": False,
        "recent_messages": [{**_turn(message), "message_id": message.message_id} for message in found.messages],
        "recent_message_count": len(found.messages),
        "compacted_message_count": found.total - len(found.messages),
        "total_message_count": found.total,
        "context_block": found.block,
        "compaction_id": None if compaction is None else compaction.compaction_id,
    }
    return Answer(200, encode(answer))


def profile(state: State, call: Call, instance: Instance) -> Answer:
    """``GET /v1/users/{user_id}/profile?customer_id=``."""
    user_id = call.path_params["user_id"]
    scope = scope_of(state, instance, user_id=user_id, customer_id=text(call.query, "customer_id"))
    found = state.memories.profile(scope)
    if found is None:
        raise Refused(Refusal(rules.PROFILE_UNKNOWN, f"there is no profile of user {quote(user_id)} in this instance"))
    return Answer(200, encode({"profile": found}))


def _fetched(found: context.Context, fields: Mapping[str, Any], ttl: int) -> Answer:
    items = [_item(each) for each in found.found]
    by_type: dict[str, Any] = {section: [] for section in context.SECTIONS.values()}
    for each, item in zip(found.found, items, strict=True):
        by_type[context.SECTIONS[each.memory.kind]].append(item)
    if fields["response_shape"] == "ranked":
        by_type["items"] = [
            {**item, "category": context.SECTIONS[each.memory.kind], "rank": rank}
            for rank, (each, item) in enumerate(zip(found.found, items, strict=True), 1)
        ]
    answer = {"context": by_type, "ttl_seconds": ttl}
    if found.conversation is not None:
        answer["conversation_context"] = _conversation(found.conversation)
    return Answer(200, encode(answer))


def _summarized(state: State, instance: Instance, fields: Mapping[str, Any]) -> Answer:
    scope = scope_of(state, instance, user_id=fields["user_id"], customer_id=fields["customer_id"])
    known = summaries(state, scope, fields["last_n_conversations"]) if scope.user_id else []
    answer: dict[str, Any] = {
        "context": {section: [] for section in context.SECTIONS.values()},
        "ttl_seconds": TTL,
        "conversations": [_summary(each) for each in known],
    }
    if fields["include_profile"]:
        answer["profile"] = state.memories.profile(scope) if scope.user_id else None
    return Answer(200, encode(answer))


def _item(found: Found) -> dict[str, Any]:
    memory = found.memory
    return {
        "id": memory.memory_id,
        "content": memory.text,
        **_of_kind(memory),
        "confidence": CONFIDENCE,
        "source": memory.scope.level,
        "scope": memory.scope.level,
        "entities": [],
        "relevance_score": found.score,
        "extracted_at": memory.updated_at or memory.created_at,
        "metadata": {"rank_score": found.score},
        "event_date": None,
        "said_at": None,
        "event_end": None,
        "event_precision": None,
        "valid_until": None,
        "temporal_category": "temporal_fact" if memory.kind == "temporal_event" else None,
        "temporal_confidence": CONFIDENCE if memory.kind == "temporal_event" else 0.0,
        "source_evidence": None,
        "matched_queries": found.matched,
    }


def _of_kind(memory: Memory) -> dict[str, Any]:
    """What only items of a kind have; nothing is inferred, so numbers are 1 and an emotion's type is unspecified."""
    match memory.kind:
        case "preference":
            return {"category": "", "strength": CONFIDENCE}
        case "episode":
            return {
                "summary": memory.text,
                "occurred_at": memory.created_at,
                "significance": CONFIDENCE,
                "participants": [],
            }
        case "emotion":
            return {
                "emotion_type": "unspecified",
                "context": memory.text,
                "intensity": CONFIDENCE,
                "detected_at": memory.created_at,
            }
    return {}


def _conversation(found: Recent) -> dict[str, Any]:
    compaction = found.compaction
    return {
        "conversation_id": found.conversation_id,
        "summary": found.block,
        "current_state": {},
        "key_extractions": {},
        "recent_turns": [_turn(message) for message in found.messages],
        "compaction_id": None if compaction is None else compaction.compaction_id,
        "compacted_at": None if compaction is None else iso(compaction.ready_at),
    }


def _turn(message: Message) -> dict[str, Any]:
    return {"role": message.role, "content": message.content, "timestamp": message.recorded_at}


def _summary(found: Summary) -> dict[str, Any]:
    compaction = found.compaction
    return {
        "conversation_id": found.conversation_id,
        "external_conversation_id": found.conversation_id,
        "conversation_type": None,
        "started_at": found.started_at,
        "ended_at": None,
        "last_message_at": found.last_message_at,
        "message_count": found.message_count,
        "summary_status": "pending" if compaction is None else "available",
        "summary": None if compaction is None else {"narrative_summary": compaction.summary},
        "classification": None,
        "analysis": None,
        "compaction_version": None if compaction is None else compaction.version,
        "compacted_at": None if compaction is None else iso(compaction.ready_at),
    }


ROUTES: Final = (
    Route(
        "POST",
        "/v1/context/conversation/fetch",
        Keyed(fetch_conversation, usual=True),
        "fetch_conversation_context",
        "Fetch a conversation's context",
        request="ConversationContextRequest",
        response=("Context",),
        fields=context.CONVERSATION_FIELDS,
    ),
    Route(
        "POST",
        "/v1/context/user/fetch",
        Keyed(fetch_user, usual=True),
        "fetch_user_context",
        "Fetch a user's context",
        request="UserContextRequest",
        response=("UserContext",),
        fields=context.USER_FIELDS,
    ),
    Route(
        "POST",
        "/v1/context/customer/fetch",
        Keyed(fetch_customer, usual=True),
        "fetch_customer_context",
        "Fetch a customer's context",
        request="CustomerContextRequest",
        response=("Context",),
        fields=context.CUSTOMER_FIELDS,
    ),
    Route(
        "POST",
        "/v1/context/client/fetch",
        Keyed(fetch_client, usual=True),
        "fetch_client_context",
        "Fetch the client's context",
        request="ClientContextRequest",
        response=("Context",),
        fields=context.CLIENT_FIELDS,
    ),
    Route(
        "GET",
        "/v1/conversations/{conversation_id}/context-for-prompt",
        Keyed(context_for_prompt, usual=True),
        "context_for_prompt",
        "A conversation's context for a prompt",
        response=("PromptContext",),
    ),
    Route(
        "GET",
        "/v1/users/{user_id}/profile",
        Keyed(profile, usual=True),
        "user_profile",
        "A user's profile",
        response=("UserProfile",),
    ),
)
