"""The transcript route: a whole conversation in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_mock.domain.memories.ingest import FIELDS, ingest
from synap_mock.domain.values.clock import iso
from synap_mock.domain.values.encoding import encode
from synap_mock.http.call import Answer
from synap_mock.http.endpoint import Keyed, Route
from synap_mock.http.parsing import parse_fields

if TYPE_CHECKING:
    from synap_mock.domain.access.keys import Instance
    from synap_mock.domain.state import State
    from synap_mock.http.call import Call


def ingest_transcript(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /v1/conversations/ingest``."""
    fields = parse_fields(state, call, FIELDS)
    ingested = ingest(state, instance, fields)
    return Answer(
        200,
        encode(
            {
                "conversation_id": ingested.conversation_id,
                "external_conversation_id": fields["conversation_id"],
                "ingestion_id": ingested.transcript.ingestion_id,
                "status": "duplicate" if ingested.duplicate else "queued",
                "turns_recorded": ingested.turns_recorded,
                "summary_status": _summary(state, instance.instance_id, ingested.conversation_id),
                "queued_at": iso(ingested.transcript.queued_at),
                "warnings": ingested.warnings,
            }
        ),
    )


def _summary(state: State, instance_id: str, conversation_id: str) -> str:
    """Whether the conversation is compacted. An ingestion starts no compaction: the turns would no longer be recent."""
    compactions = state.compactions.of(instance_id, conversation_id)
    if not compactions:
        return "skipped"
    return "in_progress" if compactions[-1].ready_at > state.clock.microseconds() else "already_compacted"


ROUTES: Final = (
    Route(
        "POST",
        "/v1/conversations/ingest",
        Keyed(ingest_transcript, usual=True),
        "ingest_transcript",
        "Ingest a transcript",
        request="Transcript",
        response=("IngestedTranscript",),
        fields=FIELDS,
    ),
)
