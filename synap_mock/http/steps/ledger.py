"""The ledger step: after the answer is decided, before it is sent. What a call sent, did and answered is noted here."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.faults.connections import Latency
from synap_mock.domain.faults.fault import Answered, Unreachable
from synap_mock.domain.faults.responses import MalformedBody, WrongShape
from synap_mock.domain.ledger.entry import lenient_batch
from synap_mock.domain.ledger.sent import Received, Sent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synap_mock.domain.faults.fault import Fault
    from synap_mock.domain.rules.rule import Refusal
    from synap_mock.domain.state import State
    from synap_mock.domain.values.batch import Batch
    from synap_mock.http.call import Answer, Call
    from synap_mock.http.endpoint import EntriesOf

_SUCCESS: Final = 200
"""Success is exactly 200: the SDK treats 201 and 202 as failures."""


def settle(  # noqa: PLR0913 - what is known of a call
    state: State, call: Call, answer: Answer, entries: EntriesOf, request_id: str, *, is_gone: bool
) -> None:
    """Note a call in the ledger.

    Args:
        state: the fake.
        call: the call.
        answer: its answer.
        entries: reads the entries of a call that was not carried out.
        request_id: its correlation id.
        is_gone: whether the client has disconnected.
    """
    written = answer.written
    is_stand_in = written is None and answer.fault is None and not answer.refusals
    received = _received(answer, is_stand_in=is_stand_in, is_gone=is_gone)
    is_success = written is not None and written.is_complete and received is Received.SUCCESS
    if written and is_success and state.ledger.count(call.started, written.batch):
        return
    state.ledger.settle(
        Sent(
            started=call.started,
            batch=None if written else _entries(call, entries),
            written=written,
            received=received,
            answer=_words(answer, is_gone=is_gone),
            refused=bool(answer.refusals) and not written and answer.fault is None,
            refused_fields=_refused_fields(answer.refusals),
            instance_id=call.instance.instance_id if call.instance else None,
            key=hash(call.header(b"authorization")),
            request_id=request_id,
            size=call.body.size,
            is_stand_in=is_stand_in,
            caller=partial(_caller, state),
        )
    )
    state.feed.add("ledger")


def batch_entries(body: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    """The entries of a batch's body."""
    found = body.get("messages") if isinstance(body, dict) else None
    return found if isinstance(found, list) else []


def single_entry(body: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    """The entry of a *record one* body."""
    return [body] if isinstance(body, dict) else []


def _entries(call: Call, entries: EntriesOf) -> Batch | None:
    """The entries of a call that was not carried out; None: they can't be read."""
    if call.body.over_cap:
        return None
    try:
        body = json.loads(call.body.content)
    except (ValueError, RecursionError):
        return None
    return lenient_batch(entries(body))


def _received(answer: Answer, *, is_stand_in: bool, is_gone: bool) -> Received:
    fault = answer.fault
    if answer.lost is not None:
        return Received.LATE if isinstance(fault, Latency) else Received.FAILURE
    if is_gone or answer.status != _SUCCESS:
        return Received.FAILURE
    return _replaced(fault, answer.body) if is_stand_in or isinstance(fault, Answered) else Received.SUCCESS


def _replaced(fault: Fault | None, body: bytes) -> Received:
    """What a client knows from a 200 that a test has put in place of the answer."""
    if isinstance(fault, MalformedBody | WrongShape):
        return Received.FAILURE
    try:
        return Received.AMBIGUOUS if isinstance(json.loads(body), dict) else Received.FAILURE
    except ValueError:
        return Received.FAILURE


def _words(answer: Answer, *, is_gone: bool) -> str:
    """What the client received."""
    fault = f" (fault {answer.fault.name})" if answer.fault else ""
    if isinstance(answer.lost, Unreachable):
        return f"no connection{fault}"
    if answer.lost is not None:
        return f"no complete answer{fault}"
    if is_gone:
        return "no answer, because it had disconnected"
    if answer.refusals and not answer.written and not fault:
        first = answer.refusals[0]
        return f"{answer.status}: {first.where} {first.text}" if first.where else f"{answer.status}: {first.text}"
    return f"{answer.status}{fault}"


def _refused_fields(refusals: tuple[Refusal, ...]) -> Mapping[int, set[str]]:
    """Index of an entry to the fields for which it was rejected; *record one* has no index."""
    fields: dict[int, set[str]] = {}
    for refusal in refusals:
        match refusal.path:
            case (str(), int(index), str(name)):
                fields.setdefault(index, set()).add(name)
            case (str(name),):
                fields.setdefault(0, set()).add(name)
    return fields


def _caller(state: State) -> str | None:
    """The caller, if it is a place in the code."""
    caller = state.caller()
    return caller if caller is not None and ":" in caller else None
