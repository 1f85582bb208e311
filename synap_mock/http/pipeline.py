"""The pipeline of the Synap API: receive a call, handle it, journal it, respond.

Plain ASGI, not Starlette's request and response: this is the path that every batch takes. And nothing in it suspends
but receive, send and the line, so a transport may drive it to its end by hand.
"""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from synap_mock.domain.faults.canned import FunctionFailed, methods_of, values_for
from synap_mock.domain.faults.errors import error
from synap_mock.domain.faults.fault import Unreachable
from synap_mock.domain.faults.incoming import Headers, IncomingRequest
from synap_mock.domain.faults.matching import Sent
from synap_mock.domain.faults.schedule import topics_of
from synap_mock.domain.history.exchange import Exchange, pack_headers
from synap_mock.domain.history.feed import REQUEST
from synap_mock.domain.history.traffic import OTHER
from synap_mock.domain.rules.request import ROUTE_NOT_MODELLED
from synap_mock.domain.rules.rule import DESCRIBED, Refusal, Refused
from synap_mock.domain.values.real_time import monotonic
from synap_mock.http.body import read_body
from synap_mock.http.call import Answer, Call
from synap_mock.http.dialects import DIALECTS
from synap_mock.http.endpoint import Keyed, Open
from synap_mock.http.near_misses import near_miss, other_methods
from synap_mock.http.steps.fault import LINE, Unsent, apply_fault, line_of
from synap_mock.http.steps.ledger import settle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.faults.canned import CannedResponse
    from synap_mock.domain.faults.connections import Latency
    from synap_mock.domain.faults.schedule import ScheduledFault
    from synap_mock.domain.history.request import Request
    from synap_mock.domain.state import Durable, State
    from synap_mock.domain.worlds import Worlds
    from synap_mock.http.endpoint import Endpoint
    from synap_mock.http.steps.fault import Line

_CORRELATION: Final = re.compile(r"[ -~]{1,200}")


