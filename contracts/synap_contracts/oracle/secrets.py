"""Where a key was seen that nobody may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_contracts.client.protocol import Raised
from synap_contracts.oracle.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.observation import Observation

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
            if isinstance(seen.told, Raised) and any(_has(text, key) for text in seen.told.said):
                yield Finding("AUTH-SECRET", f"the key is in the text of {seen.told.kind}", seen.number)
        if any(_has(text, key) for text in observation.heard):
            yield Finding("AUTH-SECRET", "the key is in a log record or in what your client printed")
        if any(_has(line, key) for line, _, _ in observation.overheard):
            yield Finding("AUTH-SECRET", "the key is in the address of a request")
