"""Values that an entry must have: how faults and rejections choose by what a call sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synap_mock.domain.values.batch import FIELDS
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synap_mock.domain.history.journal import Request


def check_values(where: Mapping[str, Any]) -> None:
    """Check that only fields of an entry are named.

    Raises:
        ValueError: an entry does not have such a field.
    """
    for name in where:
        if name not in FIELDS:
            raise ValueError(f"where names {quote(name)}; an entry has {', '.join(FIELDS)}")


def entry_has(entry: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    """Whether an entry has these values. All spellings of a UUID are one conversation; absent is null."""
    return all(_same(name, entry.get(name), value) for name, value in where.items())


def sends_entry(request: Request, where: Mapping[str, Any]) -> bool:
    """Whether a call sends an entry that has these values, alone or in a batch."""
    try:
        body = request.json
    except ValueError:
        return False
    entries = body.get("messages", [body]) if isinstance(body, dict) else []
    if not isinstance(entries, list):
        return False
    return any(isinstance(entry, dict) and entry_has(entry, where) for entry in entries)


def _same(name: str, sent: object, expected: object) -> bool:
    if sent == expected:
        return True
    canonical = canonical_uuid(str(sent)) if name == "conversation_id" else None
    return canonical is not None and canonical == canonical_uuid(str(expected))
