"""Where a key was seen that nobody may see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from synap_contracts.client.driver import PRINTED
from synap_contracts.client.protocol import Raised
from synap_contracts.observation.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.observation.observed import Observation

_RECORD: Final = re.compile(r"([A-Z]+) ([^\s:]+): ")
_TELLING: Final = 16
"""So many characters of a key in a row tell it; fewer are how logs name one."""


def _has(text: str, key: str) -> bool:
    """Whether a text tells a key, or a good part of it."""
    core = key.strip()
    pieces = {core[start : start + _TELLING] for start in range(max(1, len(core) - _TELLING + 1))}
    return len(core) >= _TELLING and any(piece in text for piece in pieces)


def leaked(observation: Observation) -> Iterator[Finding]:
    """Exception texts, logs, output, and addresses of requests."""
    for key in observation.secrets:
        for seen in observation.calls:
            if isinstance(seen.told, Raised) and (place := _place(seen.told, key)):
                yield Finding("AUTH-SECRET", f"the key is in {place} {seen.told.kind}", seen.number)
        for text in observation.heard:
            if _has(text, key):
                yield Finding("AUTH-SECRET", f"the key is {_source(text)}")
        if any(_has(line, key) for line, _, _ in observation.overheard):
            yield Finding("AUTH-SECRET", "the key is in the address of a request")


def _place(raised: Raised, key: str) -> str | None:
    """Where an exception tells a key: in its own text, or in one that it carries."""
    for number, text in enumerate(raised.said):
        if _has(text, key):
            own = text == raised.text or number >= len(raised.places)
            return "the text of" if own else raised.places[number]
    return None


def _source(text: str) -> str:
    """Where a text was heard, as the adapter tells it."""
    if text.startswith(PRINTED):
        return "in what your client wrote to standard output or standard error"
    record = _RECORD.match(text)
    return f"in a record of logger {record[2]} at {record[1]}" if record else "in a log record"
