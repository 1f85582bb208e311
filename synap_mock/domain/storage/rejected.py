"""What the storage in memory keeps of rejected entries, and of batches of which nothing was recorded."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.rules.rule import DESCRIBED
from synap_mock.domain.storage.messages import Message, RecordedBatch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synap_mock.domain.rules.rule import Refusal

UNRECORDED_BATCHES: Final = 10_000
"""Most batches of which nothing was recorded that are kept: what was recorded is data, these only use memory."""
REFUSALS: Final = 10_000
"""Most refusals of all batches that are kept, the newest; of older ones, their number."""


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


def rejected_of(refused: Mapping[int, Refusal]) -> Rejected:
    """What is kept of a batch's refusals."""
    return Rejected(tuple(islice(refused.values(), DESCRIBED)), len(refused))


class RejectedBatches:
    """The batches with rejected entries. The oldest ones make room.

    Attributes:
        partial: number of a record to what was rejected of its batch.
        unrecorded: batches of which nothing was recorded, each with the number of records before it.
        dropped: how many of the latter have made room.
    """

    def __init__(self) -> None:
        self.partial: dict[int, Rejected] = {}
        self.unrecorded: deque[tuple[int, Rejected]] = deque()
        self.dropped = 0
        self._described: deque[Rejected] = deque()
        self._described_count = 0

    def add_partial(self, number: int, rejected: Rejected) -> None:
        """Keep what was rejected of the batch of a record."""
        self.partial[number] = rejected
        self._describe(rejected)

    def add_unrecorded(self, records: int, rejected: Rejected) -> None:
        """Keep a batch of which nothing was recorded, after that many records."""
        self.unrecorded.append((records, rejected))
        self._describe(rejected)
        if len(self.unrecorded) > UNRECORDED_BATCHES:
            self.unrecorded.popleft()
            self.dropped += 1

    def _describe(self, rejected: Rejected) -> None:
        self._described.append(rejected)
        self._described_count += len(rejected.refusals)
        while self._described_count > REFUSALS:
            oldest = self._described.popleft()
            self._described_count -= len(oldest.refusals)
            oldest.refusals = ()
