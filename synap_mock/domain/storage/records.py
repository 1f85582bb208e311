"""A record of the storage, decoded so that rows of it can be removed."""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any

from synap_mock.domain.values.batch import Batch

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from synap_mock.domain.storage.protocol import Target


class Record:
    """One batch's messages.

    A removed row keeps its place, since ids and positions are counted by rows. Its role is None, and so is everything
    else but the conversation's id, which the positions of the other rows need.

    Args:
        packed: the record.

    Attributes:
        instance_id: the instance that recorded it.
    """

    def __init__(self, packed: bytes) -> None:
        self.instance_id: str
        self.instance_id, *self._numbers = (fields := marshal.loads(packed))[:3]  # noqa: S302 - made by append, in this process
        self._columns: list[list[Any]] = [list(column) for column in fields[3:]]

    @property
    def conversation_ids(self) -> list[Any]:
        """Of each row; None where the conversation no longer exists."""
        return self._columns[0]

    def rows(self, target: Target) -> list[int]:
        """The rows that are a target's, and not removed."""
        batch = Batch(*self._columns)
        users = zip(batch.conversation_ids, batch.roles, batch.user_ids, batch.customer_ids, strict=True)
        return [
            row
            for row, (conversation_id, role, user_id, customer_id) in enumerate(users)
            if role is not None
            and target.conversation_id in {None, conversation_id}
            and target.user_id in {None, user_id}
            and (target.customer_id is None or customer_id in {None, target.customer_id})
        ]

    def remove_rows(self, rows: Iterable[int]) -> None:
        """Remove rows."""
        for row in rows:
            for column in self._columns[1:]:
                column[row] = None

    def remove_conversations(self, names: Collection[str]) -> None:
        """Remove the rows of conversations, and their ids."""
        rows = [row for row, each in enumerate(self._columns[0]) if each in names]
        self.remove_rows(rows)
        for row in rows:
            self._columns[0][row] = None

    def packed(self) -> bytes:
        """The record."""
        return marshal.dumps((self.instance_id, *self._numbers, *self._columns))
