"""A kind of text, and how a sample of it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

Draw: TypeAlias = "Callable[[Random], str]"

_WORDS: Final = ("lorem", "ipsum", "dolor", "sit", "amet", "elit", "sed", "tempor")
_MOST: Final = 14
"""How many samples a text contains, unless two texts together would then miss a form."""


@dataclass(frozen=True)
class Kind:
    """Texts that one sort of defect changes.

    Args:
        name: What is in the text.
        draws: The forms of the kind. Each draws a text with as little else as possible.
        apart: Whether it only counts as this kind if nothing else is in the text, such as a number or a document.
    """

    name: str
    draws: tuple[Draw, ...]
    apart: bool = False

    def alone(self, random: Random) -> str:
        """Return one sample, and nothing else."""
        return random.choice(self.draws)(random)

    def embedded(self, random: Random) -> tuple[str, str]:
        """Return two texts that together have a sample of each form, between words, in one or more lines."""
        if self.apart:
            return self.alone(random), self.alone(random)
        draws = random.sample(self.draws, len(self.draws))
        count = max(min(_MOST, len(draws)), (len(draws) + 1) // 2)
        return _between_words(random, draws[:count]), _between_words(random, draws[-count:])


def _between_words(random: Random, draws: Sequence[Draw]) -> str:
    parts = [word(random)]
    for draw in draws:
        parts += [draw(random), word(random)]
    start, end = random.choice(((0, None), (1, None), (0, -1)))
    return random.choice((" ", " ", "\n")).join(parts[start:end])


def word(random: Random) -> str:
    """Return an ordinary word."""
    return random.choice(_WORDS)


def one_of(*texts: str) -> tuple[Draw, ...]:
    """Return forms that are these texts."""
    return tuple(_constant(text) for text in texts)


def _constant(text: str) -> Draw:
    return lambda _: text


def spread(*texts: str, forms: int = 6) -> tuple[Draw, ...]:
    """Return forms that together are all of the texts, with spaces between them."""
    return one_of(*(" ".join(texts[start::forms]) for start in range(min(forms, len(texts)))))


def around(*frames: str) -> tuple[Draw, ...]:
    """Return forms that are a word in a frame: `¤` is where it stands."""
    return tuple(_framed(frame) for frame in frames)


def _framed(frame: str) -> Draw:
    return lambda random: frame.replace("¤", word(random))


def within(*characters: str, forms: int = 6) -> tuple[Draw, ...]:
    """Return forms that together have all of the characters, between the letters of words."""
    return tuple(_inserted(characters[start::forms]) for start in range(min(forms, len(characters))))


def _inserted(characters: tuple[str, ...]) -> Draw:
    def draw(random: Random) -> str:
        letters = list(word(random))
        for each in characters:
            letters.insert(random.randint(0, len(letters)), each)
        return "".join(letters)

    return draw


def some_of(draw: Draw, forms: int = 6) -> tuple[Draw, ...]:
    """Return a generator as several forms, so that a text has several of its samples."""
    return (draw,) * forms


def between(*ranges: tuple[int, int]) -> tuple[str, ...]:
    """Return all characters of code point ranges, whose ends are included."""
    return tuple(chr(code) for first, last in ranges for code in range(first, last + 1))


_DIGITS: Final = "0123456789"
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_CLASSES: Final = {"9": _DIGITS, "X": _LETTERS, "§": "0123456789abcdef", "¤": _DIGITS + _LETTERS + _LETTERS.lower()}


def filled(*patterns: str) -> tuple[Draw, ...]:
    """Return forms that are patterns: `9` becomes a digit, `§` a hexadecimal one, `X` a letter, `¤` either."""
    return tuple(_pattern(pattern) for pattern in patterns)


def _pattern(pattern: str) -> Draw:
    return lambda random: "".join(random.choice(_CLASSES[c]) if c in _CLASSES else c for c in pattern)
