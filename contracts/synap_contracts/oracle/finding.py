"""A clause that was broken, and how."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

_SHORT: Final = 60


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
    """

    clause: str
    sentence: str
    call: int | None = None
    marks: tuple[str, ...] = ()
    unless_alone: str | None = None


def shown(value: Any) -> str:  # noqa: ANN401 - any JSON
    """A value for a sentence: JSON, with what can't be seen written as escapes, and shortened."""
    if isinstance(value, str) and len(value) > _SHORT and len(set(value)) == 1:
        return f"{json.dumps(value[0])} times {len(value):,}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(c if c.isprintable() else c.encode("unicode-escape").decode() for c in text)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 20]} … {text[-12:]} ({len(text):,} characters)"
