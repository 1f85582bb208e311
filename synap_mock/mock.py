"""`SynapMock`: composes the fake and its doors; does nothing itself."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synap_mock import ids
from synap_mock.http.app import create_app
from synap_mock.http.control.guard import Guard
from synap_mock.ids import canonical_uuid
from synap_mock.quoting import shown
from synap_mock.settings import Settings, port_number
from synap_mock.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from starlette.types import ASGIApp

    from synap_mock.doors.intercept import Intercept
    from synap_mock.journal import Request
    from synap_mock.keys import Keys
    from synap_mock.messages import Conversation, Message


@dataclass(frozen=True, slots=True)
class Server:
    """A fake on a port.

    Attributes:
        url: its address, for ``SYNAP_BASE_URL``.
        port: its port.
        control_token: what the control face wants as ``Authorization: Bearer``; None: nothing.
    """

    url: str
    port: int
    control_token: str | None


class SynapMock:
    """An in-memory fake of Synap's conversation recording.

    Args:
        api_key: the key, or several that share one instance, the first being the default. None makes one.
        allow_hosts: names that may stand in the control face's Host and Origin headers, besides loopback's and what
            `serve` is told to bind.
        control_token: what the control face wants as ``Authorization: Bearer``. None: nothing, unless the fake is
            served beyond loopback; then one is made.
        settings: every other keyword is a setting; `synap_mock.settings.Settings` lists them with their defaults.

    Raises:
        TypeError: no such setting, or a value of the wrong type, named.
        ValueError: a value out of its range, named with what would do.
    """

    __slots__ = ("_guard", "_state", "app")  # so that fake.tenancy = "b2b" is an error, not nothing

    def __init__(
        self,
        *,
        api_key: str | Sequence[str] | None = None,
        allow_hosts: Sequence[str] = (),
        control_token: str | None = None,
        **settings: Any,  # noqa: ANN401 - the settings' types differ; Settings checks them
    ) -> None:
        self._state = State(Settings.of(**settings), [api_key] if isinstance(api_key, str) else api_key)
        self._guard = Guard(allow_hosts, control_token)
        self.app: ASGIApp = create_app(self._state, self._guard)

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
        """How the fake behaves now."""
        return self._state.settings

    @property
    def messages(self) -> list[Message]:
        """Every recorded message, in the order in which they were recorded."""
        with self._state.lock:
            return self._state.store.messages()

    @property
    def conversations(self) -> list[Conversation]:
        """Every conversation, an instance's together, in the order in which they began."""
        with self._state.lock:
            return self._state.store.conversations()

    @property
    def requests(self) -> list[Request]:
        """The calls that the journal kept, oldest first; telemetry and heartbeats left out."""
        with self._state.lock:
            return [request for request in self._state.journal.requests() if not request.background]

    @property
    def unmodelled(self) -> list[Request]:
        """The calls to routes that the fake doesn't model."""
        with self._state.lock:
            return self._state.journal.unmodelled()

    def transcript(self, conversation_id: str, *, instance_id: str | None = None) -> list[tuple[str, str]]:
        """What was said in one conversation: (role, content) of each message, in order; empty if there is none.

        Args:
            conversation_id: a UUID in any accepted spelling.
            instance_id: whose, where several instances hold that id.

        Raises:
            ValueError: `conversation_id` is no UUID, or several instances hold it and none is chosen.
        """
        canonical = canonical_uuid(str(conversation_id))
        if canonical is None:
            raise ValueError(f"conversation_id must be a UUID, not {shown(conversation_id)}")
        with self._state.lock:
            holders = [holder for holder in self._state.store.instances_of(canonical) if instance_id in {None, holder}]
            if len(holders) > 1:
                raise ValueError(f"several instances hold it; choose with instance_id= one of {', '.join(holders)}")
            found = self._state.store.transcript(holders[0], canonical) if holders else []
        return [(message.role, message.content) for message in found]

    def reset(self) -> None:
        """Forget what was recorded and asked. Keys, revoked ones too, and settings stay."""
        self._state.reset()

    def on_request(self, listener: Callable[[Request], None] | None) -> None:
        """Call `listener` with every call that is answered from now on, telemetry too; None: nobody."""
        self._state.journal.listener = listener

    def intercept(self) -> Intercept[SynapMock]:
        """While it lasts, httpx traffic to the vendor's hosts comes here. A context manager, and a decorator."""
        from synap_mock.doors.intercept import Intercept  # noqa: PLC0415 - a server has no need of respx and httpx

        return Intercept(self.app, self)

    @contextmanager
    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Iterator[Server]:
        """The same fake on a port, while the context lasts.

        Args:
            host: name or address to bind; beyond loopback the control face wants a token.
            port: 0 picks a free one.

        Raises:
            OSError: the address can't be bound.
            ValueError: `host` is no host name, or `port` is out of range.
        """
        from synap_mock.doors.live import is_loopback, live  # noqa: PLC0415 - in process there is no need of uvicorn

        port = port_number(port)
        self._guard.admit(host, "host")
        host = host.strip("[]")
        made = None if is_loopback(host) or self._guard.token else ids.control_token()
        self._guard.token = self._guard.token or made
        try:
            with live(self.app, host, port) as address:
                yield Server(address.url, address.port, self._guard.token)
        finally:
            if made:
                self._guard.token = None
