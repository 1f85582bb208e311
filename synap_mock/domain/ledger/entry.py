"""An entry as the ledger knows it: a hash of each field, and the beginning of its text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.redaction.redactor import masked_form
from synap_mock.domain.values.batch import FIELDS, Batch
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CONVERSATION_ID: Final = FIELDS.index("conversation_id")
ROLE: Final = FIELDS.index("role")
CONTENT: Final = FIELDS.index("content")
_EXCERPT: Final = 80
_SEARCHED: Final = 1024
"""Characters of a content in which the vendor's keys are masked before it is cut."""

_NOTHING: Final = 0x6E6F_7468
_UNREADABLE: Final = 0x6465_6570
Hashes = tuple[int, ...]
"""A hash of each field of an entry, in the order of `FIELDS`. Python's own: workers have one seed of hashes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The part of an entry that the ledger keeps.

    Attributes:
        conversation_id: canonical, or as sent if it is not a UUID.
        role: as sent.
        content: its first 80 characters.
    """

    conversation_id: str
    role: str
    content: str

    def __str__(self) -> str:
        where = f" in {quote(self.conversation_id)[1:-1]}" if self.conversation_id else ""
        return f"{quote(self.role)[1:-1]} {quote(self.content)}{where}".lstrip()

    def masked(self, mask: Callable[[str], str]) -> Entry:
        """The same with keys masked."""
        return Entry(mask(self.conversation_id), mask(self.role), mask(self.content))


def entry_of(batch: Batch, index: int) -> Entry:
    """One entry of a batch, which need not be valid."""
    conversation_id = _text(batch.conversation_ids[index])
    content = masked_form(_text(batch.contents[index])[:_SEARCHED])[:_EXCERPT]
    return Entry(canonical_uuid(conversation_id) or conversation_id[:_EXCERPT], _text(batch.roles[index]), content)


def hashes_of(batch: Batch, index: int) -> Hashes:
    """The hashes of one entry. Two spellings of a UUID are equal, and so is metadata that is absent, null or empty."""
    values = [column[index] for column in batch]
    given = values[CONVERSATION_ID]
    if isinstance(given, str):
        values[CONVERSATION_ID] = canonical_uuid(given) or given
    return tuple(map(_hash, values))


def lenient_batch(entries: Sequence[object]) -> Batch:
    """Entries in columns, whatever they have in their fields; for calls that were not carried out."""
    objects: list[dict[str, Any]] = [entry if isinstance(entry, dict) else {"content": entry} for entry in entries]
    return Batch._make([entry.get(field) for entry in objects] for field in FIELDS)


def is_empty(hashes: Hashes) -> bool:
    """Whether an entry has no conversation, no role and no content, so that no turn could be lost."""
    return all(hashes[index] == _NOTHING for index in (CONVERSATION_ID, ROLE, CONTENT))


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else quote(value)


def _hash(value: object) -> int:
    if value is None or isinstance(value, str):
        return _NOTHING if value is None else hash(value)
    try:
        return hash(json.dumps(value, sort_keys=True)) if value else _NOTHING
    except RecursionError:
        return _UNREADABLE  # nested too deeply to be recorded
