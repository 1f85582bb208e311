"""The state of one fake. Nothing is global: two fakes in one process share nothing."""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from synap_mock.domain.access.keys import Keys
from synap_mock.domain.access.rate_limits import RateLimits
from synap_mock.domain.bounds.bounds import Bounds
from synap_mock.domain.bounds.evictions import Evictions
from synap_mock.domain.conversations.event_ids import EventIds
from synap_mock.domain.faults.schedule import Queue, ScheduledFault
from synap_mock.domain.history.feed import Feed
from synap_mock.domain.history.journal import Journal
from synap_mock.domain.ledger.recorder import Recorder
from synap_mock.domain.memories.deletions import Deletions
from synap_mock.domain.memories.recall.compactions import Compactions
from synap_mock.domain.memories.store import Memories
from synap_mock.domain.memories.transcripts import Transcripts
from synap_mock.domain.redaction.redactor import Redactor
from synap_mock.domain.storage.memory import MemoryStorage
from synap_mock.domain.values.clock import Clock
from synap_mock.domain.values.ids import Ids

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from synap_mock.domain.access.issued import HeldKeys
    from synap_mock.domain.faults.canned import CannedResponse
    from synap_mock.domain.faults.lookup import Key
    from synap_mock.domain.faults.rejections import Rejection
    from synap_mock.domain.storage.protocol import Evicted, Storage
    from synap_mock.settings import Settings

_log: Final = logging.getLogger("synap_mock")
_FAILED: Final = 100
"""Most errors of a test's own functions that are kept."""


class _Part(Protocol):
    """A part of the state that a snapshot has; `Part` is one."""

    def snapshot(self, names: Collection[str], /) -> Any: ...  # noqa: ANN401 - the part's own
    def restore(self, held: Any, renamed: Mapping[str, str], /) -> None: ...  # noqa: ANN401 - as above


