"""The use case of ingesting a transcript: its turns are recorded, and its text becomes one memory of its user."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from synap_mock.domain.conversations import schema
from synap_mock.domain.memories.documents import accept
from synap_mock.domain.memories.scopes import scope_of
from synap_mock.domain.memories.transcripts import Transcript, fingerprint
from synap_mock.domain.rules.bodies import (
    FIELD_OBJECT,
    FIELD_STRING,
    FIELD_TIME,
    FIELD_TRANSCRIPT,
    BodyField,
    read_fields,
)
from synap_mock.domain.rules.resources.transcripts import TRANSCRIPT_CONFLICT, TRANSCRIPT_EMPTY
from synap_mock.domain.rules.rule import DESCRIBED, Refusal, Refused
from synap_mock.domain.values.batch import ROLES, Batch
from synap_mock.domain.values.ids import conversation_uuid
from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.memories.memory import Scope
    from synap_mock.domain.state import State

KIBIBYTE: Final = 1024
FIELDS: Final = (
    BodyField("conversation_id", FIELD_STRING, required=True, least=1),
    BodyField("user_id", FIELD_STRING, required=True, least=1),
    BodyField("transcript", FIELD_TRANSCRIPT, required=True),
    BodyField("customer_id", FIELD_STRING),
    BodyField("conversation_type", FIELD_STRING, most=64),
    BodyField("analysis", FIELD_OBJECT, most_bytes=64 * KIBIBYTE),
    BodyField("metadata", FIELD_OBJECT, most_bytes=64 * KIBIBYTE),
    BodyField("started_at", FIELD_TIME),
    BodyField("ended_at", FIELD_TIME),
    BodyField("scope", FIELD_OBJECT),
)
"""Source: SDK 0.6.9, ``ingest_transcript``; the limits of size are its docstring's."""
TURN_FIELDS: Final = (
    BodyField("role", FIELD_STRING, required=True, choices=sorted(ROLES, reverse=True)),
    BodyField("content", FIELD_STRING, required=True),
    BodyField("timestamp", FIELD_TIME),
    BodyField("speaker", FIELD_STRING),
    BodyField("metadata", FIELD_OBJECT),
)
"""Source: SDK 0.6.9, ``TranscriptTurn``."""
NO_TIME: Final = "no event time was supplied: neither started_at nor a turn's timestamp"
HAD_TURNS: Final = "the conversation already had turns; they were kept, and the transcript's were not recorded"

_LABEL: Final = re.compile(r"\s*([^\W\d_][\w .'-]{0,39}?)\s*:(?:\s+(.*)|$)", re.DOTALL)
_USERS: Final = frozenset({"user", "human"})


class Ingested(NamedTuple):
    """What became of a transcript.

    Attributes:
        conversation_id: a UUID.
        transcript: the accepted one.
        duplicate: whether it had been ingested before, so that nothing was done.
        turns_recorded: the number of turns that were recorded now.
        warnings: what could not be done.
    """

    conversation_id: str
    transcript: Transcript
    duplicate: bool
    turns_recorded: int
    warnings: tuple[str, ...]


def ingest(state: State, instance: Instance, fields: dict[str, Any]) -> Ingested:
    """Ingest a transcript: record its turns as one batch, and store its text as a document of its user.

    Where the conversation has turns already, they are kept and none is added.

    Args:
        state: the fake.
        instance: the instance that ingests.
        fields: the values of `FIELDS`.

    Raises:
        Refused: a turn breaks a rule, there is none, the ids do not fit the tenancy, or the conversation has another
            transcript. Nothing was done.
    """
    turns = _turns(fields["transcript"])
    scope = scope_of(state, instance, user_id=fields["user_id"], customer_id=fields["customer_id"])
    conversation_id = conversation_uuid(fields["conversation_id"])
    given = fields["transcript"]
    mark = fingerprint(given if isinstance(given, str) else [_without_nulls(turn) for turn in turns])
    with state.transcripts.lock:
        before = state.transcripts.get(instance.instance_id, conversation_id)
        if before is not None:
            if before.fingerprint != mark:
                reason = (
                    f"{quote(fields['conversation_id'])} was ingested with a different transcript; "
                    "send another conversation_id"
                )
                raise Refused(Refusal(TRANSCRIPT_CONFLICT, reason, ("conversation_id",)))
            return Ingested(conversation_id, before, duplicate=True, turns_recorded=0, warnings=())
        warnings = () if fields["started_at"] or any(turn["timestamp"] for turn in turns) else (NO_TIME,)
        if state.store.holds(instance.instance_id, conversation_id):
            turns, warnings = [], (*warnings, HAD_TURNS)
        _record(state, instance, scope, conversation_id, turns)
        text = given if isinstance(given, str) else _text(given)
        document = accept(state, scope, text, "ingest")
        transcript = Transcript(mark, document.ingestion_id, document.queued_at)
        state.transcripts.add(instance.instance_id, conversation_id, transcript)
    return Ingested(conversation_id, transcript, duplicate=False, turns_recorded=len(turns), warnings=warnings)


