"""Many secrets, found in a text in time that grows with the text and not with their number.

Every spelling of a secret has `SHORTEST` characters or more, so wherever it stands, it covers one of the pieces of four
characters into which the text is cut. One look-up of each piece finds the candidates.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST: Final = 8
_PIECE: Final = 4
_FEW: Final = 16
"""So many are searched for one by one: the search for a string is in C."""
_TELLING: Final = 5
"""The fewest characters of a secret's beginning that are hidden where a text was cut: a mask shows four."""

Found = tuple[int, int, str]
"""Where something begins and stops, and the secret that it belongs to."""


class Needles:
    """Spellings of secrets, printable ASCII, each with the secret that it stands for."""

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}
        self._offsets: dict[int, set[int]] = {}
        """Piece to where in a spelling it may stand."""
        self._sizes: dict[str, set[int]] = {}
        """The first characters of a spelling to the lengths of the spellings that begin so."""
        self._sorted: list[str] | None = None
        self._beginnings: set[str] = set()

    def __len__(self) -> int:
        return len(self._secrets)

    def __contains__(self, spelling: str) -> bool:
        return spelling in self._secrets

    def secrets(self) -> set[str]:
        """What the spellings stand for."""
        return set(self._secrets.values())

    def add(self, spelling: str, secret: str) -> None:
        """Find this from now on; one of fewer characters than `SHORTEST` is ignored."""
        if len(spelling) < SHORTEST or spelling in self._secrets:
            return
        self._secrets[spelling] = secret
        for offset in range(_PIECE):
            (piece,) = _pieces(spelling[offset : offset + _PIECE])
            self._offsets.setdefault(piece, set()).add(offset)
        self._sizes.setdefault(spelling[:SHORTEST], set()).add(len(spelling))
        self._beginnings.add(spelling[:_TELLING])
        self._sorted = None

    def find(self, text: str) -> Iterator[Found]:
        """Every place where one of them stands."""
        if len(self._secrets) > _FEW:
            yield from self._find_among_many(text)
            return
        for spelling, secret in self._secrets.items():
            at = text.find(spelling)
            while at >= 0:
                yield at, at + len(spelling), secret
                at = text.find(spelling, at + len(spelling))

    def _find_among_many(self, text: str) -> Iterator[Found]:
        pieces = _pieces(text)
        if self._offsets.keys().isdisjoint(pieces):
            return
        for number, piece in enumerate(pieces):
            for offset in self._offsets.get(piece, ()):
                at = number * _PIECE - offset
                for size in self._sizes.get(text[at : at + SHORTEST], ()) if at >= 0 else ():
                    secret = self._secrets.get(text[at : at + size])
                    if secret is not None:
                        yield at, at + size, secret

    def find_cut(self, text: str) -> Iterator[Found]:
        """The end of the text, where it is the beginning of one of them."""
        if self._sorted is None:
            self._sorted = sorted(self._secrets)
        longest = max(map(len, self._sorted), default=0)
        for size in range(min(longest, len(text)), _TELLING - 1, -1):
            begin = len(text) - size
            if text[begin : begin + _TELLING] in self._beginnings:
                at = bisect_left(self._sorted, text[begin:])
                if at < len(self._sorted) and self._sorted[at].startswith(text[begin:]):
                    yield begin, len(text), self._secrets[self._sorted[at]]
                    return


def _pieces(text: str) -> memoryview:
    """Each four characters of a text as a number; those that are left over at its end are not in it."""
    characters = text.encode("ascii", "replace")
    return memoryview(characters)[: len(characters) // _PIECE * _PIECE].cast("I")
