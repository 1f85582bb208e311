"""The checks of `synap-mock adapter check`, in the order in which they run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from synap_contracts.client import wire
from synap_contracts.client.checking.session import Ended, Session
from synap_contracts.client.checking.types import problems
from synap_contracts.client.driver import START_S
from synap_contracts.client.process import UnusableClient
from synap_contracts.client.protocol import AdapterError
from synap_contracts.client.real_time import wait_for_end
from synap_contracts.runs.state import UNKNOWN_KEY
from synap_contracts.server.server import BATCH_ROUTE, own_server

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from synap_contracts.client.protocol import Json
    from synap_contracts.server.server import Server

Outcome = Literal["passed", "failed", "skipped"]
_ID: Final = "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a{:02x}"
_MANY: Final = 300
_UNUSUAL: Final = "a\x00b\n\"'\\ \u2028 é e\u0301 😀 $(id) `id` %s"
_SOON_S: Final = 3.0
_END_S: Final = 2.0
_DOCUMENTED: Final = ("InvalidInputError", "AuthenticationError", "NetworkError", "RateLimitError")


class Skipped(Exception):  # noqa: N818 - not an error
    """A check that does not apply to an adapter. The text is the reason."""


@dataclass(frozen=True)
class Result:
    """The result of a check.

    Args:
        name: The name of the check.
        outcome: Whether it passed.
        texts: What is wrong, or why it was skipped.
    """

    name: str
    outcome: Outcome
    texts: tuple[str, ...] = ()


def check(
    command: Sequence[str],
    names: Collection[str] | None = None,
    *,
    start_s: float = START_S,
    report: Callable[[str], object] = lambda _: None,
) -> Iterator[Result]:
    """Check an adapter, and yield the result of each check when it is known.

    Args:
        command: The command that starts it.
        names: The checks to run after `start`, or None for all.
        start_s: The time limit for the adapter's hello, in seconds.
        report: Called with a text if the hello does not come soon.
    """
    with own_server("documented") as server:
        try:
            session = Session(command, start_s, report)
        except (UnusableClient, AdapterError) as error:
            yield Result("start", "failed", (str(error),))
            return
        yield Result("start", "passed")
        try:
            yield from _run(session, server, CHECKS if names is None else names)
        finally:
            session.end()


def _run(session: Session, server: Server, names: Collection[str]) -> Iterator[Result]:
    ended: str | None = None
    for name, function in ((name, function) for name, function in CHECKS.items() if name in names):
        if ended is not None and function not in {_output, _replies}:
            yield Result(name, "skipped", ("the adapter ended",))
            continue
        server.reset()
        try:
            found = tuple(dict.fromkeys(function(session, server)))
        except Skipped as reason:
            yield Result(name, "skipped", (str(reason),))
        except Ended as error:
            ended = str(error)
            yield Result(name, "failed", (ended,))
        else:
            yield Result(name, "failed" if found else "passed", found)


def _entry(number: int = 0, content: str = "hi", conversation: int = 0) -> Json:
    role = "assistant" if number % 2 else "user"
    return {"conversation_id": _ID.format(conversation), "role": role, "content": content}


def _open(session: Session, server: Server, client: str, *, key: str | None = None, timeout_s: float = 20.0) -> Json:
    """Open a client, and return the reply; an empty one if none arrived."""
    url, key = server.url, key or server.new_key().key
    return session.ask("open", client=client, base_url=url, api_key=key, timeout_s=timeout_s, retry="fast") or {}


def _call(session: Session, client: str, *messages: Json) -> int:
    return session.send("call", client=client, messages=list(messages), given="list", loop="shared")


def _failure(reply: Json | None, what: str) -> Iterator[str]:
    """Yield why a request that had to succeed did not."""
    if reply is None:
        yield f"no reply to {what} arrived within 20 s; flush standard output after each line"
    elif "raised" in reply:
        yield f"{what} raised: {json.dumps(reply['raised'])[:200]}"
    elif "answer" not in reply:
        yield f"{what} failed: {json.dumps(reply)[:200]}"


def _contents(server: Server) -> list[Json]:
    return [row.entry["content"] for rows in server.recording([], "").values() for row in rows]


def _hello(session: Session, _: Server) -> Iterator[str]:
    yield from problems(session.first, wire.FirstLine)


def _ping(session: Session, _: Server) -> Iterator[str]:
    reply = session.ask("ping", seconds=_SOON_S)
    if reply is None:
        yield f"no reply to a ping arrived within {_SOON_S:g} s; flush standard output after each line"
    elif reply.get("answer") != "pong":
        yield f'the reply to a ping is {json.dumps(reply)[:100]}; expected "answer": "pong"'


def _one_call(session: Session, server: Server) -> Iterator[str]:
    yield from _failure(_open(session, server, "one"), "open")
    reply = session.wait(_call(session, "one", _entry(content=_UNUSUAL)))
    yield from _failure(reply, "a call with one message")
    if reply is not None and "answer" in reply and _contents(server) != [_UNUSUAL]:
        yield f"the server recorded {_contents(server)!r}; expected {[_UNUSUAL]!r}, unchanged"


def _error(session: Session, server: Server) -> Iterator[str]:
    """An error of the client is reported as one, with the name of its class."""
    reply = _open(session, server, "stranger", key=UNKNOWN_KEY)
    if "answer" in reply:
        reply = session.wait(_call(session, "stranger", _entry())) or {}
    raised = reply.get("raised")
    if not isinstance(raised, dict):
        yield f"an invalid key must raise, but the reply is {json.dumps(reply)[:150]}"
    elif not set(_DOCUMENTED) & set(raised.get("names") or [raised.get("class")]):
        names = raised.get("names")
        text = f"raised.names is {names!r} for an invalid key; "
        if names:
            raise Skipped(f"{text}if these are all of the client's classes, the kit judges the client")
        yield f"{text}name the classes of the client's error, such as 'AuthenticationError'"


def _batch(session: Session, server: Server) -> Iterator[str]:
    """A line of some hundred KB arrives complete, and in order."""
    yield from _failure(_open(session, server, "many"), "open")
    contents = [f"{number} {'x' * 1000}" for number in range(_MANY)]
    reply = session.wait(_call(session, "many", *(_entry(n, text) for n, text in enumerate(contents))))
    yield from _failure(reply, f"a call with {_MANY} messages (a line of {_MANY} KB)")
    found = _contents(server)
    if reply is not None and "answer" in reply and found != contents:
        yield f"the server recorded {len(found)} messages of {_MANY}, or in another order"


def _keys(session: Session, server: Server) -> Iterator[str]:
    """Two clients are open at once, each with its own key."""
    keys = {name: server.new_key() for name in ("left", "right")}
    for name, key in keys.items():
        yield from _failure(_open(session, server, name, key=key.key), "open")
    for number, name in enumerate(reversed(keys)):
        yield from _failure(session.wait(_call(session, name, _entry(content=name, conversation=number))), "a call")
    for (instance_id, _), rows in server.recording([], "").items():
        for row in rows:
            if instance_id != keys[row.entry["content"]].instance_id:
                yield "the second client used the key of the first one: keep a client for each name"


def _concurrent(session: Session, server: Server) -> Iterator[str]:
    """Calls run at once, and a ping is answered meanwhile."""
    if not session.hello.concurrent:
        raise Skipped('the hello has "concurrent": false')
    yield from _failure(_open(session, server, "slow"), "open")
    server.schedule_fault({"route": BATCH_ROUTE, "fault": "Latency", "seconds": 1.0, "times": 2})
    numbers = [_call(session, "slow", _entry(content=str(n), conversation=n)) for n in range(2)]
    if session.ask("ping", seconds=_SOON_S) is None:
        yield 'a ping got no reply during a call: handle requests concurrently, or declare "concurrent": false'
    elif all(map(session.has_reply, numbers)):
        yield 'a ping got its reply only after the calls: handle requests concurrently, or declare "concurrent": false'
    for number in numbers:
        yield from _failure(session.wait(number), "one of two concurrent calls")


def _timeout(session: Session, server: Server) -> Iterator[str]:
    """A client that is opened with a short timeout has it."""
    if "timeout_s" not in session.hello.can:
        raise Skipped("can does not list timeout_s, so the kit waits for the client's own timeout")
    yield from _failure(_open(session, server, "hasty", timeout_s=0.5), "open")
    server.schedule_fault({"route": BATCH_ROUTE, "fault": "ReadTimeout", "times": None})
    reply = session.wait(_call(session, "hasty", _entry()), 10)
    server.clear_faults()
    if reply is None:
        yield "a client with a timeout of 0.5 s still waited after 10 s: pass timeout_s on, or remove it from can"


def _listen(session: Session, _: Server) -> Iterator[str]:
    if "listen" not in session.hello.can:
        raise Skipped("can does not list listen")
    yield from _failure(session.ask("listen", on=True), "listen")
    reply = session.ask("listen", on=False)
    yield from _failure(reply, "listen")
    answer = (reply or {}).get("answer")
    if not isinstance(answer, list) or not all(isinstance(each, str) for each in answer):
        yield f"the reply to listen with on=false is {json.dumps(answer)[:80]}; expected a list of texts"


def _close(session: Session, server: Server) -> Iterator[str]:
    yield from _failure(_open(session, server, "closed"), "open")
    yield from _failure(session.ask("close", client="closed"), "close")


def _unknown(session: Session, _: Server) -> Iterator[str]:
    """What the adapter cannot do is a failure of the adapter, not of the client."""
    reply = session.ask("dance", seconds=_SOON_S)
    if reply is None or "broken" not in reply:
        yield f'the reply to an unknown request is {json.dumps(reply)[:80]}; expected "broken"'
    reply = session.wait(_call(session, "never opened", _entry()), _SOON_S)
    if reply is None or "broken" not in reply:
        yield f'the reply to a call of a client that is not open is {json.dumps(reply)[:80]}; expected "broken"'


def _replies(session: Session, _: Server) -> Iterator[str]:
    yield from session.invalid


def _output(session: Session, _: Server) -> Iterator[str]:
    for line in session.stray[:3]:
        yield f"standard output has the line {line!r}, which is not of the protocol; print to standard error"


def _end(session: Session, _: Server) -> Iterator[str]:
    assert session.process.stdin is not None  # noqa: S101 - it is a pipe
    session.process.stdin.close()
    if not wait_for_end(session.process, _END_S):
        yield f"the adapter did not end within {_END_S:g} s after its input ended; the kit kills it then"


CHECKS: Final[dict[str, Callable[[Session, Server], Iterator[str]]]] = {
    "hello": _hello,
    "ping": _ping,
    "call": _one_call,
    "error": _error,
    "batch": _batch,
    "keys": _keys,
    "concurrent": _concurrent,
    "timeout": _timeout,
    "listen": _listen,
    "close": _close,
    "unknown": _unknown,
    "replies": _replies,
    "output": _output,
    "end": _end,
}
"""The checks after `start`, by name."""
