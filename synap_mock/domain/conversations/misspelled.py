"""Fields of entries that are ignored and resemble a field that the entry does not have: probably misspelled.

Only reports look for them, in the journal. The path of a batch does not.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from synap_mock.domain.values.batch import FIELDS
from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ALIKE: Final = 0.8
"""`session` and `session_id` are 0.82 alike, `user` and `user_id` 0.73, `message_id` and `session_id` 0.6."""
_NAMES: Final = 100
"""How many different names of a call are looked at."""
_LONGEST: Final = 2 * max(map(len, FIELDS))


def misspelled_fields(body: object) -> Iterator[str]:
    """Yield a hint for each field that is probably misspelled, at its first place.

    Args:
        body: of a call that records a batch or one message, decoded.
    """
    batch = body.get("messages") if isinstance(body, dict) else None
    entries: Sequence[object] = batch if isinstance(batch, list) else [body]
    seen = set(FIELDS)
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            continue
        for name in entry:
            if name in seen or len(name) > _LONGEST or len(seen) > _NAMES:
                continue
            seen.add(name)
            meant = get_close_matches(name.lower(), [field for field in FIELDS if field not in entry], 1, _ALIKE)
            if meant:
                where = "" if batch is None else f"messages[{index}]: "
                yield f"{where}the unknown field {quote(name)} is ignored; did you mean {quote(meant[0])}?"
