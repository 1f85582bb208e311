"""Entries that a client library was given and did not send."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from synap_mock.domain.ledger.case import Case
from synap_mock.domain.ledger.entry import CONTENT, CONVERSATION_ID, ROLE, entry_of, hashes_of
from synap_mock.domain.values.batch import FIELDS, ROLES
from synap_mock.domain.values.ids import canonical_uuid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_mock.domain.values.batch import Batch

_TURN: Final = (CONVERSATION_ID, ROLE, CONTENT)
"""The fields by which a turn is recognized when it is sent later: the SDK adds others."""


class Observation:
    """A call of the SDK's that is under way.

    Args:
        batch: the entries that it is to send, valid or not.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._missing = Counter(map(_content, batch.contents))

    def see(self, sent: Batch | None) -> None:
        """Entries that were sent meanwhile; None: a body that can't be read, perhaps these."""
        if sent is None:
            self._missing.clear()
        else:
            self._missing.subtract(map(_content, sent.contents))

    def cases(self, failure: str, line: str | None) -> Iterator[Case]:
        """A case for each entry that was not sent.

        Args:
            failure: what the SDK raised, as a cause.
            line: the code that called the SDK.
        """
        for index, content in enumerate(map(_content, self._batch.contents)):
            if self._missing[content] > 0:
                self._missing[content] -= 1
                hashes = hashes_of(self._batch, index)
                yield Case(entry_of(self._batch, index), hashes, self._loose(index), failure, line)

    def _loose(self, index: int) -> set[int]:
        """The fields in which the turn may differ when it is sent later: the invalid ones, which must be corrected."""
        loose = set(range(len(FIELDS))).difference(_TURN)
        conversation_id, role = self._batch.conversation_ids[index], self._batch.roles[index]
        if not isinstance(conversation_id, str) or canonical_uuid(conversation_id) is None:
            loose.add(CONVERSATION_ID)
        if not isinstance(role, str) or role not in ROLES:
            loose.add(ROLE)
        return loose


def is_same_turn(one: Case, other: Case) -> bool:
    """Whether two cases are about the same conversation, role and content."""
    return all(one.hashes[index] == other.hashes[index] for index in _TURN)


def _content(content: object) -> str:
    return content if isinstance(content, str) else ""
