"""The compaction routes: begin a compaction, follow it, read what it made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.conversations.read import conversation_id_of, unknown
from synap_mock.domain.memories.recall.compact import FIELDS, compact
from synap_mock.domain.memories.recall.recent import block
from synap_mock.domain.rules.resources import compaction as rules
from synap_mock.domain.rules.rule import Refusal, Refused
from synap_mock.domain.values.clock import iso
from synap_mock.domain.values.encoding import encode
from synap_mock.http.api.memories import CONFIDENCE
from synap_mock.http.call import Answer
from synap_mock.http.endpoint import Keyed, Route
from synap_mock.http.parsing import parse_fields
from synap_mock.http.query import choice, whole_number

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.memories.recall.compactions import Compaction
    from synap_mock.domain.state import State
    from synap_mock.http.call import Call

FORMATS: Final = ("structured", "narrative", "injection")
"""Source: the get_compacted page."""
TTL: Final = 300
"""Seconds that a compacted context may be cached. Source: the get_compacted page, 5 minutes."""
_MICROSECONDS: Final = 1_000_000


def begin(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /v1/conversations/compact``."""
    conversation_id, begun, before = compact(state, instance.instance_id, parse_fields(state, call, FIELDS))
    answer = {
        "compaction_id": begun.compaction_id,
        "conversation_id": conversation_id,
        "status": "in_progress",
        "trigger_type": "manual_api",
        "initiated_at": iso(begun.initiated_at),
        "estimated_completion_seconds": _seconds(begun.ready_at - begun.initiated_at),
        "previous_context": None if before is None else _compacted(before, FORMATS[0]),
        "previous_context_age_seconds": None if before is None else _seconds(begun.initiated_at - before.ready_at),
        "previous_compaction_id": None if before is None else before.compaction_id,
    }
    return Answer(200, encode(answer))


def status(state: State, call: Call, instance: Instance) -> Answer:
    """``GET /v1/conversations/{id}/compaction/status``."""
    conversation_id = _known(state, call, instance)
    now = state.clock.microseconds()
    every = state.compactions.of(instance.instance_id, conversation_id)
    newest = every[-1] if every else None
    runs = newest is not None and newest.ready_at > now
    completed = state.compactions.completed(instance.instance_id, conversation_id, now)
    latest = completed[-1] if completed else None
    done = None if runs else latest
    answer = {
        "conversation_id": conversation_id,
        "status": "in_progress" if runs else "none" if newest is None else "completed",
        "compaction_id": None if newest is None else newest.compaction_id,
        "completed_at": None if done is None else iso(done.ready_at),
        "compression_ratio": None if done is None else done.ratio,
        "validation_score": None if done is None else CONFIDENCE,
        "estimated_completion_seconds": _seconds(newest.ready_at - now) if newest is not None and runs else None,
        "error_message": None,
        "latest_version": None if latest is None else latest.version,
        "latest_created_at": None if latest is None else iso(latest.initiated_at),
    }
    return Answer(200, encode(answer))


def compacted(state: State, call: Call, instance: Instance) -> Answer:
    """``GET /v1/conversations/{id}/compacted?format=structured&version=1``."""
    try:
        form = choice(call.query, "format", FORMATS)
    except ValueError as error:
        raise Refused(Refusal(rules.COMPACTION_FORMAT, str(error), ("format",))) from None
    try:
        version = whole_number(call.query, "version")
    except ValueError as error:
        raise Refused(Refusal(rules.COMPACTION_VERSION, str(error), ("version",))) from None
    conversation_id = _known(state, call, instance)
    completed = state.compactions.completed(instance.instance_id, conversation_id, state.clock.microseconds())
    found = [each for each in completed if version in {None, each.version}]
    if not found:
        which = "completed compaction" if version is None else f"completed compaction of version {version}"
        text = f"conversation {conversation_id} has no {which}"
        raise Refused(Refusal(rules.COMPACTION_UNKNOWN, text))
    return Answer(200, encode(_compacted(found[-1], form)))


def _known(state: State, call: Call, instance: Instance) -> str:
    conversation_id = conversation_id_of(call.path_params["conversation_id"])
    if not state.store.holds(instance.instance_id, conversation_id):
        raise unknown(conversation_id)
    return conversation_id


def _compacted(found: Compaction, form: str) -> dict[str, Any]:
    return {
        "formatted_context": found.summary if form == "narrative" else block(found),
        "original_token_count": found.original_tokens,
        "compacted_token_count": found.compacted_tokens,
        "compression_ratio": found.ratio,
        "strategy_used": found.strategy,
        "compaction_id": found.compaction_id,
        "validation_score": CONFIDENCE,
        "validation_passed": True,
        "facts": [],
        "decisions": [],
        "preferences": [],
        "current_state": {},
        "quality_warning": False,
        "ttl_seconds": TTL,
    }


def _seconds(microseconds: int) -> int:
    """In whole seconds, rounded up."""
    return -(-microseconds // _MICROSECONDS)


ROUTES: Final = (
    Route(
        "POST",
        "/v1/conversations/compact",
        Keyed(begin, usual=True),
        "compact",
        "Compact a conversation",
        request="CompactionRequest",
        response=("CompactionBegun",),
        fields=FIELDS,
    ),
    Route(
        "GET",
        "/v1/conversations/{conversation_id}/compaction/status",
        Keyed(status, usual=True),
        "compaction_status",
        "The status of a conversation's compaction",
        response=("CompactionStatus",),
    ),
    Route(
        "GET",
        "/v1/conversations/{conversation_id}/compacted",
        Keyed(compacted, usual=True),
        "compacted",
        "A conversation's compacted context",
        response=("Compacted",),
    ),
)
