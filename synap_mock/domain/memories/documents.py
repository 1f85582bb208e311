"""The use case of storing a document: one document becomes one memory, of kind fact, with its text verbatim."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.memories.memory import Memory
from synap_mock.domain.memories.scopes import scope_of
from synap_mock.domain.memories.store import Document
from synap_mock.domain.rules.bodies import FIELD_DOCUMENT, FIELD_OBJECT, FIELD_STRING, FIELD_TIME, BodyField
from synap_mock.domain.values.clock import iso

if TYPE_CHECKING:
    from synap_mock.domain.access.keys import Instance
    from synap_mock.domain.memories.memory import Origin
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
    now = state.clock.microseconds()
    ingestion_id, memory_id = state.ids.uuid(), state.ids.uuid()
    document_id = fields["document_id"] or f"doc_{ingestion_id}"
    memory = Memory(
        text=text_of(fields["document"]),
        kind="fact",
        scope=scope,
        memory_id=memory_id,
        created_at=iso(now),
        origin=origin,
        document_id=document_id,
    )
    document = Document(ingestion_id, document_id, instance.instance_id, now, now, "completed", (memory_id,))
    state.memories.add(memory, document=document)
    return document


def text_of(document: str | dict[str, Any]) -> str:
    """The text of a document; of one that is an object, its JSON."""
    return document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
