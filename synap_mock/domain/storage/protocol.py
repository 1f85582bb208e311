"""What a storage of recorded messages does. Each method is atomic: no batch's messages come between another's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from synap_mock.domain.rules.rule import Refusal
    from synap_mock.domain.storage.dump import Dump
    from synap_mock.domain.storage.messages import Conversation, Message, RecordedBatch
    from synap_mock.domain.values.batch import Batch


class Appended(NamedTuple):
    """What became of a batch that was recorded.

    Attributes:
        message_ids: of its messages, in order.
        counts_before: the number of messages that each of its conversations had before.
        recorded_at: microseconds since 1970.
    """

    message_ids: list[str]
    counts_before: dict[str, int]
    recorded_at: int


class Target(NamedTuple):
    """What is removed: the messages that have all of these ids. None: any.

    Attributes:
        conversation_id: canonical.
        user_id: as sent.
        customer_id: as sent; a message without a customer has any.
    """

    conversation_id: str | None = None
    user_id: str | None = None
    customer_id: str | None = None


class Removed(NamedTuple):
    """How much was removed, or would be.

    Attributes:
        messages: the number of messages.
        conversations: the number of conversations of which no message is left.
    """

    messages: int
    conversations: int


class Evicted(NamedTuple):
    """What a storage has evicted.

    Attributes:
        messages: the number of messages.
        conversations: instance and id of those that no longer exist.
    """

    messages: int
    conversations: Sequence[tuple[str, str]]


NOTHING_EVICTED: Final = Evicted(0, ())


class Storage(Protocol):
    """The messages of every instance, in the order in which they were recorded. Conversation ids are canonical.

    What is returned belongs to the caller: changing the metadata of a message does not change what is recorded.
    """

    @property
    def dropped_batches(self) -> int:
        """Batches of which nothing was recorded that made room for newer ones."""

    @property
    def message_count(self) -> int:
        """The number of messages of all instances."""

    @property
    def conversation_count(self) -> int:
        """The number of conversations of all instances."""

    def append(
        self, instance_id: str, batch: Batch, now: Callable[[], int], refused: Mapping[int, Refusal] | None
    ) -> Appended:
        """Record a batch whole.

        Args:
            instance_id: the instance that records.
            batch: its conversation ids canonical.
            now: returns the time, in microseconds since 1970; called in the order in which batches are recorded.
            refused: the rejected entries, which are not in it, and why; None: it is one message, not a batch.

        Raises:
            ValueError: its metadata is nested too deeply; nothing was recorded.
        """

    def holds(self, instance_id: str, conversation_id: str) -> bool:
        """Whether an instance has a conversation."""

    def instances_of(self, conversation_id: str) -> list[str]:
        """The instances that have a conversation."""

    def conversations(self) -> list[Conversation]:
        """Every conversation, an instance's together, in the order in which they began."""

    def conversations_page(
        self, limit: int | None, after: tuple[int, int] = (0, 0)
    ) -> tuple[list[Conversation], tuple[int, int] | None]:
        """Some of the same conversations, and where the next page begins; None: nowhere.

        Args:
            limit: most of them; None: all.
            after: the number of the instance and of its conversation that the page begins with.
        """

    def length(self, instance_id: str, conversation_id: str) -> int:
        """The number of messages of a conversation.

        Raises:
            KeyError: the instance does not have it.
        """

    def transcript(
        self, instance_id: str, conversation_id: str, start: int = 1, limit: int | None = None
    ) -> list[Message]:
        """The messages of one conversation, in order.

        Args:
            instance_id: the conversation's instance.
            conversation_id: the conversation.
            start: the least position, counted from 1; positions of removed messages are skipped.
            limit: most of them; None: all.

        Raises:
            KeyError: the instance does not have it.
        """

    def latest(
        self, instance_id: str, conversation_id: str, *, after: int = 0, limit: int | None = None
    ) -> list[Message]:
        """The newest messages of one conversation, in order.

        Args:
            instance_id: the conversation's instance.
            conversation_id: the conversation.
            after: only messages of a greater position.
            limit: most of them; None: all.

        Raises:
            KeyError: the instance does not have it.
        """

    def messages(self) -> list[Message]:
        """Every message, in the order in which they were recorded."""

    def records(self, start: int, limit: int) -> list[tuple[int, list[Message]]]:
        """The numbers and messages of some records, in the order of recording. A record is what one `append` recorded.

        Args:
            start: the least number of a record, counted from 0.
            limit: most records.
        """

    def batches(self) -> list[RecordedBatch]:
        """Every batch whose schema was valid, in order, except for those in `dropped_batches`."""

    def remove(self, instance_id: str, target: Target, *, dry_run: bool = False) -> Removed:
        """Remove messages of one instance.

        The others keep their ids, positions and order. The next message of a conversation follows the last position
        that was ever given in it; a conversation of which nothing is left no longer exists, and its id may begin again.

        Args:
            instance_id: the instance.
            target: the messages; at least one of its ids is given.
            dry_run: count them, and remove nothing.
        """

    def evict_messages(self, most: int) -> Evicted:
        """Evict whole records, the oldest first, until there are at most so many messages; the newest one stays.

        The others keep their ids, positions and order, as after `remove`.
        """

    def evict_conversations(self, most: int) -> Evicted:
        """Evict whole conversations until there are at most so many, those first whose last message is the oldest.

        Those of the newest record stay.
        """

    def evict_older(self, than: int) -> Evicted:
        """Evict records, the oldest first, as long as the oldest was recorded before a time.

        Args:
            than: microseconds since 1970.
        """

    def clear(self) -> None:
        """Remove everything; the ids of messages start again."""

    def dump(self) -> Dump:
        """Everything recorded, for `load`."""

    def load(self, dump: Dump) -> None:
        """Replace what is recorded; ids, positions and order are the same as in the storage that was dumped."""

    def snapshot(self, names: Collection[str]) -> Any:  # noqa: ANN401 - the storage's own
        """Everything recorded, for `restore`, in which `names` may be different then."""

    def restore(self, held: Any, renamed: Mapping[str, str]) -> None:  # noqa: ANN401 - as above
        """Return to a snapshot.

        Args:
            held: the snapshot.
            renamed: ids of instances, old to new: what an instance recorded belongs to the new one.
        """
