"""Single characters: each of those that clients replace, remove, fold or decompose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.clauses.clause import Depth

_RUN: Final = 500
"""Characters of a text."""
# Scripts, punctuation and symbols; compatibility forms; cased letters, musical and mathematical symbols and emoji.
_COMMON: Final = (
    *((0x0, 0x3100), (0xF900, 0xFDD0), (0xFDF0, 0xFFFE), (0x10400, 0x10500), (0x1D100, 0x1D800)),
    *((0x1F000, 0x1FB00), (0xE0000, 0xE0200)),
)
_ALL: Final = (
    *((0x0, 0xD800), (0xE000, 0xFDD0), (0xFDF0, 0xFFFE), (0x10000, 0x1FFFE), (0x20000, 0x2FFFE), (0x30000, 0x31000)),
    *((0xE0000, 0xE0200), (0xF0000, 0xF0100), (0x100000, 0x100100)),
)
_BLOCK: Final = 16
"""The size of the smallest blocks of Unicode."""


def _blocks(*ranges: tuple[int, int], size: int = _BLOCK) -> tuple[range, ...]:
    return tuple(range(first + 3, last, size) for first, last in ranges)


def _every(*ranges: tuple[int, int]) -> tuple[range, ...]:
    return tuple(range(first, last) for first, last in ranges)


_SAMPLE: Final = (
    *_every(*_COMMON),
    *_blocks((0x3100, 0xD800), (0xE000, 0xF900), _ALL[3]),
    *_blocks(*_ALL[4:], size=256),
)
CHARACTERS: Final[dict[Depth, tuple[range, ...]]] = {
    "quick": _SAMPLE,
    "default": _SAMPLE,
    "deep": _every(*_ALL),
}
"""Code points, without surrogates and noncharacters: common ones, and a sample of each block; or all of them."""


def runs(depth: Depth) -> Iterator[str]:
    """Yield texts that together have the characters of a profile, in order."""
    text = "".join(chr(code) for codes in CHARACTERS[depth] for code in codes)
    yield from (text[start : start + _RUN] for start in range(0, len(text), _RUN))
