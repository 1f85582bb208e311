"""The memory routes: store documents, follow their processing, read, update, delete and forget memories."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.conversations.schema import decode
from synap_mock.domain.memories import documents, forgetting, updates, uploads
from synap_mock.domain.rules.bodies import read_fields
from synap_mock.domain.rules.resources import memories as rules
from synap_mock.domain.rules.rule import Refusal, Refused
from synap_mock.domain.values.clock import iso
from synap_mock.domain.values.encoding import encode
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote
from synap_mock.http.api.forms import File, read_form
from synap_mock.http.call import Answer
from synap_mock.http.endpoint import Keyed, Route
from synap_mock.http.parsing import parse_body, parse_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.memories.memory import Memory
    from synap_mock.domain.memories.store import Document
    from synap_mock.domain.state import State
    from synap_mock.http.api.forms import Form
    from synap_mock.http.call import Call

CONFIDENCE: Final = 1.0
"""Of every memory: nothing is inferred."""


def create(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /api/v1/memories/create``."""
    document = documents.store_document(state, instance, parse_fields(state, call, documents.FIELDS), "create")
    return Answer(200, encode(_accepted(document)))


def create_batch(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /api/v1/memories/batch``."""
    fields = parse_fields(state, call, documents.BATCH_FIELDS)
    given = documents.parse_documents(fields["documents"])
    outcome = documents.store_documents(state, instance, given, fail_fast=fields["fail_fast"])
    failed = len(outcome.refusals)
    answer = {
        "batch_id": state.ids.uuid(),
        "total": outcome.total,
        "succeeded": len(outcome.documents) - failed,
        "failed": failed,
        "results": [_result(document) for document in outcome.documents],
    }
    return Answer(200, encode(answer), outcome.refusals)


def upload(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /api/v1/memories/upload``."""
    form = parse_body(state, call, lambda content: _form(call, content))
    fields = read_fields({**form, **_parsed(form)}, uploads.FIELDS)
    document = uploads.store_upload(state, instance, fields, _uploaded(form))
    return Answer(200, encode(_accepted(document)))


def forget(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /api/v1/memories/forget``."""
    found = forgetting.forget(state, instance, parse_fields(state, call, forgetting.FIELDS))
    answer = {
        "status": found.status,
        "request_id": found.request_id,
        "candidates": [
            {"memory_id": memory.memory_id, "content": memory.text, "memory_type": memory.kind, "store": "memory"}
            for memory in found.memories
        ],
        "deleted_ids": [memory.memory_id for memory in found.memories] if found.mode == "direct" else [],
        "failed_ids": [],
        "still_present_in": [],
        "may_be_incomplete": False,
    }
    return Answer(200, encode(answer))


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
    with _known(call) as memory_id:
        memory = state.memories.get(instance.instance_id, memory_id)
    return Answer(200, encode(_shown(memory)))


def update(state: State, call: Call, instance: Instance) -> Answer:
    """``PATCH /api/v1/memories/{memory_id}``."""
    fields = parse_fields(state, call, updates.FIELDS)
    with _known(call) as memory_id:
        memory = updates.update_memory(state, instance, memory_id, fields)
    return Answer(200, encode(_shown(memory)))


def delete(state: State, call: Call, instance: Instance) -> Answer:
    """``DELETE /api/v1/memories/{memory_id}``."""
    with _known(call) as memory_id:
        memory = state.memories.delete(instance.instance_id, memory_id)
    return Answer(200, encode({"memory_id": memory.memory_id, "deleted_at": iso(state.clock.microseconds())}))


@contextmanager
def _known(call: Call) -> Iterator[str]:
    """The id of the memory that the path names; where the instance does not have it, the call is rejected."""
    given = call.path_params["memory_id"]
    try:
        yield canonical_uuid(given) or given
    except KeyError:
        text = f"there is no memory {quote(given)} in this instance"
        raise Refused(Refusal(rules.MEMORY_UNKNOWN, text)) from None


def _accepted(document: Document) -> dict[str, Any]:
    return {
        "ingestion_id": document.ingestion_id,
        "document_id": document.document_id,
        "status": "queued",
        "queued_at": iso(document.queued_at),
    }


def _result(document: Document) -> dict[str, Any]:
    """Of a document in a batch. A document that was accepted has no error yet, even if its processing will fail."""
    rejected = document.rejected
    answer = {**_accepted(document), "error_message": document.error if rejected else None}
    return {**answer, "status": "failed"} if rejected else answer


def _form(call: Call, content: bytes) -> Form:
    try:
        return read_form(call.header(b"content-type"), content)
    except ValueError as error:
        raise Refused(Refusal(rules.UPLOAD_FORM, f"the body must be a form; {error}", ("body",))) from None


def _parsed(form: Form) -> dict[str, Any]:
    """The fields that are JSON in a string, parsed; one that is not JSON stays as it is."""
    found = {}
    for name in uploads.JSON_FIELDS:
        given = form.get(name)
        if isinstance(given, str):
            with suppress(Refused):
                found[name] = decode(given.encode("utf-8", "surrogatepass"))
    return found


def _uploaded(form: Form) -> str:
    """The text of what is uploaded."""
    file, text = form.get("file"), form.get("text")
    wrong = "must have exactly one of file and text"
    if (file is None) == (text is None):
        raise Refused(Refusal(rules.UPLOAD_SOURCE, f"{wrong}, not {'neither' if file is None else 'both'}", ("body",)))
    if isinstance(file, File) and file.name:
        return uploads.text_of_file(file.name, file.content)
    if isinstance(text, str):
        return text
    name = "text" if file is None else "file"
    must = "a field without a file name" if file is None else "a part with a file name"
    raise Refused(Refusal(rules.UPLOAD_SOURCE, f"must be {must}", (name,)))


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
        fields=documents.FIELDS,
    ),
    Route(
        "POST",
        "/api/v1/memories/batch",
        Keyed(create_batch, usual=True),
        "create_memories",
        "Store documents",
        request="Documents",
        response=("AcceptedDocuments",),
        fields=documents.BATCH_FIELDS,
    ),
    Route(
        "POST",
        "/api/v1/memories/upload",
        Keyed(upload, usual=True),
        "upload_memory",
        "Store a file or a text",
        request="Upload",
        response=("AcceptedDocument",),
    ),
    Route(
        "POST",
        "/api/v1/memories/forget",
        Keyed(forget, usual=True),
        "forget_memories",
        "Forget what a description matches",
        request="Forgetting",
        response=("Forgotten",),
        fields=forgetting.FIELDS,
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
    Route(
        "PATCH",
        "/api/v1/memories/{memory_id}",
        Keyed(update, usual=True),
        "update_memory",
        "Update a memory",
        request="MemoryUpdate",
        response=("Memory",),
        fields=updates.FIELDS,
    ),
    Route(
        "DELETE",
        "/api/v1/memories/{memory_id}",
        Keyed(delete, usual=True),
        "delete_memory",
        "Delete a memory",
        response=("DeletedMemory",),
    ),
)
