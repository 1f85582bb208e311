"""A conversation with an adapter that may break the protocol: what is wrong is noted, and the conversation goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from synap_contracts.client import wire
from synap_contracts.client.checking.types import problems
from synap_contracts.client.driver import START_S
from synap_contracts.client.process import HELLO_HINT, Process
from synap_contracts.client.protocol import AdapterError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from synap_contracts.client.protocol import Json

SOON_S: Final = 3.0
"""After this time without a hello, the user is informed."""
_OUTCOMES = ("answer", "raised", "broken")


class Ended(Exception):  # noqa: N818 - not an error of ours
    """The adapter ended, so nothing more can be asked."""


class Session(Process):
    """A running adapter.

    Args:
        command: The command.
        start_s: The time limit for its hello, in seconds.
        report: Called with a text if the hello does not come soon.

    Raises:
        UnusableClient: The command does not exist, or it sent no hello.
        AdapterError: Its first line is not a hello.
    """

    def __init__(
        self, command: Sequence[str], start_s: float = START_S, report: Callable[[str], object] = lambda _: None
    ) -> None:
        self.start_s = start_s
        self._report = report
        self.stray: list[str] = []
        """Lines on standard output that are not JSON objects."""
        self.invalid: list[str] = []
        """What is wrong with replies."""
        self._open: dict[int, str] = {}
        super().__init__(command)

    @property
    def first(self) -> Json:
        """The first line."""
        return self._first

    def _wait_for_first_line(self, seconds: float) -> bool:
        soon = min(SOON_S, seconds)
        if super()._wait_for_first_line(soon):
            return True
        if seconds > soon:
            stray = f"; so far, standard output has the line {self.stray[0]!r}" if self.stray else ""
            self._report(f"no hello after {soon:g} s, waiting up to {seconds:g} s; {HELLO_HINT}{stray}")
        return super()._wait_for_first_line(seconds - soon)

    def write(self, request: Json) -> None:
        """Write one request."""
        self._open[request["id"]] = str(request["do"])
        super().write(request)

    def _read_replies(self) -> None:
        assert self.process.stdout is not None  # noqa: S101 - it is a pipe
        for line in self.process.stdout:
            try:
                value = json.loads(line)
            except ValueError:
                value = None
            if not isinstance(value, dict):
                self.stray.append(line[:80].decode(errors="replace").rstrip("\n"))
            elif self._first is None:
                with self._changed:
                    self._first = value
                    self._changed.notify_all()
            else:
                self._note(value)
                self.receive(value)
        self._fail_ended()

    def _note(self, reply: Json) -> None:
        """Note what is wrong with a reply."""
        name = self._open.pop(reply.get("id"), None) if isinstance(reply.get("id"), int) else None
        if name is None:
            shown = json.dumps(reply)[:80]
            self.invalid.append(f"a reply repeats the id of no open request: {shown}; copy the id of the request")
            return
        given = [each for each in _OUTCOMES if each in reply]
        if len(given) != 1:
            has = " and ".join(given) or "none"
            self.invalid.append(f'the reply to {name} has {has} of "answer", "raised", "broken"; expected one')
        else:
            self.invalid += [f"the reply to {name}: {text}" for text in problems(reply, wire.Reply)]

    def ask(self, do: str, *, seconds: float = 20.0, **fields: Json) -> Json | None:
        """Send a request, and return the reply, or None if none arrived in time.

        Raises:
            Ended: The adapter ended.
        """
        return self.wait(self.send(do, **fields), seconds)

    def has_reply(self, number: int) -> bool:
        """Return whether the reply to a request has arrived, and was not waited for."""
        return number in self._replies

    def wait(self, number: int, seconds: float = 20.0) -> Json | None:
        """Return the reply to a request, or None if it did not arrive in time.

        Raises:
            Ended: The adapter ended.
        """
        try:
            return self.reply(number, seconds)
        except AdapterError as error:
            raise Ended(str(error)) from None
