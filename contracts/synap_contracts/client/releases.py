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
"""Releases before it want a certificate from a bootstrap that the kit does not serve."""
CACHE_VARIABLE: Final = "SYNAP_MOCK_CACHE"

_PREFIX: Final = "sdk=="
_VERSION: Final = re.compile(r"\d+(\.\d+)*([a-z]+\d+)?(\.(post|dev)\d+)?")
_PYTHON: Final = f"python{sys.version_info.major}.{sys.version_info.minor}"


class NoSuchRelease(Exception):  # noqa: N818 - it is told to the user as it stands
    """The release can't be had; the text says why, and what could be."""


def ordered(version: str) -> tuple[int, ...]:
    """What a version is ordered by: its numbers, as far as they go."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


@dataclass(frozen=True)
class Release:
    """A release of the official SDK.

    Args:
        version: Its number.
        cache: The folder that environments are kept in, or None for `cache_folder()`.
    """

    version: str
    cache: Path | None = None

    @property
    def folder(self) -> Path:
        """Where its environment is kept: one for each version of Python."""
        return (self.cache or cache_folder()) / f"{PACKAGE}-{self.version}-{_PYTHON}"

    @property
    def python(self) -> Path:
        """Its environment's Python."""
        return self.folder / "bin" / "python"

    @property
    def installed(self) -> bool:
        """Whether the environment is there and whole."""
        return self.python.exists()

    def install(self) -> Path:
        """Make the environment, unless it is there.

        Returns:
            Its Python.

        Raises:
            NoSuchRelease: There is no such release, or it can't be installed.
        """
        self._refuse()
        if self.installed:
            return self.python
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            building = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}-", dir=self.folder.parent))
        except OSError as error:
            raise NoSuchRelease(
                f"cannot write into {self.folder.parent}: {error.strerror}; name another with --cache"
            ) from error
        try:
            self._fill(building)
            self._settle(building)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        return self.python

    def _refuse(self) -> None:
        if not _VERSION.fullmatch(self.version):
            raise NoSuchRelease(f"{self.version!r} is no version; write {_PREFIX}0.5.9")
        if ordered(self.version) < ordered(OLDEST):
            raise NoSuchRelease(
                f"{PACKAGE} {self.version} wants a certificate from a bootstrap, which the kit does not serve; "
                f"the oldest release that it runs is {OLDEST}"
            )

    def _fill(self, building: Path) -> None:
        own_pip = importlib.util.find_spec("pip") is not None
        python = str(building / "bin" / "python")
        _ran(
            f"an environment for {PACKAGE} {self.version} can't be made",
            [sys.executable, "-m", "venv", *(["--without-pip"] if own_pip else []), str(building)],
        )
        pip = [sys.executable, "-m", "pip", "--python", python] if own_pip else [python, "-m", "pip"]
        quietly = ["--quiet", "--no-input", "--disable-pip-version-check"]
        _ran(
            f"{PACKAGE} {self.version} can't be installed",
            [*pip, "install", *quietly, f"{PACKAGE}=={self.version}"],
        )

    def _settle(self, building: Path) -> None:
        """Take its place in one step: a run beside this one sees a whole environment, or none."""
        try:
            building.rename(self.folder)
        except OSError as error:
            if not self.installed:
                raise NoSuchRelease(f"cannot write {self.folder}: {error.strerror}") from error


def named(text: str, cache: Path | None = None) -> Release | None:
    """The release that a client's name asks for, or None where it asks for none."""
    return Release(text.removeprefix(_PREFIX).strip(), cache) if text.startswith(_PREFIX) else None


def cache_folder() -> Path:
    """Where environments are kept: `SYNAP_MOCK_CACHE`, or `synap-mock` in the user's own cache folder."""
    if said := os.environ.get(CACHE_VARIABLE):
        return Path(said).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "synap-mock"


def published() -> tuple[str, ...]:
    """Every release that pip's package index has and the kit can run, the oldest first.

    Raises:
        NoSuchRelease: The index can't be asked.
    """
    said = _ran(
        f"the releases of {PACKAGE} can't be listed",
        [sys.executable, "-m", "pip", "index", "versions", PACKAGE, "--disable-pip-version-check"],
    )
    listed = re.search(r"Available versions: (.+)", said)
    versions = listed[1].split(", ") if listed else []
    return tuple(sorted((each for each in versions if ordered(each) >= ordered(OLDEST)), key=ordered))


def _ran(otherwise: str, command: Sequence[str]) -> str:
    """What a command printed.

    Raises:
        NoSuchRelease: It failed; the text is `otherwise` and the last error that it told of.
    """
    # What the user set for our own Python is not meant for the environment's.
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603 - our own
    except OSError as error:
        raise NoSuchRelease(f"{otherwise}: {error.strerror}") from error
    if done.returncode:
        errors = re.findall(r"^ERROR: (.+)", done.stderr, re.MULTILINE) or done.stderr.strip().splitlines()
        raise NoSuchRelease(f"{otherwise}: {errors[-1] if errors else f'status {done.returncode}'}")
    return done.stdout
