"""A violation of a clause, and how values are formatted in its message."""

from __future__ import annotations

import json
import signal
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.client.protocol import Ended, Hung, Raised, Returned
from synap_contracts.observation.redaction import redact

if TYPE_CHECKING:
    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.observation.observed import ObservedCall

_SHORT: Final = 60
_ERROR_TEXT: Final = 300
"""The number of characters of an exception's text that are shown: the reason is often at the end."""


@dataclass(frozen=True)
class Violation:
    """A violation of a clause in a scenario.

    Args:
        clause: The violated clause.
        message: What the client did, in one sentence.
        call: The number of the call, or None if it concerns the whole scenario.
        paths: The paths of the differences, such as `messages[2].content` and `answer.results[0]`.
        unless_alone: A clause. If the call violates it when it is the only call, other calls are not the cause, and
            the violation does not count.
        plainly: The clause that the same behavior violates in a call that every client must accept.
        contradicted: Whether a row reports a failure of a message that is recorded.
        because: The clause whose violation this one repeats, under other circumstances.
    """

    clause: ClauseId
    message: str
    call: int | None = None
    paths: tuple[str, ...] = ()
    unless_alone: ClauseId | None = None
    plainly: ClauseId | None = None
    contradicted: bool = False
    because: ClauseId | None = None


def format_outcome(call: ObservedCall) -> str:
    """Format the outcome of a call. The key is redacted before the text is shortened."""
    match call.outcome:
        case Raised(kind=kind, text=text):
            redacted = redact(text, frozenset({call.key.key}))
            return f"the client raised {kind}: {format_value(redacted, _ERROR_TEXT)}"
        case Ended():
            return f"the client {format_end(call.outcome)}"
        case Hung(seconds=seconds):
            return f"the client did not respond for {seconds:.0f} s"
        case Returned(answer=answer):
            return f"the client returned {format_value(answer)}"


def format_end(ended: Ended) -> str:
    """Format how a client ended its process."""
    if ended.status is None:
        return "closed the files of its process"
    if ended.status >= 0:
        return f"ended its process with status {ended.status}"
    names = {each.value: each.name for each in signal.Signals}
    return f"ended its process with {names.get(-ended.status, f'signal {-ended.status}')}"


def format_pair(left: Any, right: Any) -> tuple[str, str]:  # noqa: ANN401 - any JSON
    """Format two different values. If they would look the same, non-ASCII characters are escaped."""
    texts = format_value(left), format_value(right)
    if len({unicodedata.normalize("NFKC", text) for text in texts}) > 1:
        return texts
    return ascii(texts[0])[1:-1], ascii(texts[1])[1:-1]


def format_value(value: Any, most: int = _SHORT) -> str:  # noqa: ANN401 - any JSON
    """Format a value as JSON, with invisible characters escaped, shortened to `most` characters."""
    if isinstance(value, str) and len(value) > _SHORT and len(set(value)) == 1:
        return f"{json.dumps(value[0])} times {len(value):,}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(c if c.isprintable() else c.encode("unicode-escape").decode() for c in text)
    return text if len(text) <= most else f"{text[: most - 20]} … {text[-12:]} ({len(text):,} characters)"
