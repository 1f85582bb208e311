"""The spellings of a text: what it reads like once percent, JSON and HTML escapes in it are decoded.

Only escapes of printable ASCII are decoded, since a key has nothing else. Each reading has a map back to the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Decode = Callable[[str], tuple[str, int]]
    """Given an escape, or a row of equal ones: what it stands for, and how many characters each takes."""

_ROUNDS: Final = 4
"""Times that escapes of one kind within escapes of another are decoded. Of one kind, any number counts as one."""
_ASCII: Final = "[2-7][0-9A-Fa-f]"


class Reading(NamedTuple):
    """A text as it reads with its escapes decoded.

    Attributes:
        text: the reading.
        spans: the pieces of one decoding: where each begins here and in the text that was decoded, and how many
            characters of that text one character here stands for.
        source: what was decoded; None: nothing, this is the original text.
    """

    text: str
    spans: tuple[list[int], list[int], list[int]] = ([], [], [])
    source: Reading | None = None

    def origin(self, start: int, stop: int) -> tuple[int, int]:
        """Where the characters from `start` up to `stop` stand in the original text."""
        reading = self
        while reading.source is not None:
            begins, origins, widths = reading.spans
            first = bisect_right(begins, start) - 1
            last = bisect_right(begins, stop - 1) - 1
            start = origins[first] + (start - begins[first]) * widths[first]
            stop = origins[last] + (stop - begins[last]) * widths[last]
            reading = reading.source
        return start, stop


def readings(text: str) -> Iterator[Reading]:
    """The text itself, and every further reading of it, one kind of escape after the other, until none is left."""
    reading = Reading(text)
    yield reading
    for _ in range(_ROUNDS):
        before = reading
        for mark, pattern, decode in _KINDS:
            if mark in reading.text:
                reading = _decoded(reading, pattern, decode)
        if reading is before:
            return
        yield reading


def _decoded(source: Reading, pattern: re.Pattern[str], decode: Decode) -> Reading:
    """The reading in which every match is decoded; the same one where nothing matches."""
    text = source.text
    parts: list[str] = []
    begins: list[int] = []
    origins: list[int] = []
    widths: list[int] = []
    size = at = 0
    for match in pattern.finditer(text):
        plain, width = decode(match[0])
        start = match.start()
        parts += (text[at:start], plain)
        begins += (size, size + start - at)
        origins += (at, start)
        widths += (1, width)
        size += start - at + len(plain)
        at = match.end()
    if not at:
        return source
    parts.append(text[at:])
    begins.append(size)
    origins.append(at)
    widths.append(1)
    return Reading("".join(parts), (begins, origins, widths), source)


def _percent(escape: str) -> tuple[str, int]:
    if escape.count("%") == 1:
        return chr(int(escape[-2:], 16)), len(escape)
    return bytes.fromhex(escape.replace("%", "")).decode("ascii"), 3


def _backslash(escape: str) -> tuple[str, int]:
    if escape[-1] == "/":
        return "/", len(escape)
    if escape.count("u") <= 1:
        return chr(int(escape[-2:], 16)), len(escape)
    return bytes.fromhex(escape.replace("\\u00", "")).decode("ascii"), 6


def _ampersand(escape: str) -> tuple[str, int]:
    name = escape.replace("amp;", "").strip("&;")
    if not name.startswith("#"):
        return _NAMED[name], len(escape)
    digits = name[1:].lstrip("xX")
    return chr(int(digits, 16 if name[1] in "xX" else 10)), len(escape)


def _null(escape: str) -> tuple[str, int]:  # noqa: ARG001 - it stands for nothing
    return "", 1


_NAMED: Final = {"": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_KINDS: Final[tuple[tuple[str, re.Pattern[str], Decode], ...]] = (
    # UTF-16 and UTF-32 that are read as UTF-8 have NUL around each ASCII character.
    ("\0", re.compile("\0+"), _null),
    ("%", re.compile(rf"%(?:(?:25)+{_ASCII}|{_ASCII}(?:%{_ASCII})*)"), _percent),
    # An escaped quote or backslash is not decoded: texts are full of them. See `escaped`.
    ("\\", re.compile(rf"\\(?:u00{_ASCII}(?:\\u00{_ASCII})*|\\*(?:u00{_ASCII}|x{_ASCII}|/))"), _backslash),
    (
        "&",
        re.compile(
            r"&(?:amp;)*(?:#0*(?:3[3-9]|[4-9][0-9]|1[01][0-9]|12[0-6]);?|#[xX]0*[2-7][0-9A-Fa-f];?"
            r"|(?:lt|gt|quot|apos);|(?<=;))"
        ),
        _ampersand,
    ),
)


def escaped(secret: str) -> set[str]:
    """How a secret is spelled where its quotes and backslashes are escaped, in JSON, in JSON within JSON, by repr."""
    json = secret.replace("\\", "\\\\").replace('"', '\\"')
    return {json, json.replace("\\", "\\\\").replace('"', '\\"'), repr(secret)[1:-1], ascii(f"{secret}'\"")[1:-4]}
