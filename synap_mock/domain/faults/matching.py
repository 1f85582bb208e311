"""Values that an entry must have: how faults and rejections choose by what a call sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from synap_mock.domain.values.batch import FIELDS
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from synap_mock.domain.history.request import Request

FaultWhere: TypeAlias = "Mapping[str, Any] | Callable[[Request], bool]"


def check_where(where: object) -> None:
    """Check that it chooses calls: values of an entry, a function that takes the request, or None.

    Raises:
        TypeError: it is something else.
        ValueError: an entry does not have such a field.
    """
    if isinstance(where, Mapping):
        check_values(where)
    elif where is not None and not callable(where):
        raise TypeError(
            'where must be values that an entry must have, such as {"user_id": "u1"}, or a function that takes the '
            f"request, not {quote(where)}"
        )


def chooses(where: FaultWhere | None, request: Callable[[], Request]) -> bool:
    """Whether a call is one of those that `where` chooses; `request` makes the call as the journal shows it."""
    if where is None:
        return True
    return sends_entry(request(), where) if isinstance(where, Mapping) else where(request())


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
    """Whether a call sends a message or a document that has these values, alone or in a batch."""
    try:
        body = request.json
    except ValueError:
        return False
    entries = body.get("messages", body.get("documents", [body])) if isinstance(body, dict) else []
    if not isinstance(entries, list):
        return False
    return any(isinstance(entry, dict) and entry_has(entry, where) for entry in entries)


def _same(name: str, sent: object, expected: object) -> bool:
    if sent == expected:
        return True
    canonical = canonical_uuid(str(sent)) if name == "conversation_id" else None
    return canonical is not None and canonical == canonical_uuid(str(expected))
