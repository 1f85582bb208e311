"""The transcript route: a whole conversation in one request."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from synap_mock.domain.ledger.entry import lenient_batch
from synap_mock.domain.ledger.sent import Written
from synap_mock.domain.memories.ingest import FIELDS, HAD_TURNS, ingest, turn_entries
from synap_mock.domain.values.clock import iso
from synap_mock.domain.values.encoding import encode
from synap_mock.http.call import Answer
from synap_mock.http.endpoint import Keyed, Route
from synap_mock.http.parsing import parse_fields

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.memories.ingest import Ingested
    from synap_mock.domain.state import State
    from synap_mock.domain.values.batch import Batch
    from synap_mock.http.call import Call


def ingest_transcript(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /v1/conversations/ingest``."""
    fields = parse_fields(state, call, FIELDS)
    ingested = ingest(state, instance, fields)
    written = _written(state, instance, lenient_batch(turn_entries(fields)), ingested)
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
        written=written,
    )


def _summary(state: State, instance_id: str, conversation_id: str) -> str:
    """Whether the conversation is compacted. An ingestion starts no compaction: the turns would no longer be recent."""
    compactions = state.compactions.of(instance_id, conversation_id)
    if not compactions:
        return "skipped"
    return "in_progress" if compactions[-1].ready_at > state.clock.microseconds() else "already_compacted"


def _written(state: State, instance: Instance, turns: Batch, ingested: Ingested) -> Written:
    """What became of the turns. Where the conversation had turns already, those that it has not are not recorded."""
    if ingested.duplicate:
        return Written(turns, repeated=range(len(turns.roles)))
    if ingested.turns_recorded:
        return Written(turns)
    messages = state.store.transcript(instance.instance_id, ingested.conversation_id)
    held = Counter((message.role, message.content) for message in messages)
    rejected = {}
    for index, turn in enumerate(zip(turns.roles, turns.contents, strict=True)):
        held[turn] -= 1
        if held[turn] < 0:
            rejected[index] = HAD_TURNS
    return Written(turns, rejected, [index for index in range(len(turns.roles)) if index not in rejected])


ROUTES: Final = (
    Route(
        "POST",
        "/v1/conversations/ingest",
        Keyed(ingest_transcript, usual=True, entries=turn_entries),
        "ingest_transcript",
        "Ingest a transcript",
        request="Transcript",
        response=("IngestedTranscript",),
        fields=FIELDS,
    ),
)