class DataRoute:
    """One path of the Synap API, as an ASGI app.

    Args:
        worlds: of the fake; the key of a call selects one.
        path: its pattern.
        endpoints: method to what answers it; any other method is not modelled.
    """

    def __init__(self, worlds: Worlds, path: str, endpoints: Mapping[str, Endpoint]) -> None:
        self._worlds = worlds
        self._path = path
        self._endpoints = endpoints
        self._labels = {method: f"{method} {path}" for method in endpoints}
        if "GET" in endpoints:
            self._labels["HEAD"] = self._labels["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, answer, keep the call, send the answer."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        headers = dict(reversed(scope["headers"]))
        state = self._worlds.of_call(headers.get(b"authorization"))
        state.make_room()
        body = await read_body(receive, state.settings.max_body)
        if body is None:
            return  # the client has disconnected before the body ended
        call = Call(
            state=state,
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            path_params=scope.get("path_params", {}),
            headers=headers,
            body=body,
            began=monotonic(),
            pattern=self._path,
            era=state.era,
        )
        endpoint, call.pattern = self._endpoint(call, scope)
        if endpoint.entries is not None:
            call.started = state.ledger.begin()
        answer = await self._answer(endpoint, call, scope, receive)
        state.make_room()
        if state.database is not None:
            answer = await _durable(state.database, answer, state, call)
        correlation_id = self._correlation_id(call)
        self._note(call, answer, endpoint, scope, correlation_id)
        if not isinstance(answer.lost, Unreachable):
            label = self._labels.get(call.method, OTHER)
            self._worlds.traffic.add(label, None if answer.lost else answer.status, monotonic() - call.began)
        sent = b"" if call.method == "HEAD" else answer.body
        said = {"x-correlation-id": correlation_id, **dict(call.limits), **dict(answer.headers)}
        lines = [(name.encode(), value.encode()) for name, value in said.items()]
        lines.append((b"content-length", str(len(answer.body)).encode()))
        if body.over_cap:
            lines.append((b"connection", b"close"))
        start = {"type": "http.response.start", "status": answer.status, "headers": lines}
        if answer.lost is not None:
            unsent = Unsent(start, sent, state.clock, receive, send)
            await line_of(scope).lose(answer.lost, unsent)
            return
        await send(start)
        await send({"type": "http.response.body", "body": sent})

    def _note(self, call: Call, answer: Answer, endpoint: Endpoint, scope: Scope, correlation_id: str) -> None:
        """Add the call to the ledger and, if it arrived, to the journal."""
        state = call.state
        if endpoint.entries is not None:
            line: Line | None = scope.get("extensions", {}).get(LINE)
            settle(state, call, answer, endpoint.entries, correlation_id, is_gone=line is not None and line.is_gone())
        # A call that a reset has overtaken leaves no row; the ledger knows by itself which calls it has forgotten.
        if not isinstance(answer.lost, Unreachable) and state.era == call.era:
            exchange = self._exchange(scope["headers"], call, answer, endpoint, correlation_id)
            number = state.journal.add(exchange)
            state.feed.add(REQUEST, number)
            state.journal.tell(number, exchange)

    def _endpoint(self, call: Call, scope: Scope) -> tuple[Endpoint, str]:
        """What answers the call, and the pattern of its path."""
        # HEAD is served wherever GET is (RFC 9110, 9.1): load balancers and wait-on send it.
        known = self._endpoints.get("GET" if call.method == "HEAD" else call.method)
        if call.state.canned_responses:
            try:
                found = self._canned_response(call, scope, known)
            except FunctionFailed as failed:
                return Open(partial(_failed, failed)), self._path
            if found is not None:
                pattern = found[1].route.path if known is None else self._path
                return (known or CANNED).answered_by(partial(self._canned, found, scope)), pattern
        return known or NOT_MODELLED, self._path

    def _canned_response(self, call: Call, scope: Scope, known: Endpoint | None) -> tuple[int, CannedResponse] | None:
        """The newest canned response that applies to a call, and its number; it is not used yet."""

        def request() -> Request:
            whose = replace(call, instance=call.instance or self._instance(call))
            return self._exchange(scope["headers"], whose, None, known or CANNED, "").shown(call.state.redactor)

        sent = Sent(request)
        return call.state.canned_responses.newest(
            lambda item: (
                (known is None or item.override) and item.route.matches(call.method, call.path) and item.chooses(sent)
            ),
            topics=methods_of(call.method),
            values=values_for(call.path, sent),
        )

    def _instance(self, call: Call) -> Instance | None:
        """The instance of a call that is not authenticated yet; None: its key is not accepted."""
        try:
            return call.state.keys.authenticate(call.header(b"authorization"), call.header(b"x-instance-id"))
        except Refused:
            return None

    def _canned(
        self,
        found: tuple[int, CannedResponse],
        scope: Scope,
        state: State,
        call: Call,
        instance: Instance | None = None,
    ) -> Answer:
        """What a test answers for a route itself."""
        number, canned = found
        if not state.canned_responses.use(number):  # another call has used it up meanwhile
            return self._endpoint(call, scope)[0].admit(state, call)()

        def request() -> IncomingRequest:
            return IncomingRequest(
                method=call.method,
                path=call.path,
                query=call.query,
                path_params=canned.route.parameters(call.path),
                headers=Headers(call.headers),
                body=call.body.content,
                instance=instance,
            )

        try:
            respond = canned.respond(request)
        except FunctionFailed as failed:
            return _failed(failed, state, call)
        status, body, headers = respond.reply(state.settings.dialect, "")
        return Answer(status, body, headers=headers)

    async def _answer(self, endpoint: Endpoint, call: Call, scope: Scope, receive: Receive) -> Answer:
        state = call.state

        topics = topics_of(call.method, (call.path, call.pattern), usual=endpoint.usual)

        def shown() -> Request:
            return self._exchange(scope["headers"], call, None, endpoint, "").shown(state.redactor)

        def next_scheduled(kind: type) -> ScheduledFault | None:
            sent = Sent(shown)
            return state.faults.take(
                lambda item: item.chooses(sent),
                topics=topics,
                values=sent.values,
                usable=lambda item: isinstance(item.fault, kind),
            )

        first = next_scheduled(Unreachable) if state.faults.has_urgent(topics) else None
        if first is not None and isinstance(first.fault, Unreachable):
            return Answer(0, b"", fault=first.fault, lost=first.fault)
        try:
            carry_out = endpoint.admit(state, call)
        except Refused as refused:
            return _refused(refused, call)

        def carried_out() -> Answer:
            call.era = state.era
            try:
                return carry_out()
            except Refused as refused:
                return _refused(refused, call)

        if not state.faults:
            return carried_out()
        armed = next_scheduled(object)
        keys = state.keys

        async def late(fault: Latency) -> bool:
            line = line_of(scope)
            with nullcontext() if endpoint.entries is None else state.ledger.waiting(call.started, line.is_gone):
                there = await line.late(fault, state.clock, receive)
            return there and state.keys is keys  # else the call is another test's

        if armed is None:
            return carried_out()
        return await apply_fault(armed, call, state.settings.dialect, carried_out, late)

    def _correlation_id(self, call: Call) -> str:
        given = call.header(b"x-correlation-id")
        shown = _CORRELATION.fullmatch(given) and call.redactor(call.state).redact(given) == given
        return given if shown else call.state.ids.correlation()

    def _exchange(
        self,
        raw_headers: list[tuple[bytes, bytes]],
        call: Call,
        answer: Answer | None,
        endpoint: Endpoint,
        correlation_id: str,
    ) -> Exchange:
        """The call as the journal keeps it; without an answer, as a fault's predicate is asked about it."""
        kept = call.state.settings.journal_body
        answered = answer is not None and answer.lost is None
        written = answer.written if answer else None
        total = len(written.batch.roles) if written else None
        failed = len(written.rejected) if written else None
        return Exchange(
            at=call.state.clock.microseconds(),
            method=call.method,
            path=call.path,
            query=call.query,
            packed_headers=pack_headers(raw_headers),
            body=call.body.content[:kept] if answer else call.body.content,
            body_size=call.body.size,
            status=answer.status if answer and answered else None,
            answer=answer.body[:kept] if answer and answered else b"",
            answer_size=len(answer.body) if answer and answered else 0,
            refusals=answer.refusals[:DESCRIBED] if answer else (),
            instance_id=call.instance.instance_id if call.instance else None,
            correlation_id=correlation_id,
            background=endpoint.background,
            unmodelled=not endpoint.modelled and (answer is None or answer.fault is None),
            caller=None if endpoint.modelled else call.state.caller(),
            fault=answer.fault.name if answer and answer.fault else None,
            route=f"{'GET' if call.method == 'HEAD' else call.method} {call.pattern}" if call.pattern else None,
            duration=monotonic() - call.began if answer else 0.0,
            total=total,
            succeeded=None if total is None or failed is None else total - failed,
            failed=failed,
        )


def _refused(refused: Refused, call: Call) -> Answer:
    redactor = call.redactor(call.state)
    refusals = [replace(refusal, text=redactor.redact_message(refusal.text)) for refusal in refused.refusals]
    return DIALECTS[call.state.settings.dialect].refused(refusals, call.route)


def _not_modelled(state: State, call: Call) -> Answer:
    """Any route that the fake doesn't model; no key needed."""
    route = call.redactor(state).redact(call.route)[:200]
    methods = ", ".join(other_methods(call.method, call.path))
    if methods:
        hint = f"; on this path, it models {methods}"
    elif meant := near_miss(call.method, call.path):
        hint = f"; did you mean {meant}?"
    else:
        hint = "; its page is at /_mock/" if call.path == "/" else ""
    answer = _refused(
        Refused(Refusal(ROUTE_NOT_MODELLED, f"synap-mock does not model {ascii(route)[1:-1]}{hint}")), call
    )
    return replace(answer, headers=(*answer.headers, ("allow", methods))) if methods else answer


def _failed(failed: FunctionFailed, state: State, call: Call, *_: object) -> Answer:
    """500 that says what a test's own function raised; it is kept, since an SDK may swallow the response."""
    text = call.redactor(state).redact_message(str(failed))
    state.failed_functions.append(text)
    reply = error(state.settings.dialect, 500, "ANSWER_FAILED", text)
    return Answer(reply.status, reply.body, headers=reply.headers)


async def _durable(database: Durable, answer: Answer, state: State, call: Call) -> Answer:
    """The answer, once what the call has changed is on disk; 503 if it cannot be written."""
    try:
        await database.committed()
    except OSError as failed:
        reply = error(state.settings.dialect, 503, "DATABASE_FAILED", call.redactor(state).redact_message(str(failed)))
        return Answer(reply.status, reply.body, headers=reply.headers)
    return answer


def _unanswered(*_: object) -> Answer:
    raise NotImplementedError


NOT_MODELLED: Final = Open(_not_modelled, modelled=False)
CANNED: Final = Keyed(_unanswered)
"""A route that is not modelled, while a test answers it: it requires a key."""
