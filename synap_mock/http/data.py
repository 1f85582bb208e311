"""The data face: how a call comes in, is answered, kept in the journal and goes out.

Plain ASGI, not Starlette's request and response: this is the path that every batch takes. And nothing in it suspends
but receive and send, so a door may drive it to its end by hand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from synap_mock import rules
from synap_mock.http.background import health, telemetry
from synap_mock.http.body import read_body
from synap_mock.http.call import Answer, Call
from synap_mock.http.dialects import DIALECTS
from synap_mock.journal import Exchange
from synap_mock.rule import Refusal, Refused
from synap_mock.schema import DESCRIBED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import Receive, Scope, Send

    from synap_mock.state import State

    Handler = Callable[[State, Call], Answer]

_CORRELATION: Final = re.compile(r"[ -~]{1,200}")


class DataRoute:
    """One path of the data face, as an ASGI app.

    Args:
        state: the fake.
        handlers: method to what answers it; any other method is not modelled.
    """

    def __init__(self, state: State, handlers: Mapping[str, Handler]) -> None:
        self._state = state
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, answer, keep the call, send the answer."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        body = await read_body(receive, self._state.settings.max_body)
        if body is None:
            return  # nobody is there to answer, and nothing was asked whole
        call = Call(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            path_params=scope.get("path_params", {}),
            headers=dict(reversed(scope["headers"])),
            body=body,
        )
        handler = self._handlers.get(call.method, not_modelled)
        answer = self._answer(handler, call)
        correlation_id = self._correlation_id(call)
        self._keep(scope, call, answer, handler, correlation_id)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(answer.body)).encode()),
            (b"x-correlation-id", correlation_id.encode()),
        ]
        if body.over_cap:
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    def _answer(self, handler: Handler, call: Call) -> Answer:
        try:
            return handler(self._state, call)
        except Refused as refused:
            return DIALECTS[self._state.settings.dialect].refused(refused.refusals, call.route)

    def _correlation_id(self, call: Call) -> str:
        given = call.header(b"x-correlation-id")
        return given if _CORRELATION.fullmatch(given) else self._state.ids.correlation()

    def _keep(self, scope: Scope, call: Call, answer: Answer, handler: Handler, correlation_id: str) -> None:
        state = self._state
        kept = state.settings.journal_body
        exchange = Exchange(
            at=state.clock.now(),
            method=call.method,
            path=call.path,
            query=call.query,
            raw_headers=scope["headers"],
            body=call.body.content[:kept],
            body_size=call.body.size,
            status=answer.status,
            answer=answer.body[:kept],
            answer_size=len(answer.body),
            refusals=answer.refusals[:DESCRIBED],
            instance_id=call.instance.instance_id if call.instance else None,
            correlation_id=correlation_id,
            background=handler in (telemetry, health),
            unmodelled=handler is not_modelled,
        )
        with state.lock:
            state.journal.add(exchange)
        state.journal.tell(exchange)


def not_modelled(state: State, call: Call) -> Answer:
    """Any route that the fake doesn't model; no key needed."""
    route = state.keys.scrub(call.route)[:200]
    raise Refused(Refusal(rules.ROUTE_NOT_MODELLED, f"synap-mock does not model {ascii(route)[1:-1]}"))
