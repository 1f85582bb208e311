"""Removed messages are gone from every view; the others keep ids, positions and order. Played against a plain model."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from synap_mock.domain.storage.memory import MemoryStorage
from synap_mock.domain.storage.protocol import Target
from synap_mock.domain.values.batch import Batch
from synap_mock.domain.values.ids import Ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from synap_mock.domain.storage.messages import Conversation

INSTANCES: Final = ("inst_1", "inst_2")
CONVERSATIONS: Final = tuple(str(uuid.UUID(int=number)) for number in range(3))
USERS: Final = ("ann", "bob", None)
CUSTOMERS: Final = ("acme", "zeta", None)

Entry = tuple[str, str | None, str | None]


@dataclass(frozen=True)
class Held:
    """A message of the model."""

    instance_id: str
    message_id: str
    conversation_id: str
    position: int
    user_id: str | None
    customer_id: str | None
    content: str

    def is_of(self, instance_id: str, target: Target) -> bool:
        return (
            self.instance_id == instance_id
            and target.conversation_id in (None, self.conversation_id)
            and target.user_id in (None, self.user_id)
            and (target.customer_id is None or self.customer_id in (None, target.customer_id))
        )


def append(store: MemoryStorage, instance_id: str, entries: Sequence[Entry], first: int = 0) -> list[str]:
    """Record entries as one batch; returns their ids."""
    batch = Batch(
        [conversation_id for conversation_id, _, _ in entries],
        ["user"] * len(entries),
        [f"text {first + number}" for number in range(len(entries))],
        [user_id for _, user_id, _ in entries],
        [customer_id for _, _, customer_id in entries],
        [None] * len(entries),
        [{"n": first + number} for number in range(len(entries))],
    )
    return store.append(instance_id, batch, lambda: 0, {}).message_ids


instances = st.sampled_from(INSTANCES)
entries = st.lists(
    st.tuples(st.sampled_from(CONVERSATIONS), st.sampled_from(USERS), st.sampled_from(CUSTOMERS)), max_size=5
)
targets = st.builds(
    Target,
    conversation_id=st.sampled_from((*CONVERSATIONS, None)),
    user_id=st.sampled_from(USERS),
    customer_id=st.sampled_from(CUSTOMERS),
)


class Removal(RuleBasedStateMachine):
    """Appends and removals, with a list as the model."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStorage(Ids(1))
        self.held: list[Held] = []
        self.last: dict[tuple[str, str], int] = {}
        self.began: list[tuple[str, str]] = []
        self.appended = 0

    @rule(instance_id=instances, entries=entries)
    def append(self, instance_id: str, entries: list[Entry]) -> None:
        ids = append(self.store, instance_id, entries, self.appended)
        for message_id, (conversation_id, user_id, customer_id) in zip(ids, entries, strict=True):
            key = (instance_id, conversation_id)
            if key not in self.began:
                self.began.append(key)
            self.last[key] = self.last.get(key, 0) + 1
            self.held.append(
                Held(
                    instance_id,
                    message_id,
                    conversation_id,
                    self.last[key],
                    user_id,
                    customer_id,
                    f"text {self.appended}",
                )
            )
            self.appended += 1

    @rule(instance_id=instances, erased=targets, dry_run=st.booleans())
    def remove(self, instance_id: str, erased: Target, dry_run: bool) -> None:  # noqa: FBT001 - hypothesis passes names
        gone = [held for held in self.held if held.is_of(instance_id, erased)]
        left = [held for held in self.held if not held.is_of(instance_id, erased)]
        ended = self.keys(gone) - self.keys(left)
        removed = self.store.remove(instance_id, erased, dry_run=dry_run)
        assert removed == (len(gone), len(ended))
        if not dry_run:
            self.held = left
            self.began = [key for key in self.began if key not in ended]
            self.last = {key: last for key, last in self.last.items() if key not in ended}

    def keys(self, held: Iterable[Held]) -> set[tuple[str, str]]:
        return {(each.instance_id, each.conversation_id) for each in held}

    @invariant()
    def messages_are_the_models(self) -> None:
        found = [
            Held(
                message.instance_id,
                message.message_id,
                message.conversation_id,
                message.position,
                message.user_id,
                message.customer_id,
                message.content,
            )
            for message in self.store.messages()
        ]
        assert found == self.held
        assert [message for batch in self.store.batches() for message in batch.messages] == self.store.messages()
        assert self.store.message_count == len(self.held)

    @invariant()
    def conversations_are_the_models(self) -> None:
        counts = {key: sum((held.instance_id, held.conversation_id) == key for held in self.held) for key in self.began}
        found = {(each.instance_id, each.conversation_id): each.message_count for each in self.store.conversations()}
        assert found == counts
        paged: list[Conversation] = []
        after: tuple[int, int] | None = (0, 0)
        while after is not None:
            page, after = self.store.conversations_page(2, after)
            paged += page
        assert paged == self.store.conversations()
        assert [
            (instance_id, conversation_id)
            for instance_id in INSTANCES
            for conversation_id in CONVERSATIONS
            if self.store.holds(instance_id, conversation_id)
        ] == sorted(counts)

    @invariant()
    def transcripts_are_the_models(self) -> None:
        for instance_id, conversation_id in self.began:
            held = [
                each for each in self.held if (each.instance_id, each.conversation_id) == (instance_id, conversation_id)
            ]
            for start in (1, 2, 4):
                for limit in (1, 2, None):
                    found = self.store.transcript(instance_id, conversation_id, start, limit)
                    wanted = [each.message_id for each in held if each.position >= start][:limit]
                    assert [message.message_id for message in found] == wanted
                    newest = self.store.latest(instance_id, conversation_id, after=start - 1, limit=limit)
                    wanted = [each.message_id for each in held if each.position >= start]
                    assert [message.message_id for message in newest] == wanted[-(limit or 100) :]


TestRemoval = Removal.TestCase
TestRemoval.settings = settings(max_examples=60, stateful_step_count=15)


@pytest.fixture
def store() -> MemoryStorage:
    return MemoryStorage(Ids(1))


def test_the_next_message_follows_the_last_position(store: MemoryStorage) -> None:
    """Not the count: a position that was given once is not given to another message."""
    append(store, "i", [("c", "ann", None), ("c", "bob", None), ("c", "ann", None)])
    store.remove("i", Target(user_id="ann"))
    append(store, "i", [("c", "bob", None)])
    assert [(message.position, message.user_id) for message in store.transcript("i", "c")] == [(2, "bob"), (4, "bob")]


def test_a_removed_conversation_begins_again_at_1(store: MemoryStorage) -> None:
    append(store, "i", [("c", "ann", None), ("d", "ann", None)])
    store.remove("i", Target(conversation_id="c"))
    append(store, "i", [("c", "ann", None)])
    assert [message.position for message in store.transcript("i", "c")] == [1]


def test_the_count_before_a_batch_leaves_out_what_was_removed(store: MemoryStorage) -> None:
    append(store, "i", [("c", "ann", None), ("c", "bob", None)])
    store.remove("i", Target(user_id="ann"))
    batch = Batch(["c"], ["user"], ["x"], ["bob"], [None], [None], [None])
    assert store.append("i", batch, lambda: 0, {}).counts_before == {"c": 1}


def test_the_text_of_a_removed_message_is_kept_nowhere(store: MemoryStorage) -> None:
    append(store, "i", [("c", "ann", None), ("c", "bob", None)])
    store.remove("i", Target(user_id="ann"))
    assert b"text 0" not in b"".join(record for _, record in store._contents.records.since(0))  # noqa: SLF001 - no view can show it
