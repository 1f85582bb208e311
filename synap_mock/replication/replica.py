"""The app of one worker: calls go through the log that all workers share, looks at the state don't."""

from __future__ import annotations

import itertools
import secrets
from typing import TYPE_CHECKING, Final

from synap_mock.domain.faults.errors import error as vendor_error
from synap_mock.domain.values.sources import Looking, using
from synap_mock.http.body import read_body
from synap_mock.http.control import checks
from synap_mock.http.control.guard import Checks
from synap_mock.http.control.json import MAX_JSON, error
from synap_mock.http.steps.fault import LINE, Unsent
from synap_mock.replication.entries import TokenEntry, WaitedEntry, call_entry
from synap_mock.replication.log import StoreError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from synap_mock.domain.faults.connections import Latency
    from synap_mock.domain.worlds import Worlds
    from synap_mock.http.body import Body
    from synap_mock.http.control.guard import Guard
    from synap_mock.http.steps.fault import Line
    from synap_mock.replication.applying import Outcome
    from synap_mock.replication.sequence import Sequence

LARGEST: Final = 256 * 1024 * 1024
"""Most bytes of a body."""
_READS: Final = frozenset({"GET", "HEAD"})
_PROBE: Final = "/_mock/livez"
_IMPORT: Final = "/_mock/import"


class Replica:
    """An ASGI app: the fake of all workers, as this one serves it.

    Args:
        app: the app of this worker's state.
        worlds: that state.
        guard: which requests this worker's control API accepts.
        sequence: the log.
    """

    def __init__(self, app: ASGIApp, worlds: Worlds, guard: Guard, sequence: Sequence) -> None:
        self._app = app
        self._worlds = worlds
        self._guard = guard
        self._sequence = sequence
        self._writer = secrets.token_hex(8)
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or the beginning and the end of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        path = scope.get("path", "")
        is_control = f"{path}/".startswith("/_mock/")
        if scope["type"] != "http" or path == _PROBE:
            await self._app(scope, receive, send)
            return
        try:
            if is_control and (scope["method"] in _READS or checks(path) is not Checks.ALL):
                await self._sequence.catch_up()
                await self._look(scope, receive, send)
            else:
                await self._change(scope, receive, send, is_control=is_control)
        except StoreError as failed:
            await self._refuse(str(failed), scope, receive, send, is_control=is_control)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._sequence.start()
        try:
            await self._sequence.catch_up()
            token = self._guard.token
            if token is not None and token not in self._worlds.default.state.tokens:
                await self._sequence.append(TokenEntry(writer=self._writer, number=next(self._numbers), token=token))
        except StoreError as failed:
            await send({"type": "lifespan.startup.failed", "message": str(failed)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _look(self, scope: Scope, receive: Receive, send: Send) -> None:
        with using(Looking()):
            await self._app(scope, receive, send)

    async def _change(self, scope: Scope, receive: Receive, send: Send, *, is_control: bool) -> None:
        admitted = self._guard.admission(scope) if is_control else None
        if is_control and admitted is None:
            await self._look(scope, receive, send)  # it is rejected
            return
        body = await self._read(scope, receive, is_control=is_control)
        if body is None:
            return
        if scope["path"] == _IMPORT and body.over_cap:
            text = f"with several workers the body must have at most {LARGEST} bytes"
            await error(text, 413, "PAYLOAD_TOO_LARGE")(scope, receive, send)
            return
        line: Line | None = scope.get("extensions", {}).get(LINE)
        number = next(self._numbers)
        entry = call_entry(
            scope,
            writer=self._writer,
            number=number,
            body=body.content,
            size=body.size,
            is_gone=line is not None and line.is_gone(),
            admitted=admitted,
        )
        outcome = await self._sequence.append(entry)
        if outcome.wait is not None:
            outcome = await self._wait(outcome.wait, number, line, receive)
        await _send_outcome(outcome, line, receive, send)

    async def _read(self, scope: Scope, receive: Receive, *, is_control: bool) -> Body | None:
        if is_control:
            return await read_body(receive, LARGEST if scope["path"] == _IMPORT else MAX_JSON)
        authorization = next((value for name, value in scope["headers"] if name == b"authorization"), None)
        with using(Looking()):
            settings = self._worlds.of_call(authorization).settings
        return await read_body(receive, min(settings.max_body, LARGEST))

    async def _wait(self, fault: Latency, number: int, line: Line | None, receive: Receive) -> Outcome:
        is_there = line is None or await line.late(fault, self._worlds.default.state.clock, receive)
        call = self._writer, number
        waited = WaitedEntry(writer=self._writer, number=next(self._numbers), call=call, is_there=is_there)
        return await self._sequence.append(waited)

    async def _refuse(self, text: str, scope: Scope, receive: Receive, send: Send, *, is_control: bool) -> None:
        state = self._worlds.default.state
        text = state.redact(text)
        if is_control:
            await error(text, 503, "DATABASE_FAILED")(scope, receive, send)
            return
        reply = vendor_error(state.settings.dialect, 503, "DATABASE_FAILED", text)
        headers = {"content-length": str(len(reply.body)), **dict(reply.headers)}
        lines = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": lines})
        await send({"type": "http.response.body", "body": reply.body})


async def _send_outcome(outcome: Outcome, line: Line | None, receive: Receive, send: Send) -> None:
    if outcome.lost is not None and line is not None:
        fault, unsent = outcome.lost
        await line.lose(fault, Unsent(unsent.start, unsent.body, unsent.clock, receive, send))
        return
    for message in outcome.messages:
        await send(message)
