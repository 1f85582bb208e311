"""Remembering what was found out about an object, by its identity: observed calls hold messages, which have no hash."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Given = TypeVar("Given")
Found = TypeVar("Found")

_MOST: Final = 64


def remembered(function: Callable[[Given], Found]) -> Callable[[Given], Found]:
    """Return a function that computes its result once for each of the last objects that it is given.

    Args:
        function: A function of one object, which nothing changes afterwards.
    """
    results: dict[int, tuple[Given, Found]] = {}

    @wraps(function)
    def remembering(value: Given) -> Found:
        result = results.get(id(value))
        if result is None:
            if len(results) >= _MOST:
                results.clear()
            result = results[id(value)] = value, function(value)  # with the object, so that its identity stays its own
        return result[1]

    return remembering
