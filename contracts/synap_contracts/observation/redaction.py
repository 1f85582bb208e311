"""Keys are hidden in every report: what a run is told by may be read by anybody."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from synap_contracts.runs.result import Counterexample, Run

Json = Any

HIDDEN: Final = "[key hidden]"
_TELLING: Final = 16
"""So many characters of a key in a row are hidden, as AUTH-SECRET counts them; of a shorter key all of them."""
_SHORTEST: Final = 4
"""A key of fewer characters is a word like any other: hiding it would black out the report."""


def keys_of(run: Run, found: Counterexample) -> frozenset[str]:
    """The keys that were in use, in this scenario or before it: a client may remember one."""
    return run.secrets | {seen.key.key for seen in found.observation.calls} | set(found.observation.secrets)


def hidden(value: Json, keys: frozenset[str]) -> Json:
    """A text, or JSON of any depth, without the keys and without long pieces of them."""
    match value:
        case str():
            for size, pieces in _pieces(keys).items():
                value = _without(value, size, pieces)
            return value
        case dict():
            return {hidden(name, keys): hidden(each, keys) for name, each in value.items()}
        case list() | tuple():
            return [hidden(each, keys) for each in value]
    return value


@lru_cache(maxsize=4)
def _pieces(keys: frozenset[str]) -> dict[int, frozenset[str]]:
    """What tells a key, by length: a run has hundreds of keys, and a report thousands of texts."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for key in keys:
        size = min(_TELLING, len(key))
        if size >= _SHORTEST:
            found[size].update(key[start : start + size] for start in range(len(key) - size + 1))
    return {size: frozenset(pieces) for size, pieces in found.items()}


def _without(text: str, size: int, pieces: frozenset[str]) -> str:
    places = [place for place in range(len(text) - size + 1) if text[place : place + size] in pieces]
    if not places:
        return text
    begins = [places[0], *(after for before, after in pairwise(places) if after > before + size)]
    ends = [*(before for before, after in pairwise(places) if after > before + size), places[-1]]
    kept, at = [], 0
    for begin, end in zip(begins, ends, strict=True):
        kept += [text[at:begin], HIDDEN]
        at = end + size
    return "".join([*kept, text[at:]])
