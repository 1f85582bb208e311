"""The spellings of a text: what it reads like once percent, JSON and HTML escapes in it are decoded.

Only escapes of printable ASCII are decoded, since a key has nothing else. Each reading has a map back to the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_ROUNDS: Final = 4
"""Times that escapes of one kind within escapes of another are decoded. Of one kind, any number counts as one."""


class Reading:
    """A text as it reads with its escapes decoded.

    Args:
        parts: the reading in parts; every second one, from the second on, is a decoded escape.
        escapes: these escapes as they were.
        source: what was decoded; None: nothing, this is the original text.

    Attributes:
        text: the reading.
    """

    def __init__(self, parts: list[str], escapes: list[str], source: Reading | None = None) -> None:
        self._parts = parts
        self._escapes = escapes
        self._source = source
        self.text = "".join(parts)

    def origin(self, start: int, stop: int) -> tuple[int, int]:
        """Where the characters from `start` up to `stop` are in the original text."""
        if self._source is None:
            return start, stop
        begins, origins = self._map
        first = bisect_right(begins, start) - 1
        last = bisect_right(begins, stop - 1) - 1
        start = origins[first] + (0 if first % 2 else start - begins[first])
        stop = origins[last] + (len(self._escapes[last // 2]) if last % 2 else stop - begins[last])
        return self._source.origin(start, stop)

    @cached_property
    def _map(self) -> tuple[list[int], list[int]]:
        """Where each part begins, here and in the source."""
        sizes = [len(part) for part in self._parts]
        begins = list(accumulate(sizes, initial=0))[:-1]
        sizes[1::2] = [len(escape) for escape in self._escapes]
        return begins, list(accumulate(sizes, initial=0))[:-1]


def readings(text: str) -> Iterator[Reading]:
    """The text itself, and every further reading of it, until no escape is left."""
    reading = Reading([text], [])
    yield reading
    for _ in range(_ROUNDS):
        before = reading
        for kind in _KINDS:
            if kind.mark in reading.text:
                parts = kind.pattern.split(reading.text)
                escapes = parts[1::2]
                if escapes:
                    parts[1::2] = [kind.known.get(escape) or kind.decode(escape) for escape in escapes]
                    reading = Reading(parts, escapes, reading)
        if reading is before:
            return
        yield reading


def escaped(secret: str) -> set[str]:
    """How a secret is spelled where its quotes and backslashes are escaped, in JSON, in JSON within JSON, by repr."""
    json = secret.replace("\\", "\\\\").replace('"', '\\"')
    return {json, json.replace("\\", "\\\\").replace('"', '\\"'), repr(secret)[1:-1], ascii(f"{secret}'\"")[1:-4]}


class _Kind(NamedTuple):
    """One kind of escape."""

    mark: str
    """What every escape of this kind has in it."""
    pattern: re.Pattern[str]
    """One group: the escape. It may have been escaped in the same way many times."""
    decode: Callable[[str], str]
    known: Mapping[str, str] = {}
    """What the usual escapes stand for."""


def _last_two_digits(escape: str) -> str:
    return chr(int(escape[-2:], 16))


def _entity(escape: str) -> str:
    name = escape.replace("amp;", "").strip("&;")
    if not name.startswith("#"):
        return _NAMED[name]
    digits = name[1:].lstrip("xX")
    return chr(int(digits, 16 if name[1] in "xX" else 10))


_NAMED: Final = {"": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ASCII: Final = "[2-7][0-9A-Fa-f]"
_CODES: Final = {f"{high}{low}": chr(int(f"{high}{low}", 16)) for high in "234567" for low in "0123456789abcdefABCDEF"}
_KINDS: Final = (
    # UTF-16 and UTF-32 that are read as UTF-8 have NUL around each ASCII character.
    _Kind("\0", re.compile("(\0+)"), lambda _: ""),
    _Kind(
        "%", re.compile(f"(%(?:25)*{_ASCII})"), _last_two_digits, {f"%{code}": text for code, text in _CODES.items()}
    ),
    # The look-behind keeps the search linear in a long row of backslashes. An escaped quote or backslash is
    # not decoded: texts are full of them, see `escaped`.
    _Kind("\\/", re.compile(r"((?<!\\)\\+/)"), lambda _: "/"),
    _Kind(
        "\\u00",
        re.compile(rf"((?<!\\)\\+u00{_ASCII})"),
        _last_two_digits,
        {f"\\u00{code}": text for code, text in _CODES.items()},
    ),
    _Kind("\\x", re.compile(rf"((?<!\\)\\+x{_ASCII})"), _last_two_digits),
    _Kind(
        "&",
        re.compile(
            r"(&(?:amp;)*(?:#0*(?:3[3-9]|[4-9][0-9]|1[01][0-9]|12[0-6]);?|#[xX]0*[2-7][0-9A-Fa-f];?"
            r"|(?:lt|gt|quot|apos);|(?<=;)))"
        ),
        _entity,
    ),
)
