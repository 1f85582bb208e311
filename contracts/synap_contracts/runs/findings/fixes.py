"""What to change, where a cause has a typical fix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_contracts.clauses import auth, rows, sending, statuses
from synap_contracts.runs.findings.outcomes import EXPECTED, INPUT, NETWORK, error_of, is_own, library_of
from synap_contracts.runs.findings.summaries import summarize

if TYPE_CHECKING:
    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.runs.result import Counterexample

_AGAIN: Final = (
    "Send a batch again only if it certainly was not recorded: no connection was made, or the server returned 429."
)
_BY_INDEX: Final = "Row i of the server's answer belongs to message i: map rows by index, not by content or ID."
_AS_PASSED: Final = "Send each field as the caller passed it: do not decode, clean, mask, normalize or cut it."
_FIXES: Final[dict[ClauseId, str]] = {
    **dict.fromkeys(
        (each.id for each in (sending.SEND_CONTENT, sending.SEND_METADATA, sending.SEND_ATTRIBUTION)), _AS_PASSED
    ),
    sending.ONCE.id: _AGAIN,
    rows.RES_ORDER.id: _BY_INDEX,
    rows.RES_UNIQUE.id: _BY_INDEX,
    sending.SEND_INPUT.id: "Copy the caller's messages before you change them.",
    statuses.RATE_WAIT.id: "Wait for the seconds that Retry-After states, or raise.",
    auth.AUTH_SECRET.id: "Leave the key out of exceptions, URLs and log records, and reject a malformed one yourself.",
}


def fix(example: Counterexample, clauses: tuple[ClauseId, ...]) -> str:
    """Return what to change, or an empty text.

    Args:
        example: The example of the finding.
        clauses: The violated clauses, the one that names the finding first.
    """
    raised = error_of(example)
    expected = list(dict.fromkeys(EXPECTED[clause] for clause in clauses if clause in EXPECTED))
    if raised is not None and clauses[0] in EXPECTED:
        library = library_of(raised)
        what = f"every exception of {library}" if library else raised.kind
        if is_own(raised) and expected == [NETWORK]:
            return f"Derive {raised.kind} from a class named {NETWORK}, or raise that instead."
        if expected == [INPUT]:
            return f"Check the messages before you use them, and raise {INPUT} instead of {raised.kind}."
        return f"Map {what} to {' or '.join(expected)}, in the one place that sends requests."
    if "equal" in summarize(example, clauses):
        return "Do not deduplicate: the page has no idempotency key, and two equal messages are two messages."
    return _FIXES.get(clauses[0], "")
