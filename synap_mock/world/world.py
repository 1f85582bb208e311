"""One world of a fake, as a test uses it: what was recorded, what is scheduled, its keys, its clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_mock.domain.conversations.read import instance_with
from synap_mock.domain.redaction.errors import masked_errors
from synap_mock.domain.values.clock import duration
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote
from synap_mock.domain.values.waiting import wait
from synap_mock.settings import whole
from synap_mock.world.remembering import Remembering
from synap_mock.world.saving import Saving
from synap_mock.world.scheduling import Scheduling

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from synap_mock.domain.access.keys import Keys
    from synap_mock.domain.history.request import Request
    from synap_mock.domain.ledger.ledger import Ledger
    from synap_mock.domain.state import State
    from synap_mock.domain.storage.messages import Conversation, Message, RecordedBatch
    from synap_mock.domain.values.clock import Clock
    from synap_mock.settings import Settings
    from synap_mock.transports.server import Server

_LAST: Final = 5


class World(Scheduling, Remembering, Saving):
    """A world: everything that calls with one of its keys record and meet. `SynapMock.world` returns one.

    Attributes:
        name: of the world.
    """

    __slots__ = ("_servers", "_state", "name")

    def __init__(self, name: str, state: State, servers: list[Server]) -> None:
        self.name = name
        self._state = state
        self._servers = servers

    @property
    def api_key(self) -> str:
        """The default key."""
        return self._state.keys.default

    @property
    def keys(self) -> Keys:
        """API keys and their instances: create, revoke."""
        return self._state.keys

    @property
    def settings(self) -> Settings:
        """The current settings."""
        return self._state.settings

    @property
    def messages(self) -> list[Message]:
        """Every recorded message, in the order in which they were recorded."""
        return self._state.store.messages()

    @property
    def conversations(self) -> list[Conversation]:
        """Every conversation, grouped by instance, oldest first."""
        return self._state.store.conversations()

    @property
    def requests(self) -> list[Request]:
        """The calls in the journal, oldest first, without telemetry and heartbeats."""
        return [request for request in self._state.journal.requests() if not request.background]

    @property
    def ledger(self) -> Ledger:
        """What became of every entry that was sent: recorded, lost, duplicated, recovered."""
        return self._state.ledger.report()

    @property
    def unmodelled(self) -> list[Request]:
        """The calls to routes that are not modelled."""
        return self._state.journal.unmodelled()

    @property
    def errors(self) -> list[str]:
        """What functions given to `answer` raised, with their lines, newest last. The fixture fails a test for them."""
        return list(self._state.failed_functions)

    @masked_errors
    def transcript(self, conversation_id: str, *, instance_id: str | None = None) -> list[tuple[str, str]]:
        """The messages of one conversation as (role, content), in order; empty if there is none.

        Args:
            conversation_id: a UUID in any accepted spelling.
            instance_id: the instance, if several have that id.

        Raises:
            ValueError: `conversation_id` is not a UUID, or several instances have it and `instance_id` is None.
        """
        canonical = canonical_uuid(str(conversation_id))
        if canonical is None:
            raise ValueError(f"conversation_id must be a UUID, not {quote(conversation_id)}")
        store = self._state.store
        holder = instance_with(store, canonical, instance_id)
        if holder is None:
            return []
        try:
            found = store.transcript(holder, canonical)
        except KeyError:  # a reset in another thread has removed it meanwhile
            return []
        return [(message.role, message.content) for message in found]

    @property
    def batches(self) -> list[RecordedBatch]:
        """Every batch with a valid schema, in order. Of batches without a recorded message, only the newest 10,000."""
        return self._state.store.batches()

    @property
    def clock(self) -> Clock:
        """The fake's clock: `advance` and `freeze` move it."""
        return self._state.clock

    def wait_for(self, *, messages: int, timeout: float = 5.0) -> Awaitable[None]:
        """Wait until a number of messages is recorded, for code that records in the background.

        Return an awaitable in an event loop; block elsewhere.

        Args:
            messages: the least number of messages.
            timeout: seconds of real time.

        Raises:
            TimeoutError: fewer messages are recorded in time; the error has their number and the last calls.
            TypeError, ValueError: an argument has the wrong type or is out of range.
        """
        whole("messages", messages, least=0)
        return wait(
            lambda: self._state.store.message_count >= messages,
            lambda: self._missing(messages),
            duration("timeout", timeout),
        )

    def reset(self) -> None:
        """Delete messages, the journal and everything scheduled, and return to real time. Keys and settings stay.

        A call whose response is delayed, and that is not recorded yet, is recorded after the reset, unless its client
        has gone by then.
        """
        self._state.reset()

    def on_request(self, listener: Callable[[Request], None] | None) -> None:
        """Call `listener` with every call after its response, including telemetry. None removes the listener."""
        self._state.journal.listener = listener

    def _missing(self, messages: int) -> str:
        recorded = self._state.store.message_count
        wanted = "1 message" if messages == 1 else f"{messages} messages"
        return f"{wanted}; {recorded} recorded, after the calls {self.requests[-_LAST:]}"
