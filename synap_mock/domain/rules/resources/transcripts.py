"""Rules about transcripts: one conversation has one, and it has turns."""

from __future__ import annotations

from typing import Final

from synap_mock.domain.rules.rule import Evidence, Rule, Scope

TRANSCRIPT_EMPTY = Rule(
    id="TRANSCRIPT-EMPTY",
    statement="A transcript without a turn: no text but white space, or an empty list.",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.SDK,
    source="SDK 0.6.9, ingest_transcript, Raises (400 or 422)",
    edit="send a transcript of at least one turn",
    schema_error=("value_error", "Value error, the transcript is empty"),
)
TRANSCRIPT_CONFLICT = Rule(
    id="TRANSCRIPT-CONFLICT",
    statement="Another transcript for a conversation that has one already. (The same transcript again is a duplicate, "
    "and accepted.)",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.SDK,
    source="SDK 0.6.9, ingest_transcript and TranscriptConflictError",
    code="TRANSCRIPT_CONFLICT",
    status=409,
    edit="send another conversation_id for another conversation",
    coded_detail="transcript_conflict",
)

RULES: Final[tuple[Rule, ...]] = (TRANSCRIPT_EMPTY, TRANSCRIPT_CONFLICT)
