"""Faults of the network on a real connection."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING, assert_never

from synap_mock.domain.faults.fault import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import Receive

    from synap_mock.domain.faults.connections import Latency
    from synap_mock.domain.faults.fault import Lost, Unreachable
    from synap_mock.domain.values.clock import Clock
    from synap_mock.http.steps.fault import Load, Unsent


def reset(transport: asyncio.Transport) -> None:
    """Close a connection with nothing to linger for: TCP sends RST, and the kernel keeps no unread response."""
    line = transport.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class PortLine:
    """The `Line` of a connection: what is to go wrong on it really does.

    Args:
        transport: of the connection.
        load: returns the load of the server.
    """

    def __init__(self, transport: asyncio.Transport, load: Callable[[], Load]) -> None:
        self.is_socket = True
        self._transport = transport
        self.load = load
        self.gone = False
        """Set by the connection when the client has disconnected."""
        self.ends = False
        self._wake: Callable[[], None] = lambda: None

    @contextmanager
    def at_end(self, wake: Callable[[], None]) -> Iterator[None]:
        """While the context lasts, call `wake` when the server ends."""
        self._wake = wake
        try:
            yield
        finally:
            self._wake = lambda: None

    def end(self) -> None:
        """The server is ending: what waits ends at once."""
        self.ends = True
        self._wake()

    def is_gone(self) -> bool:
        """Whether the client has disconnected."""
        return self.gone

    async def late(self, fault: Latency, clock: Clock, receive: Receive) -> bool:  # noqa: ARG002 - a transport's shape
        """Let real time pass; whether the client is still connected then."""
        gone = asyncio.ensure_future(_gone(receive))
        done, _ = await asyncio.wait({gone}, timeout=fault.seconds)
        gone.cancel()
        return not done

    async def lose(self, fault: Lost | Unreachable, unsent: Unsent) -> None:
        """Break this connection, as the fault says."""
        match fault.wire:
            case Wire.RESET:
                reset(self._transport)
            case Wire.CLOSED:
                self._transport.close()
            case Wire.HALF_THEN_CLOSED | Wire.HALF_THEN_SILENT:
                await unsent.send(unsent.start)
                await unsent.send(
                    {"type": "http.response.body", "body": unsent.body[: len(unsent.body) // 2], "more_body": True}
                )
                if fault.wire is Wire.HALF_THEN_CLOSED:
                    self._transport.close()
            case Wire.SILENT:
                pass
            case Wire.REFUSED | Wire.CONNECT_TIMEOUT:
                raise AssertionError(f"{fault.name} cannot be caused on a port")
            case other:
                assert_never(other)
        await _gone(unsent.receive)  # silence; and uvicorn answers 500 where an app returns before the line is down


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
