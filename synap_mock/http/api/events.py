"""The events route: what the vendor's MCP server sends in place of its gRPC stream."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.conversations.events import BODY_FIELDS, deliver, message_entries
from synap_mock.domain.ledger.entry import lenient_batch
from synap_mock.domain.ledger.sent import Written
from synap_mock.domain.values.encoding import encode
from synap_mock.http.call import Answer
from synap_mock.http.endpoint import Keyed, Route
from synap_mock.http.parsing import parse_fields

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.conversations.events import Result
    from synap_mock.domain.state import State
    from synap_mock.http.call import Call


def send_events(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /v1/events/batch``."""
    fields = parse_fields(state, call, BODY_FIELDS)
    results = deliver(state, instance, fields["events"])
    counts = Counter(result.status for result in results)
    answer = {
        **{status: counts[status] for status in ("accepted", "duplicate", "rejected")},
        "results": [
            {"event_id": result.event_id, "status": result.status, "reason": _reason(result)} for result in results
        ],
    }
    refusals = tuple(refusal for result in results for refusal in result.refusals)
    return Answer(200, encode(answer), refusals, written=_written(message_entries(fields), results))


def _written(entries: list[Any], results: list[Result]) -> Written:
    """The messages among the events, and what became of them."""
    messages = [(entry, result) for entry, result in zip(entries, results, strict=True) if entry]
    return Written(
        lenient_batch([entry for entry, _ in messages]),
        {row: _reason(result) or "" for row, (_, result) in enumerate(messages) if result.status == "rejected"},
        [row for row, (_, result) in enumerate(messages) if result.status == "duplicate"],
    )


def _reason(result: Result) -> str | None:
    """Why it was rejected; a rule of meaning names the field itself."""
    reasons = []
    for refusal in result.refusals:
        field = ".".join(map(str, refusal.path[2:]))
        named = not field or refusal.text.startswith(field)
        reasons.append(refusal.text if named else f"{field} {refusal.text}")
    return "; ".join(reasons) or None


ROUTES: Final = (
    Route(
        "POST",
        "/v1/events/batch",
        Keyed(send_events, usual=True, entries=message_entries),
        "send_events",
        "Send events",
        request="Events",
        response=("EventResults",),
        fields=BODY_FIELDS,
    ),
)
