"""Random traffic against a count that the test keeps itself: of every turn, its attempts and what they recorded."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import httpx
from asking import BATCH, ONE, in_process
from hypothesis import given, settings
from hypothesis import strategies as st

from synap_mock import (
    Disconnected,
    Latency,
    MalformedBody,
    RateLimited,
    ReadTimeout,
    ServerError,
    SynapMock,
    TruncatedBody,
)

if TYPE_CHECKING:
    from synap_mock.domain.faults.fault import Fault

CID: Final = "00000000-0000-4000-8000-00000000000a"
CLIENTS: Final = 2
FAULTS: Final[list[Fault | None]] = [
    None,
    ServerError(503),
    RateLimited(),
    Disconnected(),
    ReadTimeout(),
    TruncatedBody(),
    MalformedBody(),
    Latency(3600),
]


@dataclass(eq=False)
class Turn:
    """What the test knows of a turn that it meant to record once."""

    content: str
    client: int
    failed: bool = False
    """Before it was recorded."""
    recorded: int = 0

    @property
    def outcome(self) -> str:
        if self.recorded > 1:
            return "duplicated"
        if not self.recorded:
            return "lost"
        return "recovered" if self.failed else "recorded"


@dataclass
class Traffic:
    """Clients that send turns; they send some again that they don't know to be recorded."""

    fake: SynapMock
    turns: list[Turn] = field(default_factory=list)
    partial: list[list[str]] = field(default_factory=list)
    """The contents of batches of which an entry was rejected."""
    unconfirmed: list[Turn] = field(default_factory=list)

    def __post_init__(self) -> None:
        keys = [self.fake.api_key, self.fake.keys.create()[0]]
        self._clients = [in_process(self.fake) for _ in range(CLIENTS)]
        for client, key in zip(self._clients, keys, strict=True):
            client.headers["Authorization"] = f"Bearer {key}"

    def send(self, call: Call, turns: list[Turn]) -> None:
        """Send turns in one batch, or a single one alone, and note what the test itself made happen to it."""
        if not turns:
            return
        after_commit = call.after_commit and call.fault is not None
        if call.fault is not None:
            self.fake.fail(call.fault, after_commit=after_commit)
        is_single = call.alone and len(turns) == 1
        carried_out = call.fault is None or after_commit
        rejected = call.rejected if call.rejected is not None and carried_out and call.rejected < len(turns) else None
        if rejected is not None:
            self.fake.reject(rejected)
            self.partial.append([turn.content for turn in turns])
        self._post(turns, is_single=is_single)
        for index, turn in enumerate(turns):
            if carried_out and index != rejected:
                turn.recorded += 1
                if call.fault is None and turn in self.unconfirmed:
                    self.unconfirmed.remove(turn)
            elif not turn.recorded:
                turn.failed = True

    def _post(self, turns: list[Turn], *, is_single: bool) -> None:
        entries: list[dict[str, Any]] = [
            {"conversation_id": CID, "role": "user", "content": turn.content, "user_id": "u"} for turn in turns
        ]
        client = self._clients[turns[0].client]
        with suppress(httpx.TransportError):
            client.post(ONE, json=entries[0]) if is_single else client.post(BATCH, json={"messages": entries})


@dataclass(frozen=True)
class Call:
    """One call of the traffic."""

    client: int
    new: str
    """The contents of new turns, a letter each."""
    again: int
    """Which of the unconfirmed turns it sends again: a bit each."""
    fault: Fault | None
    after_commit: bool
    rejected: int | None
    alone: bool


CALLS: Final = st.lists(
    st.builds(
        Call,
        client=st.integers(0, CLIENTS - 1),
        new=st.text("abc", max_size=3),
        again=st.integers(0, 15),
        fault=st.sampled_from(FAULTS),
        after_commit=st.booleans(),
        rejected=st.none() | st.integers(0, 3),
        alone=st.booleans(),
    ),
    max_size=8,
)


def play(traffic: Traffic, call: Call) -> None:
    """One call: some unconfirmed turns again, and new ones.

    A new turn that equals an unconfirmed one looks like its retry, so it is not sent before that one is confirmed.
    Of equal unconfirmed turns, those that are not recorded are sent first: they are interchangeable.
    """
    mine = [turn for turn in traffic.unconfirmed if turn.client == call.client]
    mine.sort(key=lambda turn: turn.recorded > 0)
    again: list[Turn] = []
    for bit, turn in enumerate(mine):
        equal = [other for other in mine[:bit] if other.content == turn.content and other not in again]
        if call.again >> bit & 1 and not equal:
            again.append(turn)
    pending = {turn.content for turn in mine}
    new = [Turn(content, call.client) for content in call.new if content not in pending]
    if [turn.content for turn in again + new] in traffic.partial:  # as if the whole batch were sent again
        new = []
    traffic.turns += new
    traffic.unconfirmed += new
    traffic.send(call, again + new)


@settings(max_examples=60)
@given(CALLS)
def test_ledger_agrees_with_a_count_of_the_traffic(calls: list[Call]) -> None:
    traffic = Traffic(SynapMock())
    for call in calls:
        play(traffic, call)
    ledger = traffic.fake.ledger
    found = Counter(
        (name, item.entry.content)
        for name in ("lost", "duplicated", "recovered", "unknown")
        for item in getattr(ledger, name)
    )
    expected = Counter((turn.outcome, turn.content) for turn in traffic.turns)
    recorded = sum(number for (outcome, _), number in expected.items() if outcome == "recorded")
    assert ledger.recorded == recorded
    assert found == Counter({key: number for key, number in expected.items() if key[0] != "recorded"})
    assert len(traffic.fake.messages) == sum(turn.recorded for turn in traffic.turns)
