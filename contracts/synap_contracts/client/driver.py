"""The kit's side of the protocol: concurrent requests to one adapter, each with a deadline."""

from __future__ import annotations

import itertools
import threading
from abc import ABC, abstractmethod
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final, Literal

from synap_contracts.client import protocol
from synap_contracts.client.protocol import AdapterError, Ended, Hung, Json, Outcome, has_tagged
from synap_contracts.client.real_time import monotonic, pause

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

Retry = Literal["fast", "own"]

START_S: Final = 60.0
"""The time limit for an adapter's hello: a compiler may run first, on a loaded machine."""
OPEN_S: Final = 30.0
"""The time limit for opening and closing a client."""
PONG_S: Final = 20.0
"""The time limit for the reply to a ping."""
PRINTED: Final = "printed: "
"""The prefix of printed text among log records."""
SOON_S: Final = 0.002
"""A reply that takes longer than this is waited for: other threads of a job may work meanwhile."""
NORMAL_TIMEOUT_S: Final = 60.0
SHORT_TIMEOUT_S: Final = 0.5


class Driver(ABC):
    """Exchanges requests and replies with one adapter."""

    hello: protocol.Hello

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._replies: dict[int, Json] = {}
        self._ignored: set[int] = set()
        self._changed = threading.Condition()
        self._failure: str | None = None
        self._ended: tuple[int | None, str] | None = None
        self.waiting: Callable[[], AbstractContextManager[None]] = nullcontext
        """Surrounds a wait."""

    @abstractmethod
    def write(self, request: Json) -> None:
        """Send one request to the adapter."""

    @abstractmethod
    def end(self) -> None:
        """End the adapter by force."""

    def end_gently(self) -> tuple[str, ...]:
        """Let an adapter that is a process end, and return what it printed before."""
        return ()

    @abstractmethod
    def printed(self) -> str:
        """Return what the adapter printed outside the protocol since the last time."""

    def send(self, do: str, **attributes: Json) -> int:
        """Send a request and return its number."""
        number = next(self._numbers)
        self.write({"id": number, "do": do, **attributes})
        return number

    def receive(self, reply: Json) -> None:
        """Store a reply that arrived."""
        with self._changed:
            if reply.get("id") in self._ignored:
                self._ignored.discard(reply["id"])
                return
            self._replies[reply.get("id")] = reply
            self._changed.notify_all()

    def fail(self, reason: str, ended: tuple[int | None, str] | None = None) -> None:
        """Store that the adapter failed permanently, and, if its process ended, the status and the last output."""
        with self._changed:
            if self._failure is None:
                self._failure, self._ended = reason, ended
            self._changed.notify_all()

    def reply(self, number: int, seconds: float) -> Json | None:
        """Wait for the reply to a request, and return it, or None if it did not arrive in time.

        Raises:
            AdapterError: The adapter crashed, or broke the protocol.
        """
        if not self._arrived(number, min(seconds, SOON_S)) and seconds > SOON_S:
            with self.waiting():
                self._arrived(number, seconds - SOON_S)
        with self._changed:
            if number in self._replies:
                return self._replies.pop(number)
            if self._failure:
                raise AdapterError(self._failure)
            return None

    def _arrived(self, number: int, seconds: float) -> bool:
        """Wait for a reply or the end of the adapter, and return whether there is one."""
        with self._changed:
            settled = self._changed.wait_for(lambda: number in self._replies or self._failure, timeout=seconds)
            return bool(settled)

    def outcome(self, number: int, seconds: float) -> Outcome:
        """Wait for the outcome of an open, a call or a close. A client hung if its adapter answers a ping meanwhile.

        Raises:
            AdapterError: The adapter crashed, broke the protocol or does not answer a ping either.
        """
        began = monotonic()
        try:
            return self._outcome(number, seconds)
        except AdapterError:
            # Another client, which is being closed, can be the one that ended the process.
            if self._ended is None or "ends" not in self.hello.can or self._ignored:
                raise
            return Ended(monotonic() - began, *self._ended)

    def _outcome(self, number: int, seconds: float) -> Outcome:
        reply = self.reply(number, seconds)
        if reply is None:
            if self.reply(self.send("ping"), PONG_S) is None:
                raise AdapterError(
                    f"it did not answer a ping within {PONG_S:g} s, which happens if a client blocks its event loop"
                )
            reply = self.reply(number, 0.5)
        return Hung(seconds) if reply is None else protocol.parse_outcome(reply)

    def open(self, client: str, base_url: str, api_key: str | None, *, timeout_s: float, retry: Retry) -> Outcome:
        """Open a client."""
        number = self.send("open", client=client, base_url=base_url, api_key=api_key, timeout_s=timeout_s, retry=retry)
        return self.outcome(number, OPEN_S)

    def call(self, client: str, messages: list[Json], *, given: str, loop: str) -> int:
        """Call a client, and return the number of the request."""
        how: dict[str, Json] = {"given": given, "loop": loop} | ({"tagged": True} if has_tagged(messages) else {})
        return self.send("call", client=client, messages=messages, **how)

    def close(self, client: str) -> Outcome:
        """Close a client."""
        return self.outcome(self.send("close", client=client), OPEN_S)

    def close_later(self, client: str) -> None:
        """Close a client without waiting: it can take seconds."""
        self._ignored.add(self.send("close", client=client))

    def listen(self) -> None:
        """Begin to collect log records and output."""
        self.printed()
        if "listen" in self.hello.can:
            self.reply(self.send("listen", on=True), PONG_S)

    def stop_listening(self) -> tuple[str, ...]:
        """Return what was logged and printed since `listen`."""
        if self._ended is not None:
            return self.printed_texts()
        reply = self.reply(self.send("listen", on=False), PONG_S) if "listen" in self.hello.can else None
        pause(0.05)  # standard error is another pipe, and may arrive later than the reply
        return (*((reply or {}).get("answer") or ()), *self.printed_texts())

    def printed_texts(self) -> tuple[str, ...]:
        """Return what was printed, as one prefixed text if there is any."""
        printed = self.printed()
        return (f"{PRINTED}{printed}",) if printed else ()
