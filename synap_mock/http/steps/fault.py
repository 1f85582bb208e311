"""The fault step: after auth, before the body is looked at. What a test armed strikes here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from synap_mock.domain.faults.connections import Latency, ReadTimeout
from synap_mock.domain.faults.fault import Answered, Lost, Unreachable
from synap_mock.http.call import Answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager

    from starlette.types import Message, Receive, Scope, Send

    from synap_mock.domain.faults.schedule import ScheduledFault
    from synap_mock.domain.values.clock import Clock
    from synap_mock.http.call import Call
    from synap_mock.settings import Dialect

LINE: Final = "synap_mock.line"
"""Under this name a door puts its `Line` into the scope's extensions."""

_NOTHING_DONE: Final = b'{"total":0,"succeeded":0,"failed":0,"results":[]}'
"""What TruncatedBody cuts where nothing was carried out."""


class Unsent(NamedTuple):
    """An answer that is not to arrive, and what there is to do with it."""

    start: Message
    """Its first ASGI message."""
    body: bytes
    clock: Clock
    """To be moved by what the client waits."""
    receive: Receive
    send: Send


class Load(NamedTuple):
    """What a server's clients make it hold.

    Attributes:
        connections: how many are open.
        held: bytes of unanswered requests and unread responses.
        rejected: invalid requests and stalled connections since the start.
    """

    connections: int
    held: int
    rejected: int


class Line(Protocol):
    """What a door knows of the connection that a call came by. Each door does the same to a client in its own way."""

    is_socket: bool
    """Whether it is a real connection, so that a response may wait, and go on without an end."""
    ends: bool
    """Whether the server is ending."""

    def load(self) -> Load | None:
        """Return the load of the server; None without a server."""

    def at_end(self, wake: Callable[[], None]) -> AbstractContextManager[None]:
        """While the context lasts, call `wake` when the server ends."""

    async def late(self, fault: Latency, clock: Clock, receive: Receive) -> bool:
        """Let time pass; whether the client is still waiting then."""

    def is_gone(self) -> bool:
        """Whether the client has disconnected."""

    async def lose(self, fault: Lost | Unreachable, unsent: Unsent) -> None:
        """Lose the answer, or the call, as a `Lost` or `Unreachable` fault says."""


def line_of(scope: Scope) -> Line:
    """The line that a call came by.

    Raises:
        RuntimeError: it came by a door that has none, such as httpx's ASGITransport.
    """
    line: Line | None = scope.get("extensions", {}).get(LINE)
    if line is None:
        raise RuntimeError("faults of the line need intercept() or serve(); this call came to .app by another way")
    return line


async def apply_fault(
    armed: ScheduledFault,
    call: Call,
    dialect: Dialect,
    carry_out: Callable[[], Answer],
    late: Callable[[Latency], Awaitable[bool]],
) -> Answer:
    """The response to a call that a fault applies to, and whether it is lost.

    Args:
        armed: what strikes.
        call: the call.
        dialect: in which errors are said.
        carry_out: does what the call asks for, and gives the true answer.
        late: lets the time pass, and returns whether the client still waits.
    """
    fault = armed.fault
    if fault is None:
        return carry_out()
    done = carry_out() if armed.after_commit else None
    if isinstance(fault, Answered):
        status, body, headers = fault.reply(dialect, call.instance.instance_id if call.instance else "")
        answer = Answer(status, body, done.refusals if done else (), headers, fault)
        answer.written = done.written if done else None
        return answer
    if isinstance(fault, Latency) and await late(fault):
        done = done or carry_out()
        done.fault = fault
        return done
    answer = done or Answer(200, _NOTHING_DONE)
    answer.fault = fault
    answer.lost = fault if isinstance(fault, Lost | Unreachable) else ReadTimeout()
    return answer
