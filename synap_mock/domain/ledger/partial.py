"""Batches of which some entries were rejected: a client may send the whole batch again, and record the others twice."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from synap_mock.domain.ledger.case import Case
from synap_mock.domain.ledger.entry import entry_of, hashes_of
from synap_mock.domain.ledger.sent import Received, Result, Row

if TYPE_CHECKING:
    from synap_mock.domain.ledger.entry import Hashes
    from synap_mock.domain.ledger.sent import Sent
    from synap_mock.domain.values.batch import Batch

_KEPT: Final = 100
"""Most such batches that are kept, the newest."""
_DOUBT: Final = (
    "the whole batch was sent again, in which other entries had been rejected and this one recorded; the fake can't "
    "decide whether it is the same entry sent again"
)


class Partial:
    """One such batch.

    Args:
        sent: its call.
        hashes: of its entries.
        ended: when its answer was received.
    """

    def __init__(self, sent: Sent, hashes: list[Hashes], ended: int) -> None:
        self._sent = replace(sent, batch=None, written=None, refused_fields={})
        self._hashes = hashes
        self._ended = ended
        self._recorded = {index for index in range(len(hashes)) if sent.row(index).result is Result.RECORDED}

    def is_sent_again_by(self, sent: Sent, hashes: list[Hashes]) -> bool:
        """Whether a later call sends the whole batch."""
        is_same_client = (sent.instance_id, sent.key) == (self._sent.instance_id, self._sent.key)
        return is_same_client and self._ended < sent.started and hashes == self._hashes

    def case(self, batch: Batch, index: int) -> Case | None:
        """The case of an entry that this batch has recorded; None: it was rejected, or the case was made already."""
        if index not in self._recorded:
            return None
        self._recorded.discard(index)
        case = Case(entry_of(batch, index), self._hashes[index])
        case.add(self._sent, Row(Result.RECORDED, self._sent.answer), self._ended)
        case.doubt = _DOUBT
        return case


class Partials:
    """Such batches, the newest."""

    def __init__(self) -> None:
        self._kept: deque[Partial] = deque(maxlen=_KEPT)

    def sent_again_by(self, sent: Sent, batch: Batch) -> Partial | None:
        """The batch that a call sends again."""
        hashes = _hashes(batch) if self._kept else []
        return next((partial for partial in reversed(self._kept) if partial.is_sent_again_by(sent, hashes)), None)

    def add(self, sent: Sent, batch: Batch, ended: int) -> None:
        """Keep a batch, if some of its entries were recorded and others rejected."""
        if not sent.written or sent.received is not Received.SUCCESS:
            return
        if 0 < len(sent.written.rejected) < len(batch.roles):
            self._kept.append(Partial(sent, _hashes(batch), ended))


def _hashes(batch: Batch) -> list[Hashes]:
    return [hashes_of(batch, index) for index in range(len(batch.roles))]
