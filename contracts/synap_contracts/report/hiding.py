"""Keys are hidden in every report: what a run is told by may be read by anybody."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from synap_contracts.run import Counterexample

Json = Any

HIDDEN: Final = "[key hidden]"
_TELLING: Final = 16
"""So many characters of a key in a row are hidden, as AUTH-SECRET counts them; of a shorter key all of them."""
_SHORTEST: Final = 4
"""A key of fewer characters is a word like any other: hiding it would black out the report."""


def keys_of(found: Counterexample) -> frozenset[str]:
    """The keys that were in use."""
    return frozenset({seen.key.key for seen in found.observation.calls} | set(found.observation.secrets))


def hidden(value: Json, keys: frozenset[str]) -> Json:
    """A text, or JSON of any depth, without the keys and without long pieces of them."""
    match value:
        case str():
            for key in keys:
                value = _without(value, key)
            return value
        case dict():
            return {hidden(name, keys): hidden(each, keys) for name, each in value.items()}
        case list() | tuple():
            return [hidden(each, keys) for each in value]
    return value


def _without(text: str, key: str) -> str:
    if len(key) < _SHORTEST:
        return text
    size = min(_TELLING, len(key))
    pieces = {key[start : start + size] for start in range(len(key) - size + 1)}
    if not any(piece in text for piece in pieces):
        return text
    places = [place for place in range(len(text) - size + 1) if text[place : place + size] in pieces]
    begins = [places[0], *(after for before, after in pairwise(places) if after > before + size)]
    ends = [*(before for before, after in pairwise(places) if after > before + size), places[-1]]
    kept, at = [], 0
    for begin, end in zip(begins, ends, strict=True):
        kept += [text[at:begin], HIDDEN]
        at = end + size
    return "".join([*kept, text[at:]])
