"""The use case of a batch of events: each is accepted, a duplicate or rejected, and messages become turns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from synap_mock.domain.conversations.record import record, refusals, terms_of
from synap_mock.domain.rules.bodies import FIELD_LIST, FIELD_MISSING, FIELD_OBJECT, FIELD_STRING, BodyField, read_fields
from synap_mock.domain.rules.rule import Refusal, Refused
from synap_mock.domain.values.batch import ROLES, Batch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.state import State

    Fields = dict[str, Any]

Status = Literal["accepted", "duplicate", "rejected"]

BODY_FIELDS: Final = (BodyField("events", FIELD_LIST, required=True),)
FIELDS: Final = (
    BodyField("event_id", FIELD_STRING, required=True, least=1),
    BodyField("event_type", FIELD_STRING, required=True, least=1),
    BodyField("conversation_id", FIELD_STRING, required=True, least=1),
    BodyField("user_id", FIELD_STRING, required=True, least=1),
    BodyField("customer_id", FIELD_STRING),
    BodyField("role", FIELD_STRING, choices=sorted(ROLES, reverse=True)),
    BodyField("content", FIELD_STRING),
    BodyField("metadata", FIELD_OBJECT),
)
"""What an event has; source: the vendor's MCP server and its tests, 2026."""
MESSAGES: Final = {"user_message": "user", "assistant_message": "assistant"}
"""The types of events that are turns, and whose: SDK 0.6.9, ``instance.send_message``. Others are only accepted."""


class Result(NamedTuple):
    """What became of an event.

    Attributes:
        event_id: the event's; None where it has none.
        status: what became of it.
        refusals: why it was rejected.
    """

    event_id: str | None
    status: Status
    refusals: tuple[Refusal, ...] = ()


def deliver(state: State, instance: Instance, events: Sequence[object]) -> list[Result]:
    """Take a batch of events. Those of `MESSAGES` are recorded, as one batch, and register their conversations.

    Args:
        state: the fake.
        instance: the instance that sends them.
        events: any JSON values.

    Returns:
        The result of each, in order.

    Raises:
        Refused: BODY-JSON, metadata nested deeper than can be kept; nothing was accepted.
    """
    valid, results = _read(state, events)
    terms = terms_of(state, instance, registers=True)
    results |= _rejected(state, valid, refusals(_batch(valid), terms))
    with state.event_ids.lock:
        accepted: dict[int, Fields] = {}
        ids: set[str] = set()
        for index, fields in valid.items():
            event_id = fields["event_id"]
            if index in results:
                continue
            if event_id in ids or state.event_ids.holds(instance.instance_id, event_id):
                results[index] = Result(event_id, "duplicate")
            else:
                ids.add(event_id)
                accepted[index] = fields
        turns = {index: fields for index, fields in accepted.items() if fields["event_type"] in MESSAGES}
        if turns:
            recorded = record(state, instance, _batch(turns), registers=True)
            results |= _rejected(state, turns, recorded.refused)
        for index, fields in accepted.items():
            if index not in results:
                state.event_ids.add(instance.instance_id, fields["event_id"])
                results[index] = Result(fields["event_id"], "accepted")
    return [results[index] for index in range(len(events))]


def message_entries(body: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    """The events of a request as entries, for the ledger; one that is not a message has no fields."""
    events = body.get("events") if isinstance(body, dict) else None
    return [_entry(event) for event in events] if isinstance(events, list) else []


def _entry(event: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    kind = event.get("event_type") if isinstance(event, dict) else None
    role = MESSAGES.get(kind) if isinstance(kind, str) else None
    return {} if role is None else {**event, "role": event.get("role") or role}


def _read(state: State, events: Sequence[object]) -> tuple[dict[int, Fields], dict[int, Result]]:
    """The fields of each event that is valid by itself, and the results of the others, by their index."""
    valid: dict[int, Fields] = {}
    results: dict[int, Result] = {}
    for index, event in enumerate(events):
        try:
            valid[index] = _fields(event, ("events", index))
        except Refused as refused:
            event_id = event.get("event_id") if isinstance(event, dict) else None
            masked = tuple(_masked(state, refusal) for refusal in refused.refusals)
            results[index] = Result(event_id if isinstance(event_id, str) else None, "rejected", masked)
    return valid, results


def _fields(event: object, path: tuple[str | int, ...]) -> Fields:
    """The values of `FIELDS`.

    Raises:
        Refused: a field breaks a rule, or a message has no content.
    """
    fields = read_fields(event, FIELDS, path)
    if fields["event_type"] in MESSAGES and fields["content"] is None:
        raise Refused(Refusal(FIELD_MISSING, "must be given; a message requires it", (*path, "content")))
    return fields


def _batch(events: Mapping[int, Fields]) -> Batch:
    """The events as a batch, for its rules; an event that is not a message has no content of its own."""
    each = events.values()
    return Batch(
        conversation_ids=[fields["conversation_id"] for fields in each],
        roles=[fields["role"] or MESSAGES.get(fields["event_type"], "user") for fields in each],
        contents=[fields["content"] or "" for fields in each],
        user_ids=[fields["user_id"] for fields in each],
        customer_ids=[fields["customer_id"] for fields in each],
        session_ids=[None for _ in each],
        metadata=[fields["metadata"] for fields in each],
    )


def _rejected(state: State, events: Mapping[int, Fields], refused: Mapping[int, Refusal]) -> dict[int, Result]:
    """The results of events that a rule of meaning rejects.

    Args:
        state: the fake.
        events: by their index.
        refused: by their place in the batch that `_batch` makes of these.
    """
    found = {}
    indices = list(events)
    for place, refusal in refused.items():
        index = indices[place]
        moved = replace(refusal, path=("events", index, *refusal.path[2:]))
        found[index] = Result(events[index]["event_id"], "rejected", (_masked(state, moved),))
    return found


def _masked(state: State, refusal: Refusal) -> Refusal:
    """The same refusal; a key that its text quotes is masked before it is returned, kept or logged."""
    return replace(refusal, text=state.redactor.redact_message(refusal.text))
