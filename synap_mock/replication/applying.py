"""Applies entries to the state, by running the app by hand: the same state everywhere, whichever worker it is."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from synap_mock.domain.values.sources import Replayed, using
from synap_mock.http.control.guard import ADMITTED
from synap_mock.http.steps.fault import LINE
from synap_mock.replication.entries import CallEntry, TokenEntry, WaitedEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from starlette.types import ASGIApp, Message, Receive

    from synap_mock.domain.faults.connections import Latency
    from synap_mock.domain.faults.fault import Lost, Unreachable
    from synap_mock.domain.values.clock import Clock
    from synap_mock.http.steps.fault import Unsent
    from synap_mock.replication.entries import Entry
    from synap_mock.replication.snapshots import Snapshot

_PATIENCE: Final = 60_000_000
"""Microseconds after a wait's end when its worker counts as ended, and the wait as one whose client has gone."""
_FAILED: Final = b'{"error":"internal error","code":"INTERNAL_ERROR","details":{}}'
_log: Final = logging.getLogger("synap_mock")


class Outcome(NamedTuple):
    """What applying an entry has led to.

    Attributes:
        messages: the response, in ASGI's messages.
        lost: how the response is lost on the line, and what it was; None: it is sent.
        wait: what its response waits for first; the rest follows when a `WaitedEntry` is applied.
    """

    messages: list[Message]
    lost: tuple[Lost | Unreachable, Unsent] | None = None
    wait: Latency | None = None


class Applier:
    """Applies entries, in their order.

    Args:
        app: the app of the fake, whose worlds the snapshot has.
        start: the state before the first of them.

    Attributes:
        worlds: the fake's.
        at: the time of the newest entry, in microseconds since 1970.
    """

    def __init__(self, app: ASGIApp, start: Snapshot) -> None:
        self._app = app
        self.worlds, self.at = start
        self._waiting: dict[tuple[str, int], tuple[_Run, int]] = {}
        """Calls that wait, each with the time after which its worker counts as ended."""

    @property
    def is_waiting(self) -> bool:
        """Whether a call waits: then the state is not all that there is."""
        return bool(self._waiting)

    def apply(self, entry: Entry) -> Outcome:
        """Apply an entry."""
        self.at = max(self.at, entry.at)  # the clocks of two hosts differ
        with using(Replayed(self.at, entry.seed)):
            if self._waiting:
                self._abandon_overdue()
            match entry:
                case CallEntry():
                    return self._step((entry.writer, entry.number), _Run(self._app, entry), None)
                case WaitedEntry():
                    waiting = self._waiting.pop(entry.call, None)
                    if waiting is not None:
                        return self._step(entry.call, waiting[0], entry.is_there)
                case TokenEntry():
                    self.worlds.protect(entry.token)
        return Outcome([])

    def _step(self, call: tuple[str, int], run: _Run, sent: bool | None) -> Outcome:  # noqa: FBT001 - what a coroutine is sent
        try:
            wait = run.step(sent)
        except Exception:  # noqa: BLE001 - the same in every worker, and none may end
            _log.exception("a call failed")
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(_FAILED)).encode())]
            start = {"type": "http.response.start", "status": 500, "headers": headers}
            return Outcome([start, {"type": "http.response.body", "body": _FAILED}])
        if wait is not None:
            self._waiting[call] = run, self.at + round(wait.seconds * 1_000_000) + _PATIENCE
        return Outcome(run.messages, run.line.lost, wait)

    def _abandon_overdue(self) -> None:
        for call, (run, until) in list(self._waiting.items()):
            if self.at > until:
                del self._waiting[call]
                self._step(call, run, sent=False)


class _Wait:
    """The wait of a late response; its result says whether the client still waits."""

    def __init__(self, fault: Latency) -> None:
        self.fault = fault

    def __await__(self) -> Generator[_Wait, bool, bool]:
        return (yield self)


class _Run:
    """A run of the app for one call."""

    def __init__(self, app: ASGIApp, entry: CallEntry) -> None:
        self._entry = entry
        self.messages: list[Message] = []
        self.line = _Line(is_gone=entry.is_gone)
        self._run: Any = app(_scope(entry, self.line), self._receive, self._send)  # an async function's coroutine

    def step(self, sent: bool | None) -> Latency | None:  # noqa: FBT001 - what a coroutine is sent
        """Run the app on; return what its response waits for, None at its end."""
        try:
            wait = self._run.send(sent)
            while wait is None:  # it lets others take their turn
                wait = self._run.send(None)
        except StopIteration:
            return None
        if not isinstance(wait, _Wait):
            raise RuntimeError(f"{self._entry.method} {self._entry.path} waits for something")  # noqa: TRY004 - not an argument
        return wait.fault

    async def _receive(self) -> Message:
        entry = self._entry
        # A body over the cap has its size, so that it is over the cap here too.
        rest = bytes(entry.size - len(entry.body))
        return {"type": "http.request", "body": entry.body + rest if rest else entry.body, "more_body": False}

    async def _send(self, message: Message) -> None:
        self.messages.append(message)


def _scope(entry: CallEntry, line: _Line) -> dict[str, Any]:
    extensions: dict[str, Any] = {LINE: line}
    if entry.admitted is not None:
        extensions[ADMITTED] = entry.admitted
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": entry.method,
        "scheme": "http",
        "path": entry.path,
        "raw_path": entry.path.encode("latin-1", "replace"),
        "query_string": entry.query.encode("latin-1"),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in entry.headers],
        "client": ("127.0.0.1", 0),
        "server": None,
        "state": {},
        "extensions": extensions,
    }


class _Line:
    """The `Line` of a call whose connection another worker may have."""

    def __init__(self, *, is_gone: bool) -> None:
        self.is_socket = False
        self.ends = False
        self.lost: tuple[Lost | Unreachable, Unsent] | None = None
        self._is_gone = is_gone

    def load(self) -> None:
        return None

    def at_end(self, _: Callable[[], None]) -> AbstractContextManager[None]:
        return nullcontext()

    async def late(self, fault: Latency, clock: Clock, receive: Receive) -> bool:  # noqa: ARG002 - a transport's shape
        return await _Wait(fault)

    def is_gone(self) -> bool:
        return self._is_gone

    async def lose(self, fault: Lost | Unreachable, unsent: Unsent) -> None:
        self.lost = fault, unsent
