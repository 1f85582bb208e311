"""A clause that was broken, and how."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.client.protocol import Hung, Raised, Returned

if TYPE_CHECKING:
    from synap_contracts.observation.observed import CallSeen

_SHORT: Final = 60
_TEXT: Final = 300
"""Characters of an exception's text that are shown: its reason often comes last."""


@dataclass(frozen=True)
class Finding:
    """A clause that was broken in a scenario.

    Args:
        clause: Its id.
        sentence: What the client did, in one sentence.
        call: The number of the call, or None where it is about the whole scenario.
        marks: Paths of what differs, as `messages[2].content` and `answer.results[0]`.
        unless_alone: A clause that the call must keep when it is the only one: then it is what came before that
            makes the difference.
        plainly: The clause that it would break in a call that every client has to take, where it is another.
    """

    clause: str
    sentence: str
    call: int | None = None
    marks: tuple[str, ...] = ()
    unless_alone: str | None = None
    plainly: str | None = None


def told(seen: CallSeen) -> str:
    """What became of a call, for a sentence; the key hidden before anything is shortened."""
    match seen.told:
        case Raised(kind=kind, text=text):
            hidden = text.replace(seen.key.key, "[key hidden]") if seen.key.key else text
            return f"your client raised {kind}: {shown(hidden, _TEXT)}"
        case Hung(seconds=seconds):
            return f"your client did nothing for {seconds:.0f} s"
        case Returned(answer=answer):
            return f"your client returned {shown(answer)}"


def apart(was: Any, got: Any) -> tuple[str, str]:  # noqa: ANN401 - any JSON
    """Two values for a sentence; where they would look the same, what is not ASCII is written as escapes."""
    left, right = shown(was), shown(got)
    if unicodedata.normalize("NFKC", left) != unicodedata.normalize("NFKC", right):
        return left, right
    return ascii(left)[1:-1], ascii(right)[1:-1]


def shown(value: Any, most: int = _SHORT) -> str:  # noqa: ANN401 - any JSON
    """A value for a sentence: JSON, with what can't be seen written as escapes, and shortened to `most` characters."""
    if isinstance(value, str) and len(value) > _SHORT and len(set(value)) == 1:
        return f"{json.dumps(value[0])} times {len(value):,}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(c if c.isprintable() else c.encode("unicode-escape").decode() for c in text)
    return text if len(text) <= most else f"{text[: most - 20]} … {text[-12:]} ({len(text):,} characters)"
