"""Pages of the lists under ``/_mock``: a list of a million items in one response would block every other client."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from synap_mock.domain.values.quoting import quote
from synap_mock.http.control.json import ControlRefused
from synap_mock.http.query import whole_number
from synap_mock.settings import PAGE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

PAGING: Final = ("limit", "after")
"""The query parameters of a list."""
PAGE: Final = 100
"""Items of a page where the request has no limit."""
LARGEST_PAGE: Final = 1000
Item = TypeVar("Item")
_NUMBER: Final = re.compile("[0-9]{1,18}")  # isdigit() accepts "²"


def limit_of(request: Request) -> int:
    """How many items the page has at most.

    Raises:
        ControlRefused: `limit` is not a whole number from 1 to 1000.
    """
    return items_of(request, "limit") or PAGE


def items_of(request: Request, name: str) -> int | None:
    """The number of items in a parameter; None: it isn't given.

    Raises:
        ControlRefused: it is not a whole number from 1 to 1000.
    """
    try:
        number = whole_number(request.url.query, name)
    except ValueError as error:
        raise ControlRefused(f"{name} {error}") from None
    if number is not None and number > LARGEST_PAGE:
        raise ControlRefused(f"{name} must be a whole number from 1 to {LARGEST_PAGE}, not {number}")
    return number


def cursor_of(request: Request, parts: int = 1) -> tuple[int, ...] | None:
    """Where the page starts: the numbers of the cursor `after`; None: at the beginning.

    Raises:
        ControlRefused: `after` does not have the form that this list's `next` has.
    """
    after = request.query_params.get("after")
    if after is None:
        return None
    numbers = after.split(".")
    if len(numbers) != parts or not all(map(_NUMBER.fullmatch, numbers)):
        raise ControlRefused(f"after must be the next of an earlier page of this list, not {quote(after)}")
    return tuple(map(int, numbers))


def fitting(items: list[Item], size: Callable[[Item], int]) -> list[Item]:
    """The first of the items, as many as fit into a page, and at least one.

    Args:
        items: at most as many as the page's limit.
        size: the bytes of an item, about.
    """
    room = PAGE_BYTES
    for number, item in enumerate(items):
        room -= size(item)
        if room < 0 and number:
            return items[:number]
    return items
