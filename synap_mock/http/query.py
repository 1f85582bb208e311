"""Query parameters, as both APIs read them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

_WHOLE_NUMBER: Final = re.compile("0*[1-9][0-9]{0,17}")  # isdigit() would take "²"


def text(query: str, name: str) -> str | None:
    """A parameter; of several, the last. None where it isn't given."""
    given = parse_qs(query, keep_blank_values=True, errors="replace").get(name)
    return None if given is None else given[-1]


def choice(query: str, name: str, choices: Sequence[str]) -> str:
    """A parameter that must be one of some words; the first of them where it isn't given.

    Raises:
        ValueError: it is another word; the text ends the sentence that its name begins.
    """
    given = text(query, name)
    if given is None:
        return choices[0]
    if given not in choices:
        raise ValueError(f"must be {' or '.join(choices)}, not {quote(given)}")
    return given


def whole_number(query: str, name: str) -> int | None:
    """A parameter that must be a whole number from 1; of several, the last. None where it isn't given.

    Raises:
        ValueError: it is not such a number; the text ends the sentence that its name begins.
    """
    given = text(query, name)
    if given is None:
        return None
    if not _WHOLE_NUMBER.fullmatch(given):
        raise ValueError(f"must be a whole number from 1, not {quote(given)}")
    return int(given)
