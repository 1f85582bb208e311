"""Values that an entry must have: how faults and rejections choose by what a call sends."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cached_property
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


class Sent:
    """A call as `where` looks at it; it is read once, and only if something looks at it.

    Args:
        request: makes the call as the journal shows it.
    """

    def __init__(self, request: Callable[[], Request]) -> None:
        self._make = request

    @cached_property
    def request(self) -> Request:
        """The call as the journal shows it."""
        return self._make()

    @cached_property
    def entries(self) -> list[Mapping[str, Any]]:
        """The messages or documents that it sends, alone or in a batch."""
        try:
            body = self.request.json
        except ValueError:
            return []
        entries = body.get("messages", body.get("documents", [body])) if isinstance(body, dict) else []
        return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []

    def values(self, field: Hashable) -> Iterable[Hashable]:
        """What its entries have in a field, as `pairs_of` has it."""
        return values_of(self.entries, field)


def chooses(where: FaultWhere | None, sent: Sent) -> bool:
    """Whether a call is one of those that `where` chooses."""
    if where is None:
        return True
    if isinstance(where, Mapping):
        return any(entry_has(entry, where) for entry in sent.entries)
    return where(sent.request)


def pairs_of(where: object) -> list[tuple[str | None, Hashable]]:
    """Fields and values, of which an entry that `where` chooses has each; (None, None): they are not known."""
    pairs: list[tuple[str | None, Hashable]] = []
    if isinstance(where, Mapping):
        pairs = [(name, _key_of(name, value)) for name, value in where.items() if _is_hashable(value)]
    return pairs or [(None, None)]


def values_of(entries: Iterable[Mapping[str, Any]], field: Hashable) -> Iterable[Hashable]:
    """What entries have in a field, as `pairs_of` has it."""
    if not isinstance(field, str):
        return (None,)
    values = (entry.get(field) for entry in entries)
    return {_key_of(field, value) for value in values if _is_hashable(value)}


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


def _key_of(name: str, value: Hashable) -> Hashable:
    """The value that equal ones have in common, by `_same`."""
    return (canonical_uuid(str(value)) or value) if name == "conversation_id" else value


def _is_hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _same(name: str, sent: object, expected: object) -> bool:
    if sent == expected:
        return True
    canonical = canonical_uuid(str(sent)) if name == "conversation_id" else None
    return canonical is not None and canonical == canonical_uuid(str(expected))
