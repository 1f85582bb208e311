"""The conversation routes: record a batch, record one, read back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from synap_mock.domain.conversations import record as recording
from synap_mock.domain.conversations import schema
from synap_mock.domain.conversations.read import conversation_id_of, unknown
from synap_mock.domain.ledger.sent import Written
from synap_mock.domain.rules import reading
from synap_mock.domain.rules.rule import Refusal, Refused
from synap_mock.domain.values.encoding import encode
from synap_mock.http.call import Answer
from synap_mock.http.dialects import DIALECTS
from synap_mock.http.endpoint import Keyed, Route
from synap_mock.http.parsing import parse_body
from synap_mock.http.query import whole_number
from synap_mock.http.steps.ledger import batch_entries, single_entry

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.state import State
    from synap_mock.http.call import Call

PAGE: Final = 500
"""Messages that a page has where the request doesn't say: as many as the SDK asks for."""


def record_batch(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /v1/conversations/messages/batch``."""
    batch = parse_body(state, call, lambda body: schema.batch(body, state.settings.max_batch))
    outcome = recording.record(state, instance, batch)
    rejected = {index: refusal.text for index, refusal in outcome.refused.items()}
    body = DIALECTS[state.settings.dialect].batch(outcome)
    return Answer(200, body, tuple(outcome.refused.values()), written=Written(batch, rejected))


def record_one(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /v1/conversations/messages``: what would fail an entry of a batch fails the call."""
    entry = parse_body(state, call, schema.single)
    session_id = entry.session_ids[0] or state.ids.session()
    outcome = recording.record(state, instance, entry._replace(session_ids=[session_id]), registers=True)
    if outcome.refused:
        refusal = outcome.refused[0]
        raise Refused(replace(refusal, path=refusal.path[-1:]))
    return Answer(200, DIALECTS[state.settings.dialect].recorded(outcome, session_id), written=Written(entry))


def read_back(state: State, call: Call, instance: Instance) -> Answer:
    """``GET /v1/conversations/{id}/messages?start=1&limit=500``."""
    conversation_id = conversation_id_of(call.path_params["conversation_id"])
    start, limit = _page(call, "start", 1), _page(call, "limit", PAGE)
    try:
        found = state.store.transcript(instance.instance_id, conversation_id, start, limit)
    except KeyError:
        raise unknown(conversation_id) from None
    turns = [
        {
            "role": message.role,
            "content": message.content,
            "message_id": message.message_id,
            "position": message.position,
            "timestamp": message.recorded_at,
        }
        for message in found
    ]
    return Answer(200, encode({"turns": turns}))


def _page(call: Call, name: str, default: int) -> int:
    try:
        return whole_number(call.query, name) or default
    except ValueError as error:
        raise Refused(Refusal(reading.READ_PAGE, str(error), (name,))) from None


ROUTES: Final = (
    Route(
        "POST",
        "/v1/conversations/messages/batch",
        Keyed(record_batch, usual=True, entries=batch_entries),
        "record_batch",
        "Record a batch",
        request="Batch",
        response=("DocumentedBatchResult", "ObservedBatchResult"),
    ),
    Route(
        "POST",
        "/v1/conversations/messages",
        Keyed(record_one, usual=True, entries=single_entry),
        "record_one",
        "Record one message",
        request="SingleEntry",
        response=("DocumentedRecorded", "ObservedRecorded"),
    ),
    Route(
        "GET",
        "/v1/conversations/{conversation_id}/messages",
        Keyed(read_back, usual=True),
        "read_back",
        "Read a conversation back",
        response=("Turns",),
    ),
)