def turn_entries(body: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    """The turns of a request as entries, for the ledger; of an invalid one, those that can be read."""
    if not isinstance(body, dict):
        return []
    transcript = body.get("transcript")
    given = body.get("conversation_id")
    conversation_id = conversation_uuid(given) if isinstance(given, str) else given
    common = {name: body.get(name) for name in ("user_id", "customer_id")} | {"conversation_id": conversation_id}
    turns = split(transcript) if isinstance(transcript, str) else transcript if isinstance(transcript, list) else []
    return [
        {**common, "role": turn.get("role"), "content": turn.get("content"), "metadata": turn.get("metadata")}
        for turn in turns
        if isinstance(turn, dict)
    ]


def split(text: str) -> list[dict[str, Any]]:
    """The turns of a transcript that is a text.

    A line ``Label: text`` begins a turn: the user's for ``user`` and ``human`` in any case, else the assistant's. Other
    lines continue the turn before; text before the first label is the user's.
    """
    turns: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        label = _LABEL.match(line)
        if label is not None:
            turns.append(("user" if label[1].lower() in _USERS else "assistant", [label[2] or ""]))
        elif turns:
            turns[-1][1].append(line)
        elif line.strip():
            turns.append(("user", [line]))
    return [
        {"role": role, "content": "\n".join(lines).strip(), "timestamp": None, "speaker": None, "metadata": None}
        for role, lines in turns
    ]


def _turns(transcript: str | list[Any]) -> list[dict[str, Any]]:
    if isinstance(transcript, str):
        turns = split(transcript)
    else:
        turns = []
        refusals: list[Refusal] = []
        for index, turn in enumerate(transcript):
            try:
                turns.append(read_fields(turn, TURN_FIELDS, ("transcript", index)))
            except Refused as refused:
                refusals += refused.refusals
                if len(refusals) >= DESCRIBED:
                    break
        if refusals:
            raise Refused(*refusals[:DESCRIBED])
    if not turns:
        raise Refused(Refusal(TRANSCRIPT_EMPTY, "must have at least one turn", ("transcript",)))
    return turns


def _record(state: State, instance: Instance, scope: Scope, conversation_id: str, turns: list[dict[str, Any]]) -> None:
    if not turns:
        return
    tenancy = instance.tenancy or state.settings.tenancy
    count = len(turns)
    batch = Batch(
        conversation_ids=[conversation_id] * count,
        roles=[turn["role"] for turn in turns],
        contents=[turn["content"] for turn in turns],
        user_ids=[scope.user_id] * count,
        # As in a batch: resolved from the user on B2C.
        customer_ids=[scope.user_id if tenancy == "b2c" else scope.customer_id] * count,
        session_ids=[None] * count,
        metadata=[_metadata(turn) for turn in turns],
    )
    try:
        state.store.append(instance.instance_id, batch, state.clock.microseconds, None)
    except ValueError:
        raise schema.not_json("it is nested too deeply") from None


def _metadata(turn: dict[str, Any]) -> dict[str, Any] | None:
    """The turn's own, and what a message has no field for."""
    more = {name: turn[name] for name in ("speaker", "timestamp") if turn[name] is not None}
    return {**(turn["metadata"] or {}), **more} if more else turn["metadata"]


def _text(turns: list[dict[str, Any]]) -> str:
    return "\n".join(f"{turn['role']}: {turn['content']}" for turn in turns)


def _without_nulls(turn: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in turn.items() if value is not None}
