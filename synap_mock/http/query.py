"""Query parameters, as both faces read them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs

from synap_mock.domain.values.quoting import quote

_WHOLE_NUMBER: Final = re.compile("0*[1-9][0-9]{0,17}")  # isdigit() would take "²"


def whole_number(query: str, name: str) -> int | None:
    """A parameter that must be a whole number from 1; of several, the last. None where it isn't given.

    Raises:
        ValueError: it is no such number; the text ends the sentence that its name begins.
    """
    given = parse_qs(query, keep_blank_values=True, errors="replace").get(name)
    if given is None:
        return None
    if not _WHOLE_NUMBER.fullmatch(given[-1]):
        raise ValueError(f"must be a whole number from 1, not {quote(given[-1])}")
    return int(given[-1])
