"""The use cases of storing documents: each becomes one memory, of kind fact, with its text verbatim."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.memories.memory import Memory
from synap_mock.domain.memories.scopes import scope_of
from synap_mock.domain.memories.store import Document
from synap_mock.domain.rules.bodies import (
    FIELD_BOOLEAN,
    FIELD_DOCUMENT,
    FIELD_LIST,
    FIELD_OBJECT,
    FIELD_STRING,
    FIELD_TIME,
    BodyField,
    read_fields,
)
from synap_mock.domain.rules.rule import DESCRIBED, Refused
from synap_mock.domain.values.clock import iso
from synap_mock.domain.values.encoding import to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.memories.memory import Origin, Scope
    from synap_mock.domain.rules.rule import Refusal
    from synap_mock.domain.state import State

TYPES: Final = ("ai-chat-conversation", "document", "email", "pdf", "image", "audio", "meeting-transcript")
"""SDK 0.6.9, ``DocumentType``."""
MODES: Final = ("fast", "long-range")
"""SDK 0.6.9, ``IngestMode``."""
FIELDS: Final = (
    BodyField("document", FIELD_DOCUMENT, required=True),
    BodyField("document_type", FIELD_STRING, choices=TYPES, default=TYPES[0]),
    BodyField("document_id", FIELD_STRING),
    BodyField("document_created_at", FIELD_TIME),
    BodyField("user_id", FIELD_STRING),
    BodyField("customer_id", FIELD_STRING),
    BodyField("scope", FIELD_OBJECT),
    BodyField("mode", FIELD_STRING, choices=MODES, default=MODES[1]),
    BodyField("metadata", FIELD_OBJECT),
)
"""What a document has; source: SDK 0.6.9, ``CreateMemoryRequest``."""
MOST: Final = 100
"""Documents of a batch (page: replay history)."""
BATCH_FIELDS: Final = (
    BodyField("documents", FIELD_LIST, required=True, most=MOST),
    BodyField("fail_fast", FIELD_BOOLEAN, default=False),
)
"""What a batch of documents has; source: SDK 0.6.9, ``BatchCreateRequest``."""
_ERRORS: Final = {
    "completed": None,
    "failed": "the document could not be processed",
    "partial_success": "a part of the document could not be processed",
}


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What became of a batch of documents.

    Attributes:
        total: how many documents it had.
        documents: those that were tried, in order; a rejected one has the outcome failed.
        refusals: why documents were rejected.
    """

    total: int
    documents: list[Document]
    refusals: tuple[Refusal, ...]


def store_document(state: State, instance: Instance, fields: dict[str, Any], origin: Origin) -> Document:
    """Store a document.

    Args:
        state: the fake.
        instance: the instance that stores it.
        fields: the values of `FIELDS`.
        origin: the route that stores it.

    Raises:
        Refused: its scope breaks a rule; nothing was stored.
    """
    scope = scope_of(state, instance, user_id=fields["user_id"], customer_id=fields["customer_id"])
    return accept(state, scope, text_of(fields["document"]), origin, document_id=fields["document_id"])


def accept(state: State, scope: Scope, text: str, origin: Origin, *, document_id: str | None = None) -> Document:
    """Store a document of a scope; the settings `processing` and `processing_seconds` say what becomes of it.

    A `document_id` that the scope has already is a new version of that document: no second memory is made.

    Args:
        state: the fake.
        scope: whom it is about.
        text: of the memory that is made from it.
        origin: the route that stores it.
        document_id: the client's; empty or None: the fake makes one.
    """
    now, settings = state.clock.microseconds(), state.settings
    ingestion_id = state.ids.uuid()
    document_id = document_id or f"doc_{ingestion_id}"
    memory = Memory(
        text=text,
        kind="fact",
        scope=scope,
        memory_id=state.ids.uuid(),
        created_at=iso(now),
        status=settings.processing,
        origin=origin,
        document_id=document_id,
    )
    document = Document(
        ingestion_id=ingestion_id,
        document_id=document_id,
        instance_id=scope.instance_id,
        queued_at=now,
        ready_at=now + round(settings.processing_seconds * 1_000_000),
        outcome=settings.processing,
        memory_ids=(),
        error=_ERRORS[settings.processing],
    )
    return state.memories.add_version(memory, document)


def parse_documents(values: Sequence[object]) -> list[dict[str, Any]]:
    """The values of `FIELDS` of each document of a batch.

    Raises:
        Refused: the first DESCRIBED violations of the schema.
    """
    found: list[dict[str, Any]] = []
    refusals: list[Refusal] = []
    for index, value in enumerate(values):
        try:
            found.append(read_fields(value, FIELDS, ("documents", index)))
        except Refused as refused:
            refusals += refused.refusals
    if refusals:
        raise Refused(*refusals[:DESCRIBED])
    return found


def store_documents(
    state: State, instance: Instance, documents: Sequence[dict[str, Any]], *, fail_fast: bool
) -> BatchOutcome:
    """Store each document of a batch that is valid.

    Args:
        state: the fake.
        instance: the instance that stores them.
        documents: the values of `FIELDS` of each.
        fail_fast: whether the first rejected document ends the batch; the ones before it stay stored.
    """
    tried: list[Document] = []
    refusals: list[Refusal] = []
    for index, fields in enumerate(documents):
        try:
            tried.append(store_document(state, instance, fields, "batch"))
        except Refused as refused:
            (refusal,) = refused.refusals
            refusals.append(replace(refusal, path=("documents", index, *refusal.path)))
            tried.append(_rejected(state, instance, fields, f"{refusal.where} {refusal.text}"))
            if fail_fast:
                break
    return BatchOutcome(len(documents), tried, tuple(refusals))


def text_of(document: str | dict[str, Any]) -> str:
    """The text of a document; of one that is an object, its JSON."""
    return document if isinstance(document, str) else to_text(document)


def _rejected(state: State, instance: Instance, fields: dict[str, Any], error: str) -> Document:
    """A document that was not accepted; its status can be read."""
    now, ingestion_id = state.clock.microseconds(), state.ids.uuid()
    document_id = fields["document_id"] or f"doc_{ingestion_id}"
    document = Document(ingestion_id, document_id, instance.instance_id, now, now, "failed", (), error, rejected=True)
    state.memories.add(document=document)
    return document
