"""Ages, such as ``7d``."""

from __future__ import annotations

import re
from typing import Final

from synap_mock.domain.values.quoting import quote

_FORM: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)([smhdw]?)")
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}
LONGEST: Final = 100 * 366 * _SECONDS["d"]
"""A hundred years."""


def age(name: str, value: object) -> float | None:
    """An age in seconds; None stays None.

    Args:
        name: of the value, for the error.
        value: a number of seconds, or a text such as ``7d``, ``12h``, ``90m``, ``30s``, ``2w``.

    Raises:
        TypeError: it is neither.
        ValueError: it is a text of another form, not more than 0, or more than a hundred years.
    """
    if value is None:
        return None
    wanted = f"{name} must be a number of seconds, or one with s, m, h, d or w, such as 7d, not {quote(value)}"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(wanted)
    if isinstance(value, str):
        match = _FORM.fullmatch(value)
        if match is None:
            raise ValueError(wanted)
        value = float(match[1]) * _SECONDS[match[2]]
    if not 0 < value <= LONGEST:
        raise ValueError(f"{name} must be more than 0 seconds and at most a hundred years, not {quote(value)}")
    return float(value)
