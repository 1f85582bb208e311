"""`SynapMock` composes the fake and its transports."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.conversations.read import instance_with
from synap_mock.domain.faults.schedule import reachable
from synap_mock.domain.redaction.errors import masked_errors
from synap_mock.domain.state import State
from synap_mock.domain.values import ids
from synap_mock.domain.values.clock import duration
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote
from synap_mock.domain.values.waiting import wait
from synap_mock.http.app import create_app
from synap_mock.http.control.guard import Guard
from synap_mock.remembering import Remembering
from synap_mock.saving import Saving
from synap_mock.scheduling import Scheduling
from synap_mock.settings import Settings, port_number, whole
from synap_mock.transports.listeners import is_loopback
from synap_mock.transports.one_process import OneProcess

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from starlette.types import ASGIApp

    from synap_mock.domain.access.keys import Keys
    from synap_mock.domain.history.request import Request
    from synap_mock.domain.ledger.ledger import Ledger
    from synap_mock.domain.storage.messages import Conversation, Message, RecordedBatch
    from synap_mock.domain.values.clock import Clock
    from synap_mock.transports.in_process import Intercept
    from synap_mock.transports.server import Server

_LAST: Final = 5


class SynapMock(Scheduling, Remembering, Saving):
    """An in-memory fake of the Synap API.

    Args:
        api_key: the key, or several that share one instance; the first is the default. None generates one.
        allow_hosts: names that the control API accepts in Host and Origin headers, in addition to loopback and to the
            host that `serve` binds.
        control_token: the token that the control API requires as ``Authorization: Bearer``. None: no token, unless
            the fake is served beyond loopback; then one is generated.
        settings: every other keyword is a setting; `synap_mock.settings.Settings` lists them with their defaults.

    Raises:
        TypeError: a setting does not exist, or a value has the wrong type.
        ValueError: a value is out of range; the error says what is accepted.
    """

    __slots__ = ("_app", "_guard", "_servers", "_state", "app")  # makes fake.tenancy = "b2b" an error

    def __init__(
        self,
        *,
        api_key: str | Sequence[str] | None = None,
        allow_hosts: Sequence[str] = (),
        control_token: str | None = None,
        **settings: Any,  # noqa: ANN401 - the types of settings differ; Settings checks them
    ) -> None:
        state = State(Settings.of(**settings), [api_key] if isinstance(api_key, str) else api_key)
        self._state = state
        self._guard = Guard(allow_hosts, control_token, state.protect)
        self._servers: list[Server] = []
        self._app = create_app(state, self._guard)
        self.app: ASGIApp = OneProcess(self._app)

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

    @property
    def server(self) -> Server:
        """The server that serves the fake on a port.

        Raises:
            RuntimeError: the fake is not served.
        """
        if not self._servers:
            raise RuntimeError("the fake is not served on a port; request the fixture synap_server, or call serve()")
        return self._servers[-1]

    @property
    def url(self) -> str:
        """The address of the server, for ``SYNAP_BASE_URL``.

        Raises:
            RuntimeError: the fake is not served.
        """
        return self.server.url

    def down(self) -> AbstractContextManager[str]:
        """A context in which nothing listens on the server's port; see `Server.down`.

        Raises:
            RuntimeError: the fake is not served.
        """
        return self.server.down()

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
        """Delete messages, the journal and everything scheduled, and return to real time. Keys and settings stay."""
        self._state.reset()

    def on_request(self, listener: Callable[[Request], None] | None) -> None:
        """Call `listener` with every call after its response, including telemetry. None removes the listener."""
        self._state.journal.listener = listener

    def intercept(self) -> Intercept[SynapMock]:
        """A context manager and decorator that serves httpx requests to the vendor's hosts from this fake."""
        from synap_mock.transports.in_process import Intercept, Terms  # noqa: PLC0415 - a server does not need respx and httpx

        return Intercept(self._app, self, Terms(hosts=lambda: self._state.settings.hosts))

    @contextmanager
    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Iterator[Server]:
        """Serve the same fake on a port while the context is active.

        Args:
            host: name or address to bind; beyond loopback the control API requires a token.
            port: 0 picks a free one.

        Raises:
            OSError: the address cannot be bound.
            ValueError: `host` is not a host name, `port` is out of range, or a scheduled fault needs httpx.
        """
        from synap_mock.transports.server import Server  # noqa: PLC0415 - uvicorn is not needed in process

        port = port_number(port)
        for armed in self._state.faults.all():
            reachable(armed.fault)
        self._guard.admit(host, "host")
        host = host.strip("[]")
        made = None if is_loopback(host) or self._guard.token else ids.control_token()
        self._guard.token = self._guard.token or made
        try:
            with Server(self._app, host, port, self._guard.token) as server:
                self._servers.append(server)
                try:
                    yield server
                finally:
                    self._servers.remove(server)
        finally:
            if made:
                self._guard.token = None

    def _missing(self, messages: int) -> str:
        recorded = self._state.store.message_count
        wanted = "1 message" if messages == 1 else f"{messages} messages"
        return f"{wanted}; {recorded} recorded, after the calls {self.requests[-_LAST:]}"
