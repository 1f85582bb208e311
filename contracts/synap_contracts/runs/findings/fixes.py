"""What to change, where a cause has a typical fix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_contracts.clauses import auth, connection, inputs, results, rows, sending, statuses
from synap_contracts.client.protocol import Hung, Returned
from synap_contracts.runs.findings.outcomes import (
    AUTHENTICATION,
    EXPECTED,
    INPUT,
    NETWORK,
    call_of,
    error_of,
    is_own,
    library_of,
)
from synap_contracts.runs.findings.summaries import ONE_REQUEST, circumstances_of, summarize

if TYPE_CHECKING:
    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.client.protocol import Raised
    from synap_contracts.runs.result import Counterexample

_AGAIN: Final = (
    "Send a batch again only if it certainly was not recorded: no connection was made, or the server returned 429."
)
_BY_INDEX: Final = "Row i of the server's answer belongs to message i: map rows by index, not by content or ID."
_AS_PASSED: Final = (
    "Send each field as the caller passed it, and no other: do not decode, clean, mask, normalize or cut it."
)
_AS_RECEIVED: Final = "Return each row as the server sent it: do not replace or convert its values."
_ONE_ANSWER: Final = (
    "Return one row per submitted message, and counts of these rows. If you split a batch, join the answers to all its "
    "parts."
)
_IN_TURN: Final = "Send the parts of a batch one after the other, in the order of the messages."
_CHECK_FIRST: Final = f"Check all messages before you send one, and raise {INPUT}."
_OWN_KEY: Final = (
    "Store the key, its headers and its connections in the client object, not where other clients find them."
)
_RELEASE: Final = (
    "Release locks, slots and connections in a finally block, so that a call that fails releases them too."
)
_REGARDLESS: Final = (
    "Send each call, whatever became of earlier ones. If a circuit breaker is intended, declare recovers_s in the "
    "adapter."
)
_SPLIT: Final = frozenset({sending.SEND_ALL.id, sending.SEND_ONLY.id})
_FIXES: Final[dict[ClauseId, str]] = {
    **dict.fromkeys(
        (clause for clause, error in EXPECTED.items() if error == NETWORK),
        f"Raise {NETWORK} if no complete response arrives: do not return an answer in its place.",
    ),
    **dict.fromkeys(
        (clause for clause, error in EXPECTED.items() if error == AUTHENTICATION),
        f"Raise {AUTHENTICATION} if the key is missing, or the server returns 401 or 403.",
    ),
    **dict.fromkeys(
        (
            each.id
            for each in (sending.SEND_CONTENT, sending.SEND_ROLE, sending.SEND_METADATA, sending.SEND_ATTRIBUTION)
        ),
        _AS_PASSED,
    ),
    **dict.fromkeys((each.id for each in (results.RES_ROWS, results.RES_TOTAL, results.RES_COUNTS)), _ONE_ANSWER),
    **dict.fromkeys((each.id for each in (rows.RES_SUCCESS, rows.RES_TIME, rows.RES_FAILURE)), _AS_RECEIVED),
    **dict.fromkeys((each.id for each in (inputs.IN_KEYS, inputs.IN_ROLE, inputs.IN_ATOMIC)), _CHECK_FIRST),
    inputs.IN_TYPES.id: f"Do not convert a value of the wrong type: raise {INPUT}.",
    inputs.IN_UUID.id: f"Do not replace a conversation_id that is not a UUID: raise {INPUT}.",
    results.RES_PARTIAL.id: "Return an answer with failed rows to the caller: they are not an error of the call.",
    results.RES_EMPTY.id: "For an empty batch, return zeros and no rows, and send nothing.",
    rows.RES_ORDER.id: _BY_INDEX,
    rows.RES_UNIQUE.id: _BY_INDEX,
    rows.RES_CALLS.id: "Store what belongs to a call in local variables, not in the client object.",
    rows.TRUE.id: "Report success only for messages for which the server returned a row with a message_id.",
    sending.ONCE.id: _AGAIN,
    sending.SEND_ORDER.id: _IN_TURN,
    sending.SEND_INPUT.id: "Copy the caller's messages, with their metadata, before you change them.",
    connection.NET_GARBLED.id: "Check that the body of a 200 is a batch result before you return an answer.",
    statuses.RATE_LIMIT.id: "Raise an error for 429 whose class or text names the rate limit.",
    statuses.RATE_WAIT.id: "Wait for the seconds that Retry-After states, or raise.",
    statuses.SERVER_ERROR.id: "Raise an error for 5xx: the batch can be recorded or not.",
    statuses.REFUSALS.id: "Raise an error for each 4xx, and do not send the batch again.",
    statuses.REDIRECT.id: "Do not follow redirects of a POST, and do not send a batch again after 201 or 202.",
    auth.AUTH_OWN.id: _OWN_KEY,
    auth.AUTH_SECRET.id: "Leave the key out of exceptions, URLs and log records, and reject a malformed one yourself.",
}


def fix(example: Counterexample, clauses: tuple[ClauseId, ...]) -> str:
    """Return what to change, or an empty text.

    Args:
        example: The example of the finding.
        clauses: The violated clauses, the one that names the finding first.
    """
    call, first = call_of(example), clauses[0]
    if first in EXPECTED and (raised := error_of(example)) is not None:
        return _mapping(raised, clauses, circumstances_of([example]))
    if "equal" in summarize(example, clauses):
        return "Do not deduplicate: the page has no idempotency key, and two equal messages are two messages."
    if call is not None and first in _SPLIT and len(call.messages) > ONE_REQUEST:
        return "If you split a batch, send each message in exactly one part."
    if call is not None and first == rows.RES_CALLS.id and not isinstance(call.outcome, Returned):
        return _RELEASE if isinstance(call.outcome, Hung) else _REGARDLESS
    return _FIXES.get(first, "")


def _mapping(raised: Raised, clauses: tuple[ClauseId, ...], when: str) -> str:
    """Return which exception to raise instead of another."""
    expected = list(dict.fromkeys(EXPECTED[clause] for clause in clauses if clause in EXPECTED))
    if raised.is_a(*EXPECTED.values(), "RateLimitError"):
        return f"Do not raise {raised.kind}{when}: raise {expected[0]}."
    if is_own(raised) and expected == [NETWORK]:
        return f"Derive {raised.kind} from a class named {NETWORK}, or raise that instead."
    if expected == [INPUT]:
        return f"Check the messages before you use them, and raise {INPUT} instead of {raised.kind}."
    library = library_of(raised)
    what = f"every exception of {library}" if library else raised.kind
    return f"Map {what} to {' or '.join(expected)}, in the one place that sends requests."
