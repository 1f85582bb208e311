"""How a user names a client: ``module:factory``, ``cmd:COMMAND``, ``sdk``, ``sdk==0.5.9`` or ``reference``."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.client import releases
from synap_contracts.client.host import bootstrap, loading
from synap_contracts.client.host.service import Host
from synap_contracts.client.in_process import InProcess
from synap_contracts.client.process import Process, UnusableClient

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from synap_contracts.client.driver import Driver

BUNDLED: Final = {
    "reference": "synap_contracts.client.bundled.reference:make",
    "sdk": "synap_contracts.client.bundled.official:make",
}
"""The clients that come with the kit."""


@dataclass(frozen=True)
class Spec:
    """A client, and how to start it.

    Args:
        text: The client as the user named it.
        folders: Where its module is searched before the installed ones.
        in_process: Whether it runs in this process, for debugging.
        cache: The folder of the environments of SDK releases, or None for the user's cache folder.
    """

    text: str
    folders: tuple[str, ...] = ("",)
    in_process: bool = False
    cache: Path | None = None

    @property
    def command(self) -> str | None:
        """The command of an adapter in any language."""
        return self.text.removeprefix("cmd:") if self.text.startswith("cmd:") else None

    @property
    def release(self) -> releases.Release | None:
        """The release of the official SDK, if the user named one by number."""
        return releases.parse(self.text, self.cache)

    @property
    def factory(self) -> str | None:
        """The `module:factory` of a Python client."""
        return None if self.command is not None else BUNDLED.get(self.text, self.text)

    def start(self) -> Driver:
        """Start the client's adapter.

        Raises:
            UnusableClient: The client does not exist.
            AdapterError: The adapter does not follow the protocol.
        """
        if self.command is not None:
            if not shlex.split(self.command):
                raise UnusableClient('cmd: names no command; write cmd:COMMAND, such as "cmd:node adapter.mjs"')
            return Process(shlex.split(self.command))
        if self.release is not None:
            return self._start_release(self.release, BUNDLED["sdk"])
        factory = self.factory or ""
        if ":" not in factory:
            raise UnusableClient(
                f"no client is named {self.text!r}; "
                "expected module:factory, cmd:COMMAND, sdk, sdk==VERSION or reference"
            )
        if self.in_process:
            return start_in_process(factory, self.text, self.folders)
        here = [sys.executable, "-P", "-m", "synap_contracts.client", factory, self.text, *self.folders]
        return Process(here)

    def _start_release(self, release: releases.Release, factory: str) -> Driver:
        if self.in_process:
            raise UnusableClient("a release runs in an environment of its own, not in this process")
        try:
            python = release.install()
        except releases.UnusableRelease as error:
            raise UnusableClient(str(error)) from error
        return Process([str(python), "-I", bootstrap.__file__, factory, self.text, *self.folders])


@dataclass(frozen=True, kw_only=True)
class FactorySpec(Spec):
    """A client whose factory is a function of this process. `text` is where the function is defined.

    Args:
        function: The factory.
    """

    function: Callable[..., Any]

    def start(self) -> Driver:
        """Start the host in this process."""
        return InProcess(Host(self.function, self.text, loading.version_of(self.function)))


def start_in_process(factory: str, name: str, folders: tuple[str, ...] = ()) -> InProcess:
    """Start a Python client in this process.

    Raises:
        UnusableClient: The client does not exist.
    """
    try:
        function = loading.load(factory, folders)
    except loading.UnusableFactory as error:
        raise UnusableClient(str(error)) from error
    return InProcess(Host(function, name, loading.version_of(function)))
