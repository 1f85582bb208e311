"""Documents, and the memories that are made from them."""

from __future__ import annotations

from typing import Any, Final

from maximem_synap.memories import CreateMemoryRequest, ForgetStatus, IngestStatus
from surface.case import A_TEXT, A_UUID, NOON, Case, Sdk
from surface.results import DOCUMENT, PREFERENCE
from surface.steps import CHOSEN, FIELDS

MEMORIES: Final = "/api/v1/memories"


async def document(sdk: Sdk) -> Any:
    return (await sdk.memories.create(DOCUMENT, user_id="ann", document_id="doc-1")).ingestion_id


async def memory(sdk: Sdk) -> Any:
    return (await sdk.memories.status(await document(sdk))).memory_ids[0]


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
