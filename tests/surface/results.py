"""What the SDK makes of the fake's answers, where several methods return the same."""

from __future__ import annotations

from typing import Any, Final

from surface.case import A_TEXT, A_TIME, A_UUID, NOON, NOON_TEXT

TURNS: Final = [("user", "hi"), ("assistant", "hello")]
CID: Final = "00000000-0000-4000-8000-00000000000a"
OTHER_CID: Final = "00000000-0000-4000-8000-00000000000b"
PREFERENCE: Final = "Ann prefers email"
CUSTOMERS_FACT: Final = "Acme gets refunds"
CLIENTS_FACT: Final = "Refunds within 30 days"
DOCUMENT: Final = "Ann lives in Oslo."
PROFILE: Final = {"attributes": {"plan": {"value": "pro", "confidence": 0.9}}, "overview": "An engineer."}


def metadata(source: str = "cloud", ttl_seconds: int = 300) -> dict[str, Any]:
    """Of a fetch; the SDK's own, except for `ttl_seconds`."""
    return {
        "correlation_id": A_TEXT,
        "ttl_seconds": ttl_seconds,
        "source": source,
        "retrieved_at": A_TIME,
        "compaction_applied": None,
    }


def item(text: str, scope: str, rank: float = 0.0, matched: tuple[str, ...] = ()) -> dict[str, Any]:
    """What every kind of item has."""
    return {
        "id": A_UUID,
        "content": text,
        "scope": scope,
        "relevance_score": rank,
        "metadata": {"rank_score": rank},
        "matched_queries": list(matched),
        "extracted_at": NOON,
        "entities": [],
        "event_date": None,
        "event_end": None,
        "event_precision": None,
        "said_at": None,
        "source_evidence": None,
        "temporal_category": None,
        "temporal_confidence": 0.0,
        "valid_until": None,
    }


def fact(text: str, scope: str, rank: float = 0.0, matched: tuple[str, ...] = ()) -> dict[str, Any]:
    """A fact; its source is its scope."""
    return item(text, scope, rank, matched) | {"confidence": 1.0, "source": scope}


def preference(rank: float = 0.0, matched: tuple[str, ...] = ()) -> dict[str, Any]:
    """The seeded preference."""
    return item(PREFERENCE, "user", rank, matched) | {"category": "", "source": "", "strength": 1.0}


def context(**fields: Any) -> dict[str, Any]:
    """A fetched context: empty but for some fields."""
    empty: dict[str, Any] = {
        "facts": [],
        "preferences": [],
        "episodes": [],
        "emotions": [],
        "temporal_events": [],
        "items": [],
        "excerpts": [],
        "conversation_context": None,
        "conversations": None,
        "profile": None,
        "retrieval": None,
        "metadata": metadata(),
    }
    return empty | fields


def of_conversation(turns: list[tuple[str, str]]) -> dict[str, Any]:
    """The context of a conversation that is not compacted."""
    return {
        "conversation_id": CID,
        "recent_turns": [{"role": role, "content": content, "timestamp": NOON_TEXT} for role, content in turns],
        "summary": None,
        "current_state": {},
        "key_extractions": {},
        "compaction_id": None,
        "compacted_at": None,
        "formatted_context": None,
    }


def for_prompt(turns: list[tuple[str, str]]) -> dict[str, Any]:
    """The context for a prompt of a conversation that is not compacted."""
    lines = "".join(f"\n\n**{role}**: {content}" for role, content in turns)
    return {
        "available": True,
        "is_stale": False,
        "formatted_context": f"## Recent Turns ({len(turns)}){lines}",
        "context_block": None,
        "history_block": None,
        "history_excerpts": [],
        "compaction_id": None,
        "compaction_age_seconds": None,
        "compacted_message_count": 0,
        "compression_ratio": None,
        "validation_score": None,
        "quality_warning": False,
        "recent_messages": [
            {"role": role, "content": content, "message_id": A_TEXT, "timestamp": NOON} for role, content in turns
        ],
        "recent_message_count": len(turns),
        "total_message_count": len(turns),
    }


def profile() -> dict[str, Any]:
    """The seeded profile."""
    plan = {"value": "pro", "confidence": 0.9, "updated_at": None, "source_conversation_id": None}
    return {"attributes": {"plan": plan}, "overview": "An engineer.", "extras": {}, "meta": {}}


def deletion(**fields: Any) -> dict[str, Any]:
    """An erasure of a user."""
    complete: dict[str, Any] = {
        "deletion_id": A_UUID,
        "status": "complete",
        "scope": "user",
        "dry_run": False,
        "found": True,
        "counts": {"messages": 2, "conversations": 1, "memories": 1, "profiles": 1},
        "stores": {},
        "still_present_in": [],
        "fully_removed": True,
        "continue_": False,
        "kept": [],
        "note": None,
        "memories_kept": False,
        "audit": None,
        "local_cleared": [],
    }
    return complete | fields
