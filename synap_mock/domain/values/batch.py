"""An incoming batch.

It travels as columns (all roles, all contents, …), not as entries: a rule then judges a hundred roles with one set
comparison, and the store keeps a hundred messages as one compact record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

ROLES: frozenset[str] = frozenset({"user", "assistant"})
FIELDS: Final = ("conversation_id", "role", "content", "user_id", "customer_id", "session_id", "metadata")
"""The recorded keys of an entry, in the order of Batch's columns."""


class Batch(NamedTuple):
    """A batch whose schema holds, in columns of equal length; row i of every column is entry i."""

    conversation_ids: list[str]
    roles: list[str]
    contents: list[str]
    user_ids: list[str | None]
    customer_ids: list[str | None]
    session_ids: list[str | None]
    metadata: list[dict[str, Any] | None]

    def rows(self, indices: Sequence[int]) -> Batch:
        """The rows of these indices only."""
        return Batch._make([column[index] for index in indices] for column in self)

    def value(self, field: str, index: int) -> Any:  # noqa: ANN401 - any JSON value
        """The value of one field of one entry.

        Raises:
            ValueError: an entry does not have such a field.
        """
        return self[FIELDS.index(field)][index]
