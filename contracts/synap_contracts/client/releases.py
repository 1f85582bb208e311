"""Releases of the official SDK, each in an environment of its own: ``sdk==0.5.9``."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGE: Final = "maximem-synap"
OLDEST: Final = "0.2.3"
"""Older releases require a certificate from a bootstrap service that the kit does not provide."""
CACHE_VARIABLE: Final = "SYNAP_MOCK_CACHE"

_PREFIX: Final = "sdk=="
_VERSION: Final = re.compile(r"\d+(\.\d+)*([a-z]+\d+)?(\.(post|dev)\d+)?")
_PYTHON: Final = f"python{sys.version_info.major}.{sys.version_info.minor}"


class UnusableRelease(Exception):  # noqa: N818 - the text is shown to the user unchanged
    """The release cannot be installed. The text states why, and which can be."""


def version_key(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, to order versions by."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


@dataclass(frozen=True)
class Release:
    """A release of the official SDK.

    Args:
        version: The version number.
        cache: The folder of the environments, or None for `cache_folder()`.
    """

    version: str
    cache: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder of its environment: one for each version of Python."""
        return (self.cache or cache_folder()) / f"{PACKAGE}-{self.version}-{_PYTHON}"

    @property
    def python(self) -> Path:
        """The Python of its environment."""
        return self.folder / "bin" / "python"

    @property
    def installed(self) -> bool:
        """Whether the environment exists and is complete."""
        return self.python.exists()

    def install(self) -> Path:
        """Create the environment, unless it exists.

        Returns:
            The path of its Python.

        Raises:
            UnusableRelease: The release does not exist, or cannot be installed.
        """
        self._check()
        if self.installed:
            return self.python
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            building = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}-", dir=self.folder.parent))
        except OSError as error:
            raise UnusableRelease(
                f"cannot write to {self.folder.parent}: {error.strerror}; name another folder with --cache"
            ) from error
        try:
            self._fill(building)
            self._move(building)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        return self.python

    def _check(self) -> None:
        if not _VERSION.fullmatch(self.version):
            raise UnusableRelease(f"{self.version!r} is not a version; expected {_PREFIX}0.5.9")
        if version_key(self.version) < version_key(OLDEST):
            raise UnusableRelease(
                f"{PACKAGE} {self.version} requires a certificate from a bootstrap service that the kit does not have; "
                f"the oldest supported release is {OLDEST}"
            )

    def _fill(self, building: Path) -> None:
        own_pip = importlib.util.find_spec("pip") is not None
        python = str(building / "bin" / "python")
        _run(
            f"the environment for {PACKAGE} {self.version} cannot be created",
            [sys.executable, "-m", "venv", *(["--without-pip"] if own_pip else []), str(building)],
        )
        pip = [sys.executable, "-m", "pip", "--python", python] if own_pip else [python, "-m", "pip"]
        quietly = ["--quiet", "--no-input", "--disable-pip-version-check"]
        _run(
            f"{PACKAGE} {self.version} cannot be installed",
            [*pip, "install", *quietly, f"{PACKAGE}=={self.version}"],
        )

    def _move(self, building: Path) -> None:
        """Move the environment in one step, so that a concurrent run sees a complete environment or none."""
        try:
            building.rename(self.folder)
        except OSError as error:
            if not self.installed:
                raise UnusableRelease(f"cannot write {self.folder}: {error.strerror}") from error


def parse(text: str, cache: Path | None = None) -> Release | None:
    """Return the release that a client's name requests, or None."""
    return Release(text.removeprefix(_PREFIX).strip(), cache) if text.startswith(_PREFIX) else None


def cache_folder() -> Path:
    """Return the folder of the environments: `SYNAP_MOCK_CACHE`, or `synap-mock` in the user's cache folder."""
    if folder := os.environ.get(CACHE_VARIABLE):
        return Path(folder).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "synap-mock"


def published() -> tuple[str, ...]:
    """Return all releases that the package index has and the kit supports, the oldest first.

    Raises:
        UnusableRelease: The index cannot be read.
    """
    output = _run(
        f"the releases of {PACKAGE} cannot be listed",
        [sys.executable, "-m", "pip", "index", "versions", PACKAGE, "--disable-pip-version-check"],
    )
    listed = re.search(r"Available versions: (.+)", output)
    versions = listed[1].split(", ") if listed else []
    return tuple(sorted((each for each in versions if version_key(each) >= version_key(OLDEST)), key=version_key))


def _run(failure: str, command: Sequence[str]) -> str:
    """Run a command and return its output.

    Raises:
        UnusableRelease: The command failed. The text is `failure` and the last error that it printed.
    """
    # The user's variables for our Python must not affect the environment's.
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603 - our own
    except OSError as error:
        raise UnusableRelease(f"{failure}: {error.strerror}") from error
    if done.returncode:
        errors = re.findall(r"^ERROR: (.+)", done.stderr, re.MULTILINE) or done.stderr.strip().splitlines()
        raise UnusableRelease(f"{failure}: {errors[-1] if errors else f'status {done.returncode}'}")
    return done.stdout
