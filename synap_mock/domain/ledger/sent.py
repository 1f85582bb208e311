"""One call that sends entries: what was sent, what was recorded, what the client received."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from synap_mock.domain.values.batch import Batch


class Written(NamedTuple):
    """What a route has carried out: the one value by which it reports its entries to the ledger.

    Attributes:
        batch: every entry of the call, in columns.
        rejected: index of an entry that was rejected to the reason.
        repeated: indices of entries that the route recognized as recorded before, and did not record again.
    """

    batch: Batch
    rejected: Mapping[int, str] = {}
    repeated: Collection[int] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every entry was recorded now."""
        return not self.rejected and not self.repeated


class Result(Enum):
    """What a call did with one entry."""

    RECORDED = auto()
    KNOWN = auto()
    """The API recognized it as recorded before, and did not record it again."""
    REJECTED = auto()
    FAILED = auto()
    """The call was not carried out."""


class Row(NamedTuple):
    """What a call did with one entry, and what its client received.

    Attributes:
        result: what the call did.
        answer: what the client received, in words.
    """

    result: Result
    answer: str


class Received(Enum):
    """What a client knows from the answer that it received."""

    SUCCESS = auto()
    FAILURE = auto()
    """No answer, or a late, malformed or unsuccessful one."""
    LATE = auto()
    """No answer in time; when the client gave up is not known exactly."""
    AMBIGUOUS = auto()
    """A 200 that a test has put in place of the answer: whether the client takes it for a success is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A call that sends entries.

    Attributes:
        started: its ticket, from `Recorder.begin`.
        batch: the entries, valid or not; None: the body can't be read.
        written: what was carried out; None: nothing.
        received: what the client knows.
        answer: what the client received, in words.
        refused: whether the API rejected the call.
        refused_fields: index of an entry to the fields for which it was rejected.
        instance_id: whose key it was; None where no key was accepted.
        key: a hash of the key.
        request_id: the correlation id.
        size: bytes of the body.
        is_stand_in: whether a test's own function answered, as `SynapMock.answer` lets it.
        caller: returns the code that sent it; asked only if something went wrong.
    """

    started: int
    batch: Batch | None
    written: Written | None
    received: Received
    answer: str
    refused: bool
    refused_fields: Mapping[int, Collection[str]] = field(default_factory=dict)
    instance_id: str | None
    key: int
    request_id: str
    size: int
    caller: Callable[[], str | None]
    is_stand_in: bool = False

    @property
    def entries(self) -> Batch | None:
        """The entries; None: the body can't be read."""
        return self.batch if self.written is None else self.written.batch

    def row(self, index: int) -> Row:
        """What the call did with one entry."""
        if self.written is None:
            return Row(Result.REJECTED if self.refused else Result.FAILED, self.answer)
        if index in self.written.rejected:
            return Row(Result.REJECTED, f"{self.answer}, the entry rejected: {self.written.rejected[index]}")
        return Row(Result.KNOWN if index in self.written.repeated else Result.RECORDED, self.answer)
