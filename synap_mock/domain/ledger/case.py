"""A case: an entry of which a send went wrong, with every later send of the same entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_mock.domain.ledger.entry import CONTENT
from synap_mock.domain.ledger.ledger import Item, Outcome
from synap_mock.domain.ledger.sent import Received, Result

if TYPE_CHECKING:
    from collections.abc import Collection

    from synap_mock.domain.ledger.entry import Entry, Hashes
    from synap_mock.domain.ledger.sent import Row, Sent

_LISTED: Final = 20
"""Answers of one entry that are kept; later sends are only counted."""
_STAND_IN: Final = "the test answered the call itself, so the fake can't decide whether the entry counts as recorded"


class Case:
    """The sends of one entry. It is open until a send succeeds: then the client knows that the entry is recorded.

    Args:
        entry: the entry.
        hashes: its fields.
        loose: the fields in which a send of the same entry may differ: the SDK or the API has rejected them.
        not_sent: why the SDK did not send it; None: it was sent.
        line: the code that sent it.
    """

    __slots__ = (
        "_answers",
        "_entry",
        "_failed",
        "_known",
        "_last_answer",
        "_line",
        "_loose",
        "_not_sent",
        "_recorded_answer",
        "_rejected",
        "_request_ids",
        "_sends",
        "ambiguous",
        "api_key",
        "doubt",
        "ended",
        "hashes",
        "instance_id",
        "late",
        "recorded",
    )

    def __init__(
        self,
        entry: Entry,
        hashes: Hashes,
        loose: Collection[int] = (),
        not_sent: str | None = None,
        line: str | None = None,
    ) -> None:
        self._entry = entry
        self._loose = frozenset(loose)
        self._not_sent = not_sent
        self._line = line
        self._answers: list[str] = []
        self._request_ids: list[str] = []
        self._sends = 0
        self._failed = not_sent is not None
        """Whether an attempt before the first recorded one failed."""
        self._known = False
        """Whether the API has recognized it as recorded before."""
        self._rejected = False
        self._last_answer = ""
        self._recorded_answer = ""
        """What the client received for the first send that recorded the entry."""
        self.hashes = hashes
        self.instance_id: str | None = None
        self.api_key: int | None = None
        self.recorded = 0
        """How many sends recorded it."""
        self.ended = 0
        """When its last answer was received: a later send is one of the same entry."""
        self.late = False
        """The client may have given up the last send before `ended`."""
        self.ambiguous = False
        """The client may have taken the last answer for a success."""
        self.doubt = ""
        """Why the outcome can't be decided: a later send may or may not be one of this entry."""

    def add(self, sent: Sent, row: Row, ended: int) -> None:
        """Add a send of this entry.

        Args:
            sent: its call.
            row: what the call did with this entry.
            ended: when the answer was received.
        """
        self._sends += 1
        if self._sends <= _LISTED:
            self._answers.append(row.answer)
            self._request_ids.append(sent.request_id)
        if row.result is Result.RECORDED:
            self._recorded_answer = self._recorded_answer or row.answer
            self.recorded += 1
        elif row.result is Result.KNOWN:
            self._known = True
        elif not self.recorded:
            self._failed = True
            self._rejected = row.result is Result.REJECTED
            self._last_answer = row.answer
        self._line = sent.caller() or self._line
        self.instance_id = sent.instance_id or self.instance_id
        self.api_key = sent.key
        self.ended = ended
        self.late = sent.received is Received.LATE
        self.ambiguous = sent.received is Received.AMBIGUOUS
        if self.ambiguous and sent.is_stand_in:
            self.doubt = _STAND_IN

    def is_sent_by(self, sent: Sent, hashes: Hashes) -> bool | None:
        """Whether a later call sends this entry; None: it can't be decided.

        Args:
            sent: the call.
            hashes: one of its entries.
        """
        overlaps = sent.started < self.ended
        if (overlaps and not self.late) or self.instance_id not in (None, sent.instance_id):
            return False
        differing = {index for index, value in enumerate(hashes) if value != self.hashes[index]}
        if not differing <= self._loose:
            return False
        is_other_client = self.instance_id is not None and self.api_key != sent.key
        is_corrected = bool(differing) and self._not_sent is None
        return None if overlaps or is_other_client or is_corrected or self.ambiguous else True

    @property
    def key(self) -> Hashes | int:
        """By what it is found: its hashes, or where they may differ, the hash of its content."""
        return self.hashes[CONTENT] if self._loose else self.hashes

    @property
    def outcome(self) -> Outcome:
        """What became of the entry, as far as it is known now."""
        if self.recorded > 1:
            return Outcome.DUPLICATED
        if self.doubt:
            return Outcome.UNKNOWN
        if self.recorded:
            return Outcome.RECOVERED if self._failed else Outcome.RECORDED
        if self._known:
            return Outcome.RECORDED
        return Outcome.REJECTED if self._rejected else Outcome.LOST

    def item(self) -> Item:
        """The case as the ledger returns it."""
        outcome = self.outcome
        return Item(
            entry=self._entry,
            outcome=outcome,
            sends=self._sends,
            answers=tuple(self._answers),
            cause=self._cause(outcome),
            line=self._line,
            request_ids=tuple(self._request_ids),
        )

    def _cause(self, outcome: Outcome) -> str:
        match outcome:
            case Outcome.DUPLICATED:
                return (
                    f"recorded {self.recorded} times: the client received {self._recorded_answer} for a send that "
                    "recorded it, and sent it again"
                )
            case Outcome.UNKNOWN:
                return self.doubt
            case Outcome.RECOVERED | Outcome.RECORDED:
                return f"not recorded at first ({self._failure}), and recorded by a later send"
            case _ if self._sends > 1:
                return f"sent {self._sends} times and not recorded; the last answer was {self._failure}"
            case _:
                return f"not recorded: {self._failure}"

    @property
    def _failure(self) -> str:
        return self._last_answer or self._not_sent or ""

    @property
    def received(self) -> str:
        """What the client received for its last send."""
        return self._answers[-1] if self._answers else self._failure
