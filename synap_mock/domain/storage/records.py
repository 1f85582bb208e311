"""A record of the storage, decoded so that rows of it can be removed."""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any

from synap_mock.domain.values.batch import Batch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synap_mock.domain.storage.protocol import Target


class Record:
    """One batch's messages.

    A removed row keeps its place, since ids and positions are counted by rows. Its role is None, and so is everything
    else but the conversation's id, which the positions of the other rows need.
    """

    def __init__(self, packed: bytes) -> None:
        fields = marshal.loads(packed)  # noqa: S302 - made by append, in this process
        self.instance_id: str = fields[0]
        self._head = fields[:3]
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

    def without(self, rows: Iterable[int]) -> bytes:
        """The record with these rows removed."""
        for row in rows:
            for column in self._columns[1:]:
                column[row] = None
        return self._packed()

    def without_conversation(self, conversation_id: str) -> bytes:
        """The record without the id of a conversation of which every row is removed."""
        self._columns[0] = [None if each == conversation_id else each for each in self._columns[0]]
        return self._packed()

    def _packed(self) -> bytes:
        return marshal.dumps((*self._head, *self._columns))