class Durable(Protocol):
    """Where the state is kept on disk."""

    def note(self) -> None:
        """Take note that the settings may have changed; other changes are noticed."""

    async def committed(self) -> None:
        """Return once every change is on disk.

        Raises:
            OSError: it cannot be written; the changes are kept, and written with the next ones.
        """


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a fake at one time.

    Attributes:
        settings: the settings.
        keys: the keys.
        clock: its offset, and where it is frozen.
        parts: of `State.snapshot`.
    """

    settings: Settings
    keys: HeldKeys
    clock: tuple[int, int | None]
    parts: tuple[Any, ...]


class State:
    """One fake's settings, keys, clock, ids, storage and journal, and everything that is scheduled.

    Args:
        settings: the settings.
        keys: makes the keys, with the redactor that masks them; None: one generated key.
    """

    def __init__(self, settings: Settings, keys: Callable[[Redactor], Keys] | None = None) -> None:
        self.settings = settings
        self.bounds = Bounds()
        """How much it may keep; of the fake."""
        self.world = "default"
        """The name of the world that this is the state of."""
        self.world_number = 1
        """The number of that world."""
        self.lock = threading.RLock()
        """Held while the fake as a whole changes; what is in it is safe to use from several threads by itself."""
        self.feed = Feed()
        self.clock = Clock(partial(self.feed.add, "clock"))
        self.ids = Ids(settings.seed)
        self.redactor = Redactor()
        self.tokens: set[str] = set()
        """What `protect` masks."""
        self.keys = keys(self.redactor) if keys else Keys(None, self.redactor)
        self.store: Storage = MemoryStorage(self.ids)
        self.memories = Memories(self.clock.microseconds, partial(self.feed.add, "memories"))
        self.transcripts = Transcripts()
        self.ledger = Recorder()
        self.deletions = Deletions()
        self.event_ids = EventIds()
        self.compactions = Compactions()
        self.evictions = Evictions()
        """What made room for newer things, since the fake exists; a reset does not clear it."""
        self.journal = Journal(self)
        self.faults: Queue[ScheduledFault] = self._queue("faults", is_urgent=_is_unreachable)
        self.rejections: Queue[Rejection] = self._queue("rejections")
        self.canned_responses: Queue[CannedResponse] = self._queue("answers")
        self.failed_functions: deque[str] = deque(maxlen=_FAILED)
        """What a test's own functions raised when a call needed them, keys masked; the newest."""
        self.limits = RateLimits()
        self.database: Durable | None = None
        """Where the state is kept on disk; None: nowhere."""
        self.era = 0
        """The number of times that everything was cleared."""
        self.caller: Callable[[], str | None] = _nobody
        """Returns the caller's code of the current call, for calls to routes that are not modelled."""
        self.reset()

    def _queue(self, noun: str, **terms: Callable[[Any], bool]) -> Queue[Any]:
        """What is scheduled of a kind, which is the name of its event and of its list in the control API."""
        changed = partial(self.feed.add, noun)
        return Queue(_keys_of, changed, noun=noun, most=self._most_scheduled, **terms)

    def _most_scheduled(self) -> int:
        return self.bounds.max_scheduled

    def protect(self, token: str) -> None:
        """Mask a token in every text that leaves the process, as keys are; for as long as the fake exists."""
        self.tokens.add(token)
        self.redactor.add(token)

    def redact(self, text: str) -> str:
        """`text` with every key and token in it masked."""
        return self.redactor.redact_message(text)

    def change_settings(self, changes: Mapping[str, Any]) -> None:
        """Change some settings; all of them, or none.

        Raises:
            TypeError, ValueError: there is no such setting, or it does not accept the value.
        """
        with self.lock:
            self.settings = self.settings.changed(**changes)
            if self.database is not None:
                self.database.note()
            self.feed.add("settings")

    def reset(self) -> None:
        """Clear what was recorded, the journal and everything scheduled; return to real time, or to setting `freeze`.

        Keys, revoked ones too, and settings stay.
        """
        with self.lock:
            self.era += 1
            self.store.clear()
            self.memories.clear()
            self.transcripts.clear()
            self.deletions.clear()
            self.event_ids.clear()
            self.compactions.clear()
            self.journal.clear()
            self.ledger.clear()
            self.faults.clear()
            self.rejections.clear()
            self.canned_responses.clear()
            self.failed_functions.clear()
            self.limits.clear()
            self.clock.reset()
            if self.settings.freeze is not None:
                self.clock.stand(self.settings.freeze)
            self.feed.begin_again()

    def make_room(self) -> None:
        """Evict what is beyond the bounds, the oldest first."""
        bounds, store = self.bounds, self.store
        if bounds.max_age is not None:
            self._note("max_age", store.evict_older(self.clock.microseconds() - round(bounds.max_age * 1_000_000)))
        if bounds.max_messages is not None and store.message_count > bounds.max_messages:
            self._note("max_messages", store.evict_messages(bounds.max_messages))
        if bounds.max_conversations is not None and store.conversation_count > bounds.max_conversations:
            self._note("max_conversations", store.evict_conversations(bounds.max_conversations))
        if bounds.max_memories is not None:
            for kind, count in self.memories.evict(bounds.max_memories).items():
                self.evictions.add(kind, "max_memories", count)
                _log_evicted(self.world, "max_memories", {kind: count})

    def _note(self, cause: str, evicted: Evicted) -> None:
        """Count and log what was evicted, and forget what other parts know of its conversations."""
        messages, conversations = evicted.messages, len(evicted.conversations)
        if not messages:
            return
        if conversations:
            for part in (self.transcripts, self.compactions):
                part.forget(evicted.conversations, self.store.holds)
        self.evictions.add("messages", cause, messages)
        self.evictions.add("conversations", cause, conversations)
        _log_evicted(self.world, cause, {"messages": messages, "conversations": conversations})

    def snapshot(self) -> Snapshot:
        """The state now, for `renew`."""
        with self.lock:
            keys = self.keys.snapshot()
            parts = tuple(part.snapshot(keys.names) for part in self._parts)
            return Snapshot(self.settings, keys, self.clock.snapshot(), parts)

    @property
    def scheduled(self) -> tuple[Queue[Any], ...]:
        """The queues of what a test schedules."""
        return self.faults, self.rejections, self.canned_responses

    @property
    def _parts(self) -> tuple[_Part, ...]:
        """What a snapshot has; a new part of the state is added here, and to `reset`."""
        return (
            self.store,
            self.memories,
            self.transcripts,
            self.deletions,
            self.event_ids,
            self.compactions,
            self.journal,
            self.faults,
            self.rejections,
            self.canned_responses,
            self.limits,
        )

    def renew(self, settings: Settings, keys: Callable[[Redactor], Keys], held: Snapshot | None = None) -> None:
        """Become a new fake: other settings, other keys, nothing recorded.

        Args:
            settings: as in the constructor.
            keys: makes the keys, with the redactor that masks them.
            held: a snapshot to start from: its settings, and for the new default instance what the former one had.
        """
        with self.lock:
            self.settings = settings
            self.redactor = Redactor(self.tokens)
            registry = self.keys.registry
            self.keys = keys(self.redactor)
            self.keys.registry = registry
            self.ids.seed = settings.seed
            self.journal.listener = None
            self.reset()
            self.ledger.forget()
            self.evictions.forget()
            if held is not None:
                self.settings = held.settings
                self.clock.restore(held.clock)
                renamed = self.keys.restore(held.keys)
                for part, kept in zip(self._parts, held.parts, strict=True):
                    part.restore(kept, renamed)
                self.feed.begin_again()


def _log_evicted(world: str, cause: str, counts: Mapping[str, int]) -> None:
    """Log how many things were evicted, by kind."""
    if _log.isEnabledFor(logging.INFO):
        fields = {"event": "evicted", "world": world, "cause": cause, **counts}
        shown = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        _log.info("evicted %s of world %s: %s", shown, world, cause, extra={"fields": fields})


def _nobody() -> None:
    return None


def _keys_of(item: CannedResponse | Rejection | ScheduledFault) -> Sequence[Key]:
    """What an item is found by. Not methodcaller, which no snapshot may name."""
    return item.keys()


def _is_unreachable(fault: ScheduledFault) -> bool:
    """Whether a fault is decided before anything else is. Not attrgetter, likewise."""
    return fault.is_unreachable
