"""What becomes of an entry by the page: schema fails the call, meaning fails the entry (CONTRACT.md section 3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from synap_contracts.scenarios.model import Json

REQUIRED: Final = ("conversation_id", "role", "content")
OPTIONAL_STRINGS: Final = ("user_id", "customer_id", "session_id")
ROLES: Final = ("user", "assistant")
SAFE_INTEGER: Final = 2**53 - 1
MOST: Final = 100
"""How many messages a MUST check submits at most."""

_UUID: Final = re.compile(
    r"(?P<p>\{|urn:uuid:)?(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})(?P<s>\})?",
    re.IGNORECASE | re.ASCII,
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NONCHARACTER: Final = re.compile(
    "[\ufdd0-\ufdef" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)) + "]"
)
"""Scalar values that I-JSON leaves out (RFC 7493, section 2.1)."""


def broken_clause(entry: Json) -> str | None:
    """The clause that says how a call with this entry is refused, or None for an entry that keeps the schema."""
    if not isinstance(entry, dict):
        return "IN-TYPES"
    if any(key not in entry for key in REQUIRED):
        return "IN-KEYS"
    if any(not isinstance(entry[key], str) for key in REQUIRED):
        return "IN-TYPES"
    if entry["role"] not in ROLES:
        return "IN-ROLE"
    if any(not isinstance(entry.get(key), str | None) for key in OPTIONAL_STRINGS):
        return "IN-TYPES"
    return None if isinstance(entry.get("metadata"), dict | None) else "IN-TYPES"


def canonical(conversation_id: Json) -> str | None:
    """A conversation's id in the spelling that the server shows, or None for what is no UUID."""
    if not isinstance(conversation_id, str) or not (found := _UUID.fullmatch(conversation_id)):
        return None
    if bool(found["s"]) != (found["p"] == "{"):
        return None
    digits = conversation_id.lower().removeprefix("urn:uuid:").strip("{}").replace("-", "")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def refused(entry: Json, tenancy: str | None) -> bool:
    """Whether the server refuses an entry that keeps the schema, for what it means."""
    return canonical(entry["conversation_id"]) is None or (tenancy == "b2b" and not entry.get("customer_id"))


def wide_clause(messages: tuple[Json, ...]) -> str | None:
    """The clause for input beyond what a MUST check sends, or None."""
    if len(messages) > MOST:
        return "SEND-WIDE-LARGE"
    for entry in messages:
        if not isinstance(entry, dict):
            continue
        if entry.get("content") == "":
            return "SEND-WIDE-EMPTY"
        identity = entry.get("conversation_id")
        if canonical(identity) not in (None, identity):
            return "SEND-WIDE-UUIDS"
        if found := _wide_value(entry):
            return found
    return None


def _wide_value(value: Any) -> str | None:  # noqa: ANN401, PLR0911 - any JSON, a kind each
    match value:
        case bool():
            return None
        case int():
            return "SEND-WIDE-INTEGERS" if abs(value) > SAFE_INTEGER else None
        case str() if value.isascii():
            return None  # said at once, however long the text is: every play of a shrinking scenario asks
        case str() if _SURROGATE.search(value):
            return "SEND-WIDE-SURROGATES"
        case str():
            return "SEND-WIDE-NONCHARACTERS" if _NONCHARACTER.search(value) else None
        case dict():
            return next(filter(None, (_wide_value(each) for pair in value.items() for each in pair)), None)
        case list():
            return next(filter(None, map(_wide_value, value)), None)
    return None
