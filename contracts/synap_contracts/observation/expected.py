"""What the page requires of an entry, and which entries the server rejects (docs/evidence.md, A batch)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from synap_contracts.scenarios.model import Json

REQUIRED: Final = ("conversation_id", "role", "content")
OPTIONAL_STRINGS: Final = ("user_id", "customer_id", "session_id")
ROLES: Final = ("user", "assistant")
MOST: Final = 100
"""The largest number of messages that a MUST check submits in one call."""
REASON: Final = "refused by the test"
"""The error text of scheduled rejections."""

_UUID: Final = re.compile(
    r"(?P<p>\{|urn:uuid:)?(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})(?P<s>\})?",
    re.IGNORECASE | re.ASCII,
)


def canonical(conversation_id: Json) -> str | None:
    """Return the canonical spelling of a conversation ID, or None if it is not a UUID."""
    return _canonical(conversation_id) if isinstance(conversation_id, str) else None


@lru_cache(maxsize=1024)
def _canonical(text: str) -> str | None:
    found = _UUID.fullmatch(text)
    if found is None or bool(found["s"]) != (found["p"] == "{"):
        return None
    digits = text.lower().removeprefix("urn:uuid:").strip("{}").replace("-", "")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def is_rejected(entry: Json, tenancy: str | None) -> bool:
    """Return whether the server rejects an entry that follows the schema, because of its meaning."""
    return canonical(entry["conversation_id"]) is None or (tenancy == "b2b" and not entry.get("customer_id"))
