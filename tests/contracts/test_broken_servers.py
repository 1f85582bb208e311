"""A server that violates the contract: the kit reports the server, not the client.

The server is the fake, with manipulated requests and responses.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from contracts.reports.documents import report_of
from synap_contracts.report.verdicts import exit_status

from synap_mock import SynapMock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synap_contracts.runs.result import Run

Json = Any
BATCH = "/v1/conversations/messages/batch"


def unchanged(value: Json) -> Json:
    return value


@dataclass
class Tampered:
    """An ASGI application: the fake, with manipulated batches.

    Args:
        messages: Changes the messages of a request.
        answer: Changes the answer to a batch. Its second argument is the number of messages in the request.
        authorization: Changes the key.
    """

    messages: Callable[[list[Json]], list[Json]] = unchanged
    answer: Callable[[Json, int], Json] = field(default=lambda answer, _: answer)
    authorization: Callable[[bytes], bytes] = unchanged
    fake: SynapMock = field(default_factory=SynapMock)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/_mock/faults":
            scope = {**scope, "path": "/_mock/nothing"}  # faults of the connection need the fake's own port
        if scope["type"] != "http" or scope["path"] != BATCH:
            await self.fake.app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            part = await receive()
            body += part.get("body", b"")
            more = part.get("more_body", False)
        sent = 0
        try:
            messages = json.loads(body)["messages"]
            sent = len(messages)
            body = json.dumps({"messages": self.messages(messages)}).encode()
        except (ValueError, KeyError, TypeError):
            pass
        headers = [
            (key, self.authorization(value) if key == b"authorization" else value)
            for key, value in scope["headers"]
            if key != b"content-length"
        ]
        parts: list[Json] = []

        once = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive_changed() -> Json:
            part = next(once, None)
            return await receive() if part is None else part

        async def store(part: Json) -> None:
            parts.append(part)

        length = (b"content-length", str(len(body)).encode())
        await self.fake.app({**scope, "headers": [*headers, length]}, receive_changed, store)
        await self._answer(parts, sent, send)

    async def _answer(self, parts: list[Json], sent: int, send: Any) -> None:
        start = parts[0]
        answer = b"".join(part.get("body", b"") for part in parts[1:])
        if start["status"] == 200:
            changed = self.answer(json.loads(answer), sent)
            if changed is None:
                start, changed = {**start, "status": 500}, {"error": "broken", "code": "BROKEN", "details": {}}
            answer = json.dumps(changed).encode()
        headers = [(key, value) for key, value in start["headers"] if key != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", str(len(answer)).encode())]})
        await send({"type": "http.response.body", "body": answer})


@dataclass
class Switch:
    """Serves changing applications on one port."""

    url: str = ""
    app: Tampered = field(default_factory=Tampered)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def switch() -> Iterator[Switch]:
    switch = Switch()
    listener = socket.create_server(("127.0.0.1", 0))
    switch.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(switch, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield switch
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


def rows(change: Callable[[list[Json]], list[Json]]) -> Callable[[Json, int], Json]:
    return lambda answer, _: {**answer, "results": change(answer["results"])}


def each_row(change: Callable[[Json], Json]) -> Callable[[Json, int], Json]:
    return rows(lambda found: [change(row) if "message_id" in row else row for row in found])


def counts(answer: Json, sent: int) -> Json:
    """Return the answer as if all messages had been recorded."""
    found = (answer["results"] * (sent + 1))[:sent]
    return {"total": sent, "succeeded": sent, "failed": 0, "results": found}


def in_order(answer: Json, sent: int) -> Json:
    del sent
    return {**answer, "results": answer["results"][::-1]}


BROKEN: dict[str, tuple[Callable[[], Tampered], str]] = {
    "rows-reversed": (lambda: Tampered(answer=rows(lambda found: found[::-1])), "RES-ORDER"),
    "a-message-dropped": (lambda: Tampered(messages=lambda sent: sent[:-1], answer=counts), "SEND-ALL"),
    "ids-reused": (
        lambda: Tampered(answer=rows(lambda found: [{**row, **found[0]} for row in found])),
        "RES-UNIQUE",
    ),
    "a-wrong-count": (lambda: Tampered(answer=lambda a, _: {**a, "succeeded": a["succeeded"] + 1}), "RES-COUNTS"),
    "a-wrong-total": (lambda: Tampered(answer=lambda a, _: {**a, "total": a["total"] + 1}), "ACCEPT"),
    "a-row-missing": (lambda: Tampered(answer=rows(lambda found: found[1:])), "ACCEPT"),
    "recorded-twice": (lambda: Tampered(messages=lambda sent: [*sent, *sent[-1:]], answer=counts), "SEND-ONLY"),
    "contents-stripped": (
        lambda: Tampered(messages=lambda sent: [{**entry, "content": entry["content"].strip()} for entry in sent]),
        "SEND-CONTENT",
    ),
    "metadata-lost": (
        lambda: Tampered(messages=lambda sent: [{**entry, "metadata": {}} for entry in sent]),
        "SEND-METADATA",
    ),
    "transcript-reversed": (lambda: Tampered(messages=lambda sent: sent[::-1], answer=in_order), "SEND-ORDER"),
    "another-time": (
        lambda: Tampered(answer=each_row(lambda row: {**row, "recorded_at": "2026-01-01T00:00:00Z"})),
        "RES-SUCCESS",
    ),
    "no-zone": (
        lambda: Tampered(answer=each_row(lambda row: {**row, "recorded_at": row["recorded_at"][:-1]})),
        "RES-TIME",
    ),
    "fails-large-batches": (lambda: Tampered(answer=lambda a, sent: None if sent > 30 else a), "ACCEPT"),
}


def any_key() -> Tampered:
    tampered = Tampered()
    tampered.authorization = lambda _: f"Bearer {tampered.fake.api_key}".encode()
    return tampered


BROKEN["accepts-any-key"] = (any_key, "AUTH-INVALID")


@pytest.mark.parametrize(("make", "clause"), BROKEN.values(), ids=BROKEN)
def test_server_failure_is_reported_as_such(
    make: Callable[[], Tampered], clause: str, run: Callable[..., Run], switch: Switch
) -> None:
    switch.app = make()
    found = run("reference", clause, url=switch.url)
    (result,) = found.clauses
    assert (result.outcome, "the server failed, not the client" in result.message) == ("error", True)
    assert exit_status(report_of(found, strict=True)) == 2


def test_correct_server_is_not_reported(run: Callable[..., Run], switch: Switch) -> None:
    switch.app = Tampered()
    found = run("reference", "ACCEPT", "RES-ORDER", "SEND-ALL", url=switch.url)
    assert [result.outcome for result in found.clauses] == ["passed"] * 3
