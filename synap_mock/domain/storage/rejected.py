"""What the storage in memory keeps of the rejected entries of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.storage.messages import Message, RecordedBatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synap_mock.domain.rules.rule import Refusal


@dataclass(slots=True)
class Rejected:
    """What was rejected of one batch.

    Attributes:
        refusals: the first ones, while there is room for them.
        count: how many there were.
    """

    refusals: tuple[Refusal, ...]
    count: int

    def __deepcopy__(self, _: dict[int, Any]) -> Rejected:
        return Rejected(self.refusals, self.count)  # refusals never change

    def batch(self, messages: Sequence[Message] = ()) -> RecordedBatch:
        """The batch, with what was recorded of it."""
        return RecordedBatch(tuple(messages), self.refusals, self.count)


NOTHING_REJECTED: Final = Rejected((), 0)
