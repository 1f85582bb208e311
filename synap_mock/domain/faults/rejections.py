"""Entries that a test rejects, whatever they contain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.faults.lookup import Key
from synap_mock.domain.faults.matching import check_values, entry_has, pairs_of, values_of
from synap_mock.domain.values.batch import FIELDS
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote
from synap_mock.settings import whole

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Sequence

    from synap_mock.domain.faults.schedule import Queue
    from synap_mock.domain.values.batch import Batch

Entry = dict[str, Any]
_INDEX: Final = "its index"
_CONVERSATION: Final = "its conversation"
"""Where no field of an entry has these names."""
Where = int | str | Mapping[str, Any] | Callable[[Entry], bool]


@dataclass(frozen=True, slots=True)
class Rejection:
    """Entries to reject, whatever they contain.

    Attributes:
        where: an index in the batch, a conversation id, values that an entry must have, or a predicate on the entry.
        error: the reason that the client receives.
        times: how many more batches it applies to; None: every one until the reset.
        applied: how many batches it has applied to.
    """

    where: Where
    error: str = "rejected by the test"
    times: int | None = 1
    applied: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.where, int):
            whole("where", self.where, least=0)
        elif isinstance(self.where, str):
            if canonical_uuid(self.where) is None:
                raise ValueError(f"where must be a conversation's UUID, not {quote(self.where)}")
        elif isinstance(self.where, Mapping):
            check_values(self.where)
        elif not callable(self.where):
            raise TypeError(
                "where must be an index, a conversation id, values that an entry must have, or a predicate on the "
                f"entry, not {quote(self.where)}"
            )
        if not isinstance(self.error, str):
            raise TypeError(f"error must be a text, not {quote(self.error)}")
        whole("times", self.times, least=1, optional=True)

    @property
    def left_over(self) -> bool:
        """Whether a test that ends now has left it over."""
        return self.times is not None

    def keys(self) -> Sequence[Key]:
        """What it is found by."""
        if isinstance(self.where, int):
            return [Key(None, _INDEX, self.where)]
        if isinstance(self.where, str):
            return [Key(None, _CONVERSATION, canonical_uuid(self.where))]
        return [Key(None, *pair) for pair in pairs_of(self.where)]

    def matches(self, index: int, entry: Entry) -> bool:
        """Whether it rejects this entry of a batch."""
        if isinstance(self.where, int):
            return index == self.where
        if isinstance(self.where, str):
            return canonical_uuid(entry["conversation_id"]) == canonical_uuid(self.where)
        if isinstance(self.where, Mapping):
            return entry_has(entry, self.where)
        return bool(self.where(entry))


def rejected(armed: Queue[Rejection], batch: Batch, spared: Collection[int]) -> dict[int, str]:
    """Index to error of each entry that a scheduled rejection matches; each that matches is used once.

    Args:
        armed: the scheduled rejections.
        batch: the batch.
        spared: indices of entries that are rejected already.
    """
    entries = [dict(zip(FIELDS, row, strict=True)) for row in zip(*batch, strict=True)]
    errors: dict[int, str] = {}

    def rejects(item: Rejection) -> bool:
        found = [
            index
            for index, entry in enumerate(entries)
            if index not in spared and index not in errors and item.matches(index, entry)
        ]
        errors.update(dict.fromkeys(found, item.error))
        return bool(found)

    def values(field: Hashable) -> Iterable[Hashable]:
        if field == _INDEX:
            return range(len(entries))
        if field == _CONVERSATION:
            return {canonical_uuid(each) for each in batch.conversation_ids}
        return values_of(entries, field)

    armed.take_each(rejects, values=values)
    return errors
