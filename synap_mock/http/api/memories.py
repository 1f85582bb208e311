"""The memory routes: store documents, follow their processing, read memories back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.memories.documents import FIELDS, store_document
from synap_mock.domain.rules import memories as rules
from synap_mock.domain.rules.rule import Refusal, Refused
from synap_mock.domain.values.clock import iso
from synap_mock.domain.values.encoding import encode
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote
from synap_mock.http.call import Answer
from synap_mock.http.endpoint import Keyed, Route
from synap_mock.http.parsing import parse_fields

if TYPE_CHECKING:
    from synap_mock.domain.access.keys import Instance
    from synap_mock.domain.memories.memory import Memory
    from synap_mock.domain.state import State
    from synap_mock.http.call import Call

CONFIDENCE: Final = 1.0
"""Of every memory: nothing is inferred."""


def create(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /api/v1/memories/create``."""
    document = store_document(state, instance, parse_fields(state, call, FIELDS), "create")
    return Answer(
        200,
        encode(
            {
                "ingestion_id": document.ingestion_id,
                "document_id": document.document_id,
                "status": "queued",
                "queued_at": iso(document.queued_at),
            }
        ),
    )


def status(state: State, call: Call, instance: Instance) -> Answer:
    """``GET /api/v1/memories/status/{ingestion_id}``."""
    given = call.path_params["ingestion_id"]
    try:
        document = state.memories.document(instance.instance_id, canonical_uuid(given) or given)
    except KeyError:
        text = f"there is no ingestion {quote(given)} in this instance"
        raise Refused(Refusal(rules.INGESTION_UNKNOWN, text)) from None
    now = document.status_at(state.clock.microseconds())
    done = now not in {"queued", "processing"}
    answer = {
        "ingestion_id": document.ingestion_id,
        "document_id": document.document_id,
        "status": now,
        "queued_at": iso(document.queued_at),
        "started_at": iso(document.queued_at),
        "completed_at": iso(document.ready_at) if done else None,
        "memories_created": len(document.memory_ids) if done else 0,
        "memory_ids": document.memory_ids if done else [],
        "error_message": document.error if done else None,
    }
    return Answer(200, encode(answer))


def get(state: State, call: Call, instance: Instance) -> Answer:
    """``GET /api/v1/memories/{memory_id}``."""
    return Answer(200, encode(_shown(_found(state, call, instance))))


def _found(state: State, call: Call, instance: Instance) -> Memory:
    given = call.path_params["memory_id"]
    try:
        return state.memories.get(instance.instance_id, canonical_uuid(given) or given)
    except KeyError:
        text = f"there is no memory {quote(given)} in this instance"
        raise Refused(Refusal(rules.MEMORY_UNKNOWN, text)) from None


def _shown(memory: Memory) -> dict[str, Any]:
    return {
        "memory_id": memory.memory_id,
        "memory_type": memory.kind,
        "content": memory.text,
        "confidence": CONFIDENCE,
        "category": None,
        "subcategory": None,
        "created_at": memory.created_at,
        "updated_at": memory.updated_at,
        "source_document_id": memory.document_id,
    }


ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/memories/create",
        Keyed(create, usual=True),
        "create_memory",
        "Store a document",
        request="Document",
        response=("AcceptedDocument",),
        fields=FIELDS,
    ),
    Route(
        "GET",
        "/api/v1/memories/status/{ingestion_id}",
        Keyed(status, usual=True),
        "memory_status",
        "The status of a document's processing",
        response=("Ingestion",),
    ),
    Route(
        "GET",
        "/api/v1/memories/{memory_id}",
        Keyed(get, usual=True),
        "get_memory",
        "Read a memory",
        response=("Memory",),
    ),
)
