"""What the user names: ``module:factory``, ``cmd:COMMAND``, ``sdk``, ``sdk==0.5.9`` or ``reference``."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from synap_contracts.client import releases
from synap_contracts.client.driver import Inside
from synap_contracts.client.host import bootstrap, loading
from synap_contracts.client.host.service import Host
from synap_contracts.client.process import Process, Unusable

if TYPE_CHECKING:
    from pathlib import Path

    from synap_contracts.client.driver import Driver

OWN: Final = {
    "reference": "synap_contracts.client.bundled.reference:make",
    "sdk": "synap_contracts.client.bundled.official:make",
}
"""Clients that come with the kit."""


@dataclass(frozen=True)
class Spec:
    """A client, and how it is run.

    Args:
        text: As the user named it.
        folders: Where its module is looked for before the installed ones.
        in_process: Whether it runs in this process, for debugging.
        cache: Where environments of the official SDK's releases are kept, or None for the user's cache folder.
    """

    text: str
    folders: tuple[str, ...] = ("",)
    in_process: bool = False
    cache: Path | None = None

    @property
    def command(self) -> str | None:
        """The command of an adapter in whatever language."""
        return self.text.removeprefix("cmd:") if self.text.startswith("cmd:") else None

    @property
    def release(self) -> releases.Release | None:
        """The release of the official SDK that is asked for by number."""
        return releases.named(self.text, self.cache)

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
        if self.release is not None:
            return self._released(self.release)
        factory = self.factory or ""
        if ":" not in factory:
            raise Unusable(
                f"there is no client {self.text!r}; "
                "a client is module:factory, cmd:COMMAND, sdk, sdk==VERSION or reference"
            )
        if self.in_process:
            return inside(factory, self.text, self.folders)
        here = [sys.executable, "-P", "-m", "synap_contracts.client", factory, self.text, *self.folders]
        return Process(here)

    def _released(self, release: releases.Release) -> Driver:
        if self.in_process:
            raise Unusable("a release runs in an environment of its own, never in this process")
        try:
            python = release.install()
        except releases.NoSuchRelease as error:
            raise Unusable(str(error)) from error
        return Process([str(python), "-I", bootstrap.__file__, OWN["sdk"], self.text, *self.folders])


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
