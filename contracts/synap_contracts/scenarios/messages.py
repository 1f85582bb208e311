"""Ordinary messages, which scenarios are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_contracts.observation.expected import ROLES

if TYPE_CHECKING:
    from synap_contracts.scenarios.model import Json


def message(number: int, /, conversation: int = 0, **fields: Json) -> Json:
    """Return a message with nothing unusual. The number makes it unique."""
    return {"conversation_id": f"${conversation}", "role": ROLES[number % 2], "content": f"m{number}", **fields}


def several(count: int, conversations: int = 1) -> tuple[Json, ...]:
    """Return different messages, in conversations that alternate."""
    return tuple(message(number, number % conversations) for number in range(count))


def long_text(length: int, word: str = "lorem") -> str:
    """Return a text of a length, in words: patterns that take quadratic time for a single word do not hang on it."""
    return (f"{word} " * (length // (len(word) + 1) + 1))[: length - 1] + "."
