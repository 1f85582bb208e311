"""One connection of the server: uvicorn's fast HTTP protocol, with limits and timeouts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from synap_mock.http.control.guard import TARGET
from synap_mock.http.steps.fault import LINE
from synap_mock.transports.admission import Account
from synap_mock.transports.port_line import PortLine, reset
from synap_mock.transports.rejections import grpc
from synap_mock.transports.rejections.bad_requests import Rejection, reason_of

if TYPE_CHECKING:
    import asyncio

    from uvicorn._types import ASGI3Application
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from synap_mock.transports.admission import Admission

_HALF_HEAD, _STALLED, _IDLE, _RECEIVING = range(4)
"""How readily a connection is closed for another one."""
_STALLED_AFTER: Final = 1.0
"""Seconds without a byte after which a half-sent body or an unread response counts as stalled."""
_REQUEST_OVERHEAD: Final = 4096
"""What the objects of a request take, roughly."""
_PART: Final = 4096
"""Bytes that are parsed at once: the requests in them are objects, which take far more than their bytes, and time."""
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
        self.account = Account(self.admission)
        self.moved_at = self.loop.time()
        self._began_at: float | None = None
        """When the head that is being received began."""
        self._head_size = 0
        self._events = 0
        self._quiet = 0
        self._rest = b""
        """What was received and not parsed: nothing is, while a parsed request waits for the one before it."""
        self._parked = False
        """The next request waits until the response before it has been read."""
        self._offering = False
        self._offered: list[tuple[bytes, bytes]] | None = None
        self._rejection: Rejection | None = None
        self._grpc: grpc.Refusal | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        super().connection_made(transport)
        self._line = PortLine(transport, lambda: self.admission.load(self.connections))
        self.admission.make_place(self, self.connections)  # type: ignore[arg-type] # all of them are ours

    def eof_received(self) -> None:
        self._line.gone = True  # at once: asyncio calls connection_lost after what other connections have received
        super().eof_received()

    def shutdown(self) -> None:
        super().shutdown()
        self._line.end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._line.gone = True
        super().connection_lost(exc)
        self.account.release()

    # What arrives

    def data_received(self, data: bytes) -> None:
        if self._rejection is not None or self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        self.moved_at = self.loop.time()
        if self.cycle is None and not self._quiet and not self._rest and grpc.begins(data):
            self._grpc = grpc.Refusal()
            self.admission.bad_requests.add(grpc.TEXT, self.moved_at)
        if self._grpc is None:
            self._parse_ahead(self._rest + data)
        else:
            self._refuse_grpc(self._grpc, data)

    def _refuse_grpc(self, refusal: grpc.Refusal, data: bytes) -> None:
        self.transport.write(refusal.receive(data))
        if refusal.ended:
            self.transport.close()
        elif self.flow.write_paused:
            self.drop("a gRPC client does not read")
        else:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _parse_ahead(self, data: bytes) -> None:
        self._rest = b""
        position = 0
        while position < len(data) and not self.pipeline:
            part = data[position : position + _PART]
            position += len(part)
            if not self._parse_part(part):
                return
        self._rest = data[position:]
        if self._rest:
            self.flow.pause_reading()
        self.account.set_unparsed(len(self._rest) + self._quiet)
        self._keep_to_memory()

    def _parse_part(self, part: bytes) -> bool:
        events = self._events
        try:
            self._parse(part)
        except httptools.HttpParserError as error:
            self._reject(self._rejection or Rejection(400, reason_of(error)))
            return False
        self._quiet = self._quiet + len(part) if self._events == events else 0
        if self._quiet > self._limits.head_bytes:
            self._reject(self._too_large())
            return False
        return True

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
        self._began_at = self.loop.time()
        self._head_size = 0
        self.scope["extensions"] = {LINE: self._line}  # type: ignore[dict-item] # ASGI lets a server add its own

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
        if self._offered is not None:  # the app sees what was sent
            self.headers[:] = self._offered
            self._offered = None
        # An absolute target names a host, which uvicorn drops; the control API checks it.
        self.scope["extensions"][TARGET] = self.url  # type: ignore[assignment] # on_message_begin set it
        super().on_headers_complete()
        self.account.add_request(size + _REQUEST_OVERHEAD)

    def on_body(self, body: bytes) -> None:
        self._events += 1
        if not self._offering and not self.cycle.response_complete:
            super().on_body(body)
            self.account.add_body(len(body))

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
        self.account.remove_request()
        if not self.transport.is_closing():
            self._unset_keepalive_if_required()
            self._next()

    def _next(self) -> None:
        """Handle the next request of those that wait, in its turn, once the client has read the response before it."""
        self._parked = self.flow.write_paused
        if self._parked:
            return  # resume_writing comes back here
        if self.pipeline:
            self.admission.turns.add(self._handle_waiting, self.loop)
            return
        self.account.release()
        if self._rejection is not None:
            self._send_rejection()
            return
        self.flow.resume_reading()
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def _handle_waiting(self) -> None:
        if self.transport.is_closing():
            return
        cycle, app = self.pipeline.pop()
        if self._rejection is not None and cycle.more_body:
            self._send_rejection()  # the rest of this request's body is invalid
            return
        super()._start_asgi_task(cycle, app)
        if self._rest:
            self._parse_ahead(self._rest)
            self.moved_at = self.loop.time()  # the client was not awaited before
            if self._began_at is not None:
                self._began_at = self.moved_at

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
        self.account.set_unread(self.transport.get_write_buffer_size())

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

    def _keep_to_memory(self) -> None:
        if self.admission.held > self._limits.in_flight:
            self.admission.make_memory(self, self.connections)  # type: ignore[arg-type] # all of them are ours

    def stall(self) -> int | None:
        """Return how readily it is closed for another connection; None while a request is being handled."""
        if self.cycle is None or (self._began_at is not None and not self._rest):
            return _HALF_HEAD
        stalled = self.loop.time() - self.moved_at > _STALLED_AFTER
        if self.account.unread:
            return _STALLED if stalled else None
        if self.cycle.response_complete:
            return _IDLE
        if self.cycle.more_body and not self._rest:
            return _STALLED if stalled else _RECEIVING
        return None

    def drop(self, reason: str) -> None:
        """Close it at once; what was received of a request is dropped."""
        if self.transport.is_closing():
            return
        self.admission.bad_requests.add(reason, self.loop.time())
        self.account.release()
        reset(self.transport)

    def expire(self, now: float) -> None:
        """Close it if something has been awaited for too long."""
        limits = self._limits
        before = self.account.unread
        self._count_unread()
        unread = self.account.unread
        if unread < before or (unread and not before):
            self.moved_at = now
        if unread:
            if now - self.moved_at > limits.unread_seconds:
                self.admission.bad_requests.add("a response was not read", now)
                reset(self.transport)
        elif self.transport.is_closing() or self._rejection is not None or self._rest:
            return
        elif self._began_at is not None:
            if now - self._began_at > limits.head_seconds:
                self._reject(Rejection(408, f"a request's head must arrive within {limits.head_seconds:g} seconds"))
        elif self.cycle is not None and self.cycle.more_body and not self.cycle.response_complete:
            waits = not self.flow.read_paused and now - self.moved_at > limits.body_seconds
            if waits:
                text = f"no byte of the request's body arrived for {limits.body_seconds:g} seconds"
                self._reject(Rejection(408, text))

    def descriptors(self) -> list[int]:
        """The descriptor of its socket."""
        line = self.transport.get_extra_info("socket")
        return [] if line is None else [line.fileno()]


def connections_of(admission: Admission) -> type[Connection]:
    """The protocol class of a server, for uvicorn's configuration."""
    return type("ServerConnection", (Connection,), {"admission": admission})
