"""One connection of the server: uvicorn's fast HTTP protocol, with limits, timeouts and faults of the network."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING, Any, Final, assert_never

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from synap_mock.domain.faults.fault import Wire
from synap_mock.http.control.guard import TARGET
from synap_mock.http.fault_step import LINE
from synap_mock.transports.bad_requests import Rejection, reason_of

if TYPE_CHECKING:
    from starlette.types import Receive
    from uvicorn._types import ASGI3Application
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from synap_mock.domain.faults.connections import Latency
    from synap_mock.domain.faults.fault import Lost, Unreachable
    from synap_mock.domain.values.clock import Clock
    from synap_mock.http.fault_step import Unsent
    from synap_mock.transports.admission import Admission

_HALF_HEAD, _STALLED, _IDLE, _RECEIVING = range(4)
"""How readily a connection is closed for another one."""
_STALLED_AFTER: Final = 1.0
"""Seconds without a byte after which a half-sent body or an unread response counts as stalled."""
_REQUEST_OVERHEAD: Final = 4096
"""What the objects of a request take, roughly."""
_OFFER: Final = b"upgrade"


class Connection(HttpToolsProtocol):
    """A connection. Offers of an upgrade are ignored, as RFC 9110 (7.8) allows.

    httptools takes what follows such an offer for another protocol, and the body would be lost. Java's HttpClient and
    ``curl --http2`` offer h2c so. Here the parsed head is parsed again without the offer, then what follows it.
    """

    admission: Admission
    """Set by `connections_of`."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **options)
        self._limits = self.admission.limits
        self.held = 0
        self.unread = 0
        self.moved_at = self.loop.time()
        self._began_at: float | None = None
        """When the head that is being received began."""
        self._head_size = 0
        self._events = 0
        self._quiet = 0
        self._parked = False
        """The next request waits until the response before it has been read."""
        self._offering = False
        self._offered: list[tuple[bytes, bytes]] | None = None
        self._rejection: Rejection | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        super().connection_made(transport)
        self.admission.make_place(self, self.connections)  # type: ignore[arg-type] # all of them are ours

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._release()

    # What arrives

    def data_received(self, data: bytes) -> None:
        if self._rejection is not None or self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        self.moved_at = self.loop.time()
        events = self._events
        try:
            self._parse(data)
        except httptools.HttpParserError as error:
            self._reject(self._rejection or Rejection(400, reason_of(error)))
            return
        if self._events == events:
            self._quiet += len(data)
            self._hold(len(data))
            if self._quiet > self._limits.head_bytes:
                self._reject(self._too_large())
        else:
            self._quiet = 0

    def _parse(self, data: bytes) -> None:
        while True:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                data = self._without_offer() + data[offer.args[0] :]
            else:
                return

    def _without_offer(self) -> bytes:
        """The head just parsed, without its offer; a fresh parser will parse it as any other head."""
        method, version = self.parser.get_method(), self.parser.get_http_version()
        self._offering, self._offered = False, self.headers
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        lines = [b"%s: %s" % header for header in self.headers if header[0] != _OFFER]
        return b"\r\n".join([b"%s %s HTTP/%s" % (method, self.url, version.encode()), *lines, b"", b""])

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._began_at = self.moved_at
        self._head_size = 0
        self.scope["extensions"] = {LINE: self}  # type: ignore[dict-item] # ASGI lets a server add its own

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._head_size += len(name) + len(value)
        if len(self.headers) > self._limits.headers:
            self._abandon(self._too_large())

    def on_headers_complete(self) -> None:
        self._events += 1
        self._began_at = None
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                self._abandon(Rejection(400, "CONNECT is not accepted: this is not a proxy"))
            self._offering = True
            return
        size = len(self.url) + self._head_size
        if size > self._limits.head_bytes:
            self._abandon(self._too_large())
        if len(self.pipeline) >= self._limits.pipelined:
            text = f"more than {self._limits.pipelined} requests wait on this connection"
            self._abandon(Rejection(429, text))
        if self._offered is not None:  # the app sees what was sent
            self.headers[:] = self._offered
            self._offered = None
        # An absolute target names a host, which uvicorn drops; the control API checks it.
        self.scope["extensions"][TARGET] = self.url  # type: ignore[assignment] # on_message_begin set it
        super().on_headers_complete()
        self._hold(size + _REQUEST_OVERHEAD)

    def on_body(self, body: bytes) -> None:
        self._events += 1
        if not self._offering and not self.cycle.response_complete:
            super().on_body(body)
            self._hold(len(body))

    def on_message_complete(self) -> None:
        self._events += 1
        if not self._offering:
            super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        if cycle.scope["method"] == "GET" and cycle.scope["path"] != "/health":
            self.admission.turns.add(lambda: super(Connection, self)._start_asgi_task(cycle, app), self.loop)
        else:
            super()._start_asgi_task(cycle, app)

    # What is sent

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if not self.transport.is_closing():
            self._unset_keepalive_if_required()
            self._next()

    def _next(self) -> None:
        """Handle the next request of those that wait, once the client has read the response before it."""
        self._parked = self.flow.write_paused
        if self._parked:
            return  # resume_writing comes back here
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            if self._rejection is not None and cycle.more_body:
                self._send_rejection()  # the rest of this request's body is invalid
            else:
                self._start_asgi_task(cycle, app)
            return
        self._release()
        if self._rejection is not None:
            self._send_rejection()
            return
        self.flow.resume_reading()
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.moved_at = self.loop.time()
        self._count_unread()
        self._keep_to_memory()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.moved_at = self.loop.time()
        self._count_unread()
        if self._parked and not self.transport.is_closing():
            self._next()

    def _count_unread(self) -> None:
        unread = self.transport.get_write_buffer_size()
        self.admission.held += unread - self.unread
        self.unread = unread

    # Rejections

    def _too_large(self) -> Rejection:
        limits = self._limits
        return Rejection(431, f"a request's head may have {limits.head_bytes} bytes and {limits.headers} headers")

    def _abandon(self, rejection: Rejection) -> None:
        """Stop parsing, from a callback of the parser."""
        self._rejection = rejection
        raise httptools.HttpParserError(rejection.text)

    def _reject(self, rejection: Rejection) -> None:
        """Reject what was received last, after the responses to the requests before it."""
        self._rejection = rejection
        self._began_at = None
        self.flow.pause_reading()
        waits = self.pipeline or (
            self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body
        )
        if not waits:
            self._send_rejection()

    def _send_rejection(self) -> None:
        assert self._rejection is not None  # noqa: S101 - for mypy: the callers have checked
        status, text = self._rejection
        self.admission.bad_requests.add(text, self.loop.time())
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete or not cycle.response_started:
            body = text.encode("ascii", "backslashreplace")
            head = (b"content-type: text/plain; charset=utf-8", b"content-length: %d" % len(body), b"connection: close")
            default = (b"%s: %s" % header for header in self.server_state.default_headers)
            lines = b"\r\n".join((*default, *head, b"", b""))
            self.transport.write(STATUS_LINE[status] + lines + body)
        self.transport.close()

    def _hold(self, size: int) -> None:
        self.held += size
        self.admission.held += size
        self._keep_to_memory()

    def _keep_to_memory(self) -> None:
        if self.admission.held > self._limits.in_flight:
            self.admission.make_memory(self, self.connections)  # type: ignore[arg-type] # all of them are ours

    def _release(self) -> None:
        self.admission.held -= self.held + self.unread
        self.held = self.unread = 0

    def stall(self) -> int | None:
        """Return how readily it is closed for another connection; None while a request is being handled."""
        if self.cycle is None or self._began_at is not None:
            return _HALF_HEAD
        stalled = self.loop.time() - self.moved_at > _STALLED_AFTER
        if self.unread:
            return _STALLED if stalled else None
        if self.cycle.response_complete:
            return _IDLE
        if self.cycle.more_body:
            return _STALLED if stalled else _RECEIVING
        return None

    def drop(self, reason: str) -> None:
        """Close it at once; what was received of a request is dropped."""
        if self.transport.is_closing():
            return
        self.admission.bad_requests.add(reason, self.loop.time())
        self._release()
        self._reset()

    def _reset(self) -> None:
        """Close it with nothing to linger for: TCP sends RST, and the kernel keeps no unread response."""
        line = self.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def expire(self, now: float) -> None:
        """Close it if something has been awaited for too long."""
        limits = self._limits
        before = self.unread
        self._count_unread()
        if self.unread < before or (self.unread and not before):
            self.moved_at = now
        if self.unread:
            if now - self.moved_at > limits.unread_seconds:
                self.admission.bad_requests.add("a response was not read", now)
                self._reset()
        elif self.transport.is_closing() or self._rejection is not None:
            return
        elif self._began_at is not None:
            if now - self._began_at > limits.head_seconds:
                self._reject(Rejection(408, f"a request's head must arrive within {limits.head_seconds:g} seconds"))
        elif self.cycle is not None and self.cycle.more_body and not self.cycle.response_complete:
            waits = not self.flow.read_paused and now - self.moved_at > limits.body_seconds
            if waits:
                text = f"no byte of the request's body arrived for {limits.body_seconds:g} seconds"
                self._reject(Rejection(408, text))

    # Faults

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
                self._reset()
            case Wire.CLOSED:
                self.transport.close()
            case Wire.HALF_THEN_CLOSED | Wire.HALF_THEN_SILENT:
                await unsent.send(unsent.start)
                await unsent.send(
                    {"type": "http.response.body", "body": unsent.body[: len(unsent.body) // 2], "more_body": True}
                )
                if fault.wire is Wire.HALF_THEN_CLOSED:
                    self.transport.close()
            case Wire.SILENT:
                pass
            case Wire.REFUSED | Wire.CONNECT_TIMEOUT:
                raise AssertionError(f"{fault.name} can't be made behind a port")
            case other:
                assert_never(other)
        await _gone(unsent.receive)  # silence; and uvicorn answers 500 where an app returns before the line is down

    def descriptors(self) -> list[int]:
        """The descriptor of its socket."""
        line = self.transport.get_extra_info("socket")
        return [] if line is None else [line.fileno()]


def connections_of(admission: Admission) -> type[Connection]:
    """The protocol class of a server, for uvicorn's configuration."""
    return type("ServerConnection", (Connection,), {"admission": admission})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
