"""Everything that a storage holds, as data that another storage can load."""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, NamedTuple

from synap_mock.domain.values.batch import Batch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synap_mock.domain.storage.rejected import Rejected


class Row(NamedTuple):
    """What one batch, or one message that came alone, recorded.

    A removed message keeps its row, since ids and positions count rows: its role is None, and so is its conversation's
    id where the conversation no longer exists.

    Attributes:
        instance_id: the instance that recorded it.
        first: the number of its first message, counted from 0 over all batches.
        recorded_at: microseconds since 1970.
        batch: its messages.
    """

    instance_id: str
    first: int
    recorded_at: int
    batch: Batch

    def packed(self) -> bytes:
        """The record that a storage keeps.

        marshal keeps what JSON can say exactly (1, 1.0 and True apart, lone surrogates) in a tenth of json's time.

        Raises:
            ValueError: its metadata is nested too deeply.
        """
        return marshal.dumps((self.instance_id, self.first, self.recorded_at, *self.batch))


def unpacked(record: bytes) -> Row:
    """The row that was packed."""
    instance_id, first, recorded_at, *columns = marshal.loads(record)  # noqa: S302 - packed here
    return Row(instance_id, first, recorded_at, Batch(*columns))


class Dump(NamedTuple):
    """A storage's records.

    Attributes:
        prefix: of the ids of messages.
        mask: the same.
        records: in the order of recording; `unpacked` decodes one.
        alone: of each record: 1 if it is one message, not a batch.
        partial: number of a record to what was rejected of its batch.
        unrecorded: batches of which nothing was recorded, each with the number of records before it.
        dropped_batches: of `Storage`.
        numbers: of the records, which have gaps where some were evicted; empty: they count from 0.
        truncated: instance and conversation to the number of its first positions that were evicted, in the order in
            which the conversations began.
        next_record: the number of the next record, at least.
        next_message: the number of the next message, at least.
    """

    prefix: str
    mask: int
    records: Sequence[bytes] = ()
    alone: bytes = b""
    partial: Mapping[int, Rejected] = {}
    unrecorded: Sequence[tuple[int, Rejected]] = ()
    dropped_batches: int = 0
    numbers: Sequence[int] = ()
    truncated: Mapping[tuple[str, str], int] = {}
    next_record: int = 0
    next_message: int = 0

    def numbered(self) -> list[tuple[int, bytes, bool]]:
        """The records, each with its number and whether it is one message."""
        numbers = self.numbers or range(len(self.records))
        return list(zip(numbers, self.records, map(bool, self.alone), strict=True))
