"""How often a clause was exercised: a clause passes only if its precondition really occurred."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses import auth, connection, inputs, results, rows, sending, sessions, statuses, wide
from synap_contracts.clauses.inputs import violated_clauses
from synap_contracts.clauses.rows import is_failed, rows_of
from synap_contracts.client.protocol import Raised, Returned
from synap_contracts.observation.comparison import new_messages
from synap_contracts.observation.expected import OPTIONAL_STRINGS, canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from synap_contracts.clauses.clause import Clause, ClauseId
    from synap_contracts.observation.comparison import Place
    from synap_contracts.observation.observed import Observation, ObservedCall
    from synap_contracts.server.server import Recorded


def _ids(*clauses: Clause) -> frozenset[ClauseId]:
    return frozenset(clause.id for clause in clauses)


_FAULTS: Final = _ids(
    *(connection.NET_TIMEOUT, connection.NET_LOST, connection.NET_GARBLED, auth.AUTH_FORBIDDEN, sending.ONCE),
    *(statuses.RATE_LIMIT, statuses.RATE_WAIT, statuses.SERVER_ERROR, statuses.REFUSALS, statuses.REDIRECT),
)
_RETRIES: Final = _ids(sending.ONCE, statuses.RATE_WAIT)
"""Clauses that only a second request can violate."""
_WIDE: Final = _ids(
    *(wide.INTEGERS, wide.SURROGATES, wide.NONCHARACTERS, wide.UUIDS, wide.EMPTY, wide.LARGE, inputs.IN_ITERABLE)
)
"""Clauses that an explicit error satisfies."""
_EACH_ANSWER: Final = (
    *(results.RES_TOTAL, results.RES_COUNTS, results.RES_ROWS, rows.TRUE, sending.SEND_CONTENT, sending.SEND_ROLE),
    *(sending.SEND_ALL, sending.SEND_ONLY),
)
_AUTHORIZATION: Final = {"unknown": auth.AUTH_INVALID.id, "missing": auth.AUTH_MISSING.id}

_NO_ANSWER: Final = "no call returned an answer and recorded its messages"
_NO_PAIR: Final = "no call with more than one message returned an answer and recorded them"
_NO_FAULT: Final = "the failure occurred during no call: the client sent no request then"
_PRECONDITIONS: Final[dict[ClauseId, str]] = {
    rows.ACCEPT.id: "no batch was submitted that every client must accept",
    **dict.fromkeys(_ids(*_EACH_ANSWER, rows.RES_SUCCESS, rows.RES_TIME, sending.SEND_INPUT), _NO_ANSWER),
    **dict.fromkeys(_ids(rows.RES_ORDER, rows.RES_UNIQUE), _NO_PAIR),
    **dict.fromkeys(_ids(rows.RES_FAILURE, results.RES_PARTIAL, results.DIALECT), "no failed row was returned"),
    rows.RES_CALLS.id: "no client returned answers to two calls",
    results.RES_EMPTY.id: "no empty batch was submitted",
    sending.SEND_ORDER.id: "no call with more than one message of a conversation recorded them",
    sending.SEND_METADATA.id: "no message with metadata was recorded",
    sending.SEND_ATTRIBUTION.id: "no message with a user_id, customer_id or session_id was recorded",
    **dict.fromkeys(_ids(auth.AUTH_INVALID, auth.AUTH_MISSING), "no client was opened with such a key"),
    auth.AUTH_REVOKED.id: "no call succeeded before the key was revoked",
    auth.AUTH_OWN.id: "no two clients with different keys recorded messages",
    auth.AUTH_SECRET.id: "the client raised, logged and printed nothing",
    connection.NET_NAME.id: "the client raised no error when the network failed",
    **dict.fromkeys(_FAULTS, _NO_FAULT),
    sending.ONCE.id: "no batch was recorded during a failure",
    sessions.REUSE.id: "no call succeeded in an event loop of its own, so there was no second one",
    inputs.IN_ATOMIC.id: "no call with other messages next to the invalid one raised InvalidInputError",
}
"""Why a clause was not exercised, to follow "not testable:"."""


@dataclass
class Exercise:
    """What the scenarios of a run exercised.

    Attributes:
        counts: The number of calls that exercised each clause.
        repeated: The clauses for which a client sent a request again.
        accepted: The clauses about input that a client may reject, and did not.
        refusals: The class that was raised instead.
    """

    counts: Counter[ClauseId] = field(default_factory=Counter)
    repeated: set[ClauseId] = field(default_factory=set)
    accepted: set[ClauseId] = field(default_factory=set)
    refusals: dict[ClauseId, str] = field(default_factory=dict)

    def merge(self, other: Exercise) -> None:
        """Add what other scenarios exercised. The order of merges makes no difference."""
        self.counts += other.counts
        self.repeated |= other.repeated
        self.accepted |= other.accepted
        for clause, kind in other.refusals.items():
            self.refusals[clause] = min(kind, self.refusals.get(clause, kind))

    def add(self, observation: Observation) -> None:
        """Add what a scenario exercised."""
        past: list[ObservedCall] = []
        for step in observation.steps:
            recorded = new_messages(step.before, step.after)
            for call in step.calls:
                own = _recorded_of(call, recorded)
                for clause in _exercised(call, own, past):
                    self.counts[clause] += 1
                    self._note(clause, call, recorded=bool(own))
            succeeded = [call for call in step.calls if _succeeded(call, _recorded_of(call, recorded))]
            self.counts[rows.RES_CALLS.id] += _pairs(succeeded, past)
            past += succeeded
        if observation.dialect != "observed":
            del self.counts[results.DIALECT.id]
        if len({call.key.key for call in past if call.key_kind == "own"}) > 1:
            self.counts[auth.AUTH_OWN.id] += 1
        if observation.secrets and (
            observation.output or any(isinstance(c.outcome, Raised) for c in observation.calls)
        ):
            self.counts[auth.AUTH_SECRET.id] += 1

    def _note(self, clause: ClauseId, call: ObservedCall, *, recorded: bool) -> None:
        if clause in _RETRIES and len({each.body for each in call.requests}) < len(call.requests):
            self.repeated.add(clause)
        if recorded:
            self.accepted.add(clause)
        elif isinstance(call.outcome, Raised):
            self.refusals.setdefault(clause, call.outcome.kind)

    def note(self, clause: ClauseId) -> str:
        """Return what a client did not do that passed a clause: it sent nothing again, or it rejected the input."""
        if clause in _RETRIES and clause not in self.repeated:
            return "never retries"
        kind = None if clause in self.accepted else self.refusals.get(clause)
        if kind and clause in _WIDE:
            return f"every such batch was rejected: the client raised {kind}"
        if kind and clause == sessions.REUSE.id:
            return f"cannot be reused: in a second event loop, the client raised {kind}"
        return ""

    def reason(self, clause: ClauseId) -> str:
        """Return why a clause was not exercised."""
        return _PRECONDITIONS.get(clause, "no such call took place")


def _recorded_of(call: ObservedCall, recorded: Mapping[Place, tuple[Recorded, ...]]) -> list[Recorded]:
    """Return what was recorded during a call in its conversations."""
    ids = {canonical(entry.get("conversation_id")) for entry in call.messages if isinstance(entry, dict)}
    places = ((call.key.instance_id, each) for each in ids if each is not None)
    return [row for place in places for row in recorded.get(place, ())]


def _succeeded(call: ObservedCall, recorded: list[Recorded]) -> bool:
    return isinstance(call.outcome, Returned) and bool(recorded)


def _pairs(calls: list[ObservedCall], past: list[ObservedCall]) -> int:
    """Return how many of the concurrent calls had another on the same client, before or at the same time."""
    clients = Counter(call.call.client for call in (*past, *calls))
    return sum(clients[call.call.client] > 1 for call in calls)


def _exercised(call: ObservedCall, recorded: list[Recorded], past: list[ObservedCall]) -> Iterator[ClauseId]:
    """Yield the clauses whose precondition a call meets, by what happened during it."""
    earlier = [each for each in past if each.call.client == call.call.client]
    if call.place == "nobody":
        yield connection.NET_REFUSED.id
        yield from _name(call)
    elif call.place == "bystander" or call.key_kind in {"newline", "accented"}:
        return
    elif call.unauthorized:
        if not call.revoked or earlier:
            yield _AUTHORIZATION.get(call.key_kind, auth.AUTH_REVOKED.id)
    elif any(violated_clauses(call)):
        yield from _by_invalid_call(call)
    elif call.trouble and not call.trouble.slow:
        if call.requests:
            yield from _by_fault(call, recorded)
    else:
        yield from _by_ordinary_call(call, recorded, earlier)


def _name(call: ObservedCall) -> Iterator[ClauseId]:
    if isinstance(call.outcome, Raised):
        yield connection.NET_NAME.id


def _by_invalid_call(call: ObservedCall) -> Iterator[ClauseId]:
    found = violated_clauses(call)
    yield next(filter(None, found))
    if None in found and isinstance(call.outcome, Raised) and call.outcome.is_a("InvalidInputError"):
        yield inputs.IN_ATOMIC.id


def _by_fault(call: ObservedCall, recorded: list[Recorded]) -> Iterator[ClauseId]:
    assert call.trouble is not None  # noqa: S101 - the caller checks it
    clause = call.trouble.clause
    if clause in _FAULTS and clause != sending.ONCE.id:
        yield clause
    if clause in {connection.NET_TIMEOUT.id, connection.NET_LOST.id}:
        yield from _name(call)
    if call.trouble.commits and recorded:
        yield sending.ONCE.id
    if _succeeded(call, recorded):
        yield rows.TRUE.id


def _by_ordinary_call(call: ObservedCall, recorded: list[Recorded], earlier: list[ObservedCall]) -> Iterator[ClauseId]:
    if not call.messages:
        yield results.RES_EMPTY.id
    elif call.call.loop == "own":
        if any(each.call.loop == "own" for each in earlier):
            yield sessions.REUSE.id
    elif call.call.given != "list":
        yield inputs.IN_ITERABLE.id
    elif any(canonical(entry["conversation_id"]) is None for entry in call.messages):
        yield inputs.IN_UUID.id
    elif clause := wide.wide_clause_of(call):
        yield clause
    else:
        yield rows.ACCEPT.id
        if _succeeded(call, recorded):
            yield from _by_success(call, recorded)
        elif isinstance(call.outcome, Returned):
            yield from _by_failed_rows(call)


def _by_success(call: ObservedCall, recorded: list[Recorded]) -> Iterator[ClauseId]:
    """Yield the clauses that an answer and its recorded messages exercise."""
    yield from (clause.id for clause in _EACH_ANSWER)
    yield sending.SEND_INPUT.id
    if len({row.entry["conversation_id"] for row in recorded}) < len(recorded):
        yield sending.SEND_ORDER.id
    if any(entry.get("metadata") for entry in call.messages):
        yield sending.SEND_METADATA.id
    if any(entry.get(name) is not None for entry in call.messages for name in OPTIONAL_STRINGS):
        yield sending.SEND_ATTRIBUTION.id
    yield from _by_rows(call)
    yield from _by_failed_rows(call)


def _rows(call: ObservedCall) -> list[dict[str, object]]:
    found = rows_of(call.outcome.answer) if isinstance(call.outcome, Returned) else None
    return [row for row in found or () if isinstance(row, dict)]


def _by_rows(call: ObservedCall) -> Iterator[ClauseId]:
    successful = [row for row in _rows(call) if not is_failed(row)]
    if successful:
        yield rows.RES_SUCCESS.id
    if any(row.get("recorded_at") is not None for row in successful):
        yield rows.RES_TIME.id
    if len(_rows(call)) > 1:
        yield rows.RES_ORDER.id
    if len(successful) > 1:
        yield rows.RES_UNIQUE.id


def _by_failed_rows(call: ObservedCall) -> Iterator[ClauseId]:
    if any(map(is_failed, _rows(call))):
        yield from (rows.RES_FAILURE.id, results.RES_PARTIAL.id, results.DIALECT.id)
