"""API keys in texts: finding them, and redacting them in everything that the kit prints or writes."""

from __future__ import annotations

import operator
import re
from base64 import b64encode
from collections import defaultdict
from copy import copy
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

REDACTED: Final = "<KEY>"
_PIECE: Final = 16
"""A text with this many consecutive characters of a key shows the key; with fewer, it only refers to it."""
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})|\\+u00([0-9A-Fa-f]{2})")
_URL_SAFE: Final = str.maketrans("+/", "-_")
_SHORTEST: Final = 4
"""A shorter key is a word like any other: redacting it would make reports unreadable."""


def contains_key(text: str, key: str) -> bool:
    """Return whether a text contains a key, or a large part of it, plainly or encoded.

    Encodings are percent-encoding, JSON's escapes, hexadecimal, and base64 at any alignment. In a text that was
    redacted, the key is `<KEY>`.
    """
    core = key.strip()
    if core == REDACTED:
        return REDACTED in text
    if len(core) < _PIECE:
        return False
    plain = (text, _unescaped(text)) if "\\u" in text or "%" in text else (text,)
    return any(piece in each for piece in _parts(core) for each in plain) or any(
        piece in text for piece in _encoded(core)
    )


def _parts(text: str) -> set[str]:
    return {text[start : start + _PIECE] for start in range(max(1, len(text) - _PIECE + 1))}


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)


@lru_cache(maxsize=4096)
def _encoded(core: str) -> frozenset[str]:
    """Return parts of a key in hexadecimal and in base64: as a text of its own, or after one or two other bytes."""
    data = core.encode()
    texts = [data.hex(), data.hex().upper()]
    for shift in range(3):
        encoded = b64encode(bytes(shift) + data).decode()
        inner = encoded[4 if shift else 0 : -4]
        texts += [inner, inner.translate(_URL_SAFE)]
    return frozenset(part for each in texts for part in _parts(each))


def redact(value: Any, keys: frozenset[str]) -> Any:  # noqa: ANN401 - any value
    """Return a value with `<KEY>` in place of the keys, of large parts of them, and of their encodings.

    Args:
        value: A text, or a value of any depth that has texts: JSON, tuples and dataclasses. Parts that do not change
            stay the same objects.
        keys: The keys.
    """
    match value:
        case str():
            for size, pieces in _pieces(keys).items():
                value = _without(value, size, pieces)
            return value
        case dict():
            pairs = [(redact(name, keys), redact(each, keys)) for name, each in value.items()]
            if all(new[0] is old[0] and new[1] is old[1] for new, old in zip(pairs, value.items(), strict=True)):
                return value
            changed = copy(value)
            changed.clear()
            changed.update(pairs)
            return changed
        case list() | tuple():
            found = [redact(each, keys) for each in value]
            return value if all(map(operator.is_, found, value)) else type(value)(found)
        case _ if is_dataclass(value) and not isinstance(value, type):
            attributes = {each.name: getattr(value, each.name) for each in fields(value)}
            new = redact(attributes, keys)
            return value if new is attributes else replace(value, **new)
    return value


@lru_cache(maxsize=4)
def _pieces(keys: frozenset[str]) -> dict[int, frozenset[str]]:
    """Return the parts of keys by length. Cached: a run has hundreds of keys, and a report thousands of texts."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for key in keys:
        size = min(_PIECE, len(key))
        if size >= _SHORTEST:
            found[size].update(key[start : start + size] for start in range(len(key) - size + 1))
        if size == _PIECE:
            found[size].update(_encoded(key))
    return {size: frozenset(pieces) for size, pieces in found.items()}


def _without(text: str, size: int, pieces: frozenset[str]) -> str:
    escapes = list(_ESCAPE.finditer(text))
    plain = _unescaped(text) if escapes else text
    places = [place for place in range(len(plain) - size + 1) if plain[place : place + size] in pieces]
    if not places:
        return text
    gaps = [(before, after) for before, after in pairwise(places) if after > before + size]
    begins = [places[0], *(after for _, after in gaps)]
    ends = [*(before for before, _ in gaps), places[-1]]
    parts, at = [], 0
    for begin, end in zip(begins, ends, strict=True):
        parts += [text[at : _position(begin, escapes)], REDACTED]
        at = _position(end + size, escapes)
    return "".join([*parts, text[at:]])


def _position(place: int, escapes: list[re.Match[str]]) -> int:
    """Return where a character of the unescaped text is in the text."""
    for found in escapes:
        if found.start() >= place:
            break
        place += len(found[0]) - 1
    return place
