"""`SynapMock` composes the fake and its transports."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.conversations.read import instance_with
from synap_mock.domain.faults.canned import CannedResponse
from synap_mock.domain.faults.fault import NOTHING
from synap_mock.domain.faults.rejections import Rejection
from synap_mock.domain.faults.responses import Respond
from synap_mock.domain.faults.schedule import ScheduledFault, reachable, script
from synap_mock.domain.redaction.errors import masked_errors
from synap_mock.domain.state import State
from synap_mock.domain.values import ids
from synap_mock.domain.values.clock import duration
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote
from synap_mock.domain.values.waiting import wait
from synap_mock.http.api import is_modelled
from synap_mock.http.app import create_app
from synap_mock.http.control.guard import Guard
from synap_mock.settings import Settings, port_number, whole
from synap_mock.transports.listeners import is_loopback
from synap_mock.transports.one_process import OneProcess

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from starlette.types import ASGIApp

    from synap_mock.domain.access.keys import Keys
    from synap_mock.domain.faults.fault import Fault
    from synap_mock.domain.faults.rejections import Where
    from synap_mock.domain.faults.schedule import FaultWhere
    from synap_mock.domain.history.journal import Request
    from synap_mock.domain.storage.messages import Conversation, Message, RecordedBatch
    from synap_mock.domain.values.clock import Clock
    from synap_mock.transports.in_process import Intercept
    from synap_mock.transports.server import Server

_LAST: Final = 5


class SynapMock:
    """An in-memory fake of the Synap API.

    Args:
        api_key: the key, or several that share one instance; the first is the default. None generates one.
        allow_hosts: names that the control API accepts in Host and Origin headers, in addition to loopback's and to
            what `serve` binds.
        control_token: the token that the control API requires as ``Authorization: Bearer``. None: no token, unless
            the fake is served beyond loopback; then one is generated.
        settings: every other keyword is a setting; `synap_mock.settings.Settings` lists them with their defaults.

    Raises:
        TypeError: no such setting, or a value of the wrong type, named.
        ValueError: a value out of its range, named with what would do.
    """

    __slots__ = ("_app", "_guard", "_servers", "_state", "app")  # so that fake.tenancy = "b2b" is an error

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
        """Every conversation, an instance's together, in the order in which they began."""
        return self._state.store.conversations()

    @property
    def requests(self) -> list[Request]:
        """The calls in the journal, oldest first, without telemetry and heartbeats."""
        return [request for request in self._state.journal.requests() if not request.background]

    @property
    def unmodelled(self) -> list[Request]:
        """The calls to routes that are not modelled."""
        return self._state.journal.unmodelled()

    @masked_errors
    def transcript(self, conversation_id: str, *, instance_id: str | None = None) -> list[tuple[str, str]]:
        """The messages of one conversation as (role, content), in order; empty if there is none.

        Args:
            conversation_id: a UUID in any accepted spelling.
            instance_id: the instance, if several have that id.

        Raises:
            ValueError: `conversation_id` is not a UUID, or several instances hold it and none is chosen.
        """
        canonical = canonical_uuid(str(conversation_id))
        if canonical is None:
            raise ValueError(f"conversation_id must be a UUID, not {quote(conversation_id)}")
        store = self._state.store
        holder = instance_with(store, canonical, instance_id)
        found = store.transcript(holder, canonical) if holder is not None else []
        return [(message.role, message.content) for message in found]

    @property
    def batches(self) -> list[RecordedBatch]:
        """Every batch whose schema held, in order. Of those of which nothing was recorded, the newest 10,000."""
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

    @masked_errors
    def fail(
        self,
        fault: Fault,
        *,
        times: int | None = 1,
        after_commit: bool = False,
        route: str | None = None,
        where: FaultWhere | None = None,
    ) -> None:
        """Let the next calls fail; several faults apply in the order in which they were scheduled.

        Args:
            fault: the fault, such as ``ServerError(503)``.
            times: how many calls; None: every one until the reset.
            after_commit: the call is carried out first, then its response fails; `messages` has what was recorded.
            route: which calls: ``"METHOD /path"`` or ``"/path"``; None: the conversations' (record a batch, record one,
                read back), so that the requests that an SDK makes when it starts don't use up the fault.
            where: which of these: values that an entry of the call must have (``{"user_id": "u1"}``), or a predicate on
                the request.

        Raises:
            TypeError: an argument of the wrong type.
            ValueError: an argument out of its range; a call that can't arrive, after the commit or behind a port.
        """
        if fault is None:
            raise TypeError("fault must be a fault, such as ServerError(503), not None; fail_sequence takes None")
        self._arm([ScheduledFault(fault, times, after_commit, route, where)])

    @masked_errors
    def fail_sequence(
        self,
        faults: Sequence[Fault | None],
        *,
        after_commit: bool = False,
        route: str | None = None,
        where: FaultWhere | None = None,
    ) -> None:
        """Let the next calls fail one after the other, each in its own way; None lets a call succeed.

        Args:
            faults: the script.
            after_commit: as in `fail`.
            route: as in `fail`.
            where: as in `fail`.

        Raises:
            TypeError, ValueError: as in `fail`.
        """
        self._arm(script(faults, after_commit=after_commit, route=route, where=where))

    @masked_errors
    def reject(self, where: Where, *, error: str = "rejected by the test", times: int | None = 1) -> None:
        """Reject matching entries with code ``REJECTED``, and not the rest of their batch.

        Args:
            where: an index in the batch, a conversation id, values that an entry must have (``{"role": "user"}``), or a
                predicate on the entry, a dict.
            error: the reason that the client receives.
            times: in how many batches; None: in every one until the reset.

        Raises:
            TypeError: an argument of the wrong type.
            ValueError: an argument out of its range.
        """
        self._state.rejections.add(Rejection(where, error, times))

    @masked_errors
    def answer(  # noqa: PLR0913 - what an answer has
        self,
        method: str,
        path: str,
        *,
        json: Any = NOTHING,  # noqa: ANN401 - any JSON value
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
    ) -> None:
        """Respond to a route that is not modelled; it then counts as modelled, and requires a key.

        Args:
            method: such as ``"POST"``.
            path: such as ``"/v1/context/user/fetch"``; a segment ``{name}`` matches any.
            json: the body of the response; none by default.
            status: of the response. The SDK accepts only 200.
            headers: of the response.
            times: how many calls; None: every one until the reset.

        Raises:
            TypeError: an argument of the wrong type.
            ValueError: an argument out of its range, or a route that is modelled.
        """
        canned_response = CannedResponse(method, path, Respond(status, json=json, headers=headers or {}), times)
        if is_modelled(method, path):
            raise ValueError(f"{method} {path} is modelled; fail(Respond(...), route=...) answers it otherwise")
        self._state.canned_responses.add(canned_response)

    def wait_for(self, *, messages: int, timeout: float = 5.0) -> Awaitable[None]:
        """Wait until so many messages are recorded, for code that records in the background.

        In an event loop, return an awaitable; elsewhere, block.

        Args:
            messages: at least so many.
            timeout: seconds, of real time.

        Raises:
            TimeoutError: they are not recorded in time; the error has the number that are, and the last calls.
            TypeError, ValueError: an argument of the wrong type or out of its range.
        """
        whole("messages", messages, least=0)
        return wait(
            lambda: self._state.store.message_count >= messages,
            lambda: self._missing(messages),
            duration("timeout", timeout),
        )

    def redact(self, text: str) -> str:
        """`text` with every key and token of this fake masked, and what has the form of the vendor's keys. For logs."""
        return self._state.redact(text)

    def reset(self) -> None:
        """Clear what was recorded, the journal and what is scheduled; return to real time. Keys and settings stay."""
        self._state.reset()

    def on_request(self, listener: Callable[[Request], None] | None) -> None:
        """Call `listener` with every call after its response, telemetry included; None stops that."""
        self._state.journal.listener = listener

    def intercept(self) -> Intercept[SynapMock]:
        """A context manager and decorator: httpx requests to the vendor's hosts arrive at this fake."""
        from synap_mock.transports.in_process import Intercept, Terms  # noqa: PLC0415 - a server does not need respx and httpx

        return Intercept(self._app, self, Terms(hosts=lambda: self._state.settings.hosts))

    @contextmanager
    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Iterator[Server]:
        """The same fake on a port, while the context lasts.

        Args:
            host: name or address to bind; beyond loopback the control API requires a token.
            port: 0 picks a free one.

        Raises:
            OSError: the address can't be bound.
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

    def _arm(self, faults: Sequence[ScheduledFault]) -> None:
        if self._servers:
            for armed in faults:
                reachable(armed.fault)
        self._state.faults.add(*faults)

    def _missing(self, messages: int) -> str:
        recorded = self._state.store.message_count
        wanted = "1 message" if messages == 1 else f"{messages} messages"
        return f"{wanted}; {recorded} recorded, after the calls {self.requests[-_LAST:]}"
