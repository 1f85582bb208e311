"""What the user names on the command line: ``module:factory``, ``cmd:COMMAND``, ``sdk`` or ``reference``."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from synap_contracts.client import loading
from synap_contracts.client.driver import Inside
from synap_contracts.client.host import Host
from synap_contracts.client.process import Process, Unusable

if TYPE_CHECKING:
    from synap_contracts.client.driver import Driver

OWN: Final = {"reference": "synap_contracts.clients.reference:make", "sdk": "synap_contracts.clients.official:make"}
"""Clients that come with the kit."""


@dataclass(frozen=True)
class Spec:
    """A client, and how it is run.

    Args:
        text: As the user named it.
        folders: Where its module is looked for before the installed ones.
        in_process: Whether it runs in this process, for debugging.
    """

    text: str
    folders: tuple[str, ...] = ("",)
    in_process: bool = False

    @property
    def command(self) -> str | None:
        """The command of an adapter in whatever language."""
        return self.text.removeprefix("cmd:") if self.text.startswith("cmd:") else None

    @property
    def factory(self) -> str | None:
        """`module:factory` of a Python client."""
        return None if self.command is not None else OWN.get(self.text, self.text)

    def start(self) -> Driver:
        """Start the client's adapter.

        Raises:
            Unusable: There is no such client.
            AdapterError: It does not speak the protocol.
        """
        if self.command is not None:
            if not shlex.split(self.command):
                raise Unusable('cmd: names no command; write cmd:COMMAND, as in "cmd:node adapter.mjs"')
            return Process(shlex.split(self.command))
        factory = self.factory or ""
        if ":" not in factory:
            raise Unusable(
                f"there is no client {self.text!r}; a client is module:factory, cmd:COMMAND, {' or '.join(sorted(OWN))}"
            )
        if self.in_process:
            return inside(factory, self.text, self.folders)
        here = [sys.executable, "-P", "-m", "synap_contracts.client", factory, self.text, *self.folders]
        return Process(here)


def inside(factory: str, name: str, folders: tuple[str, ...] = ()) -> Inside:
    """A Python client in this process.

    Raises:
        Unusable: There is no such client.
    """
    try:
        made = loading.load(factory, folders)
    except loading.NoSuchClient as error:
        raise Unusable(str(error)) from error
    return Inside(Host(made, name, loading.version_of(made)))
