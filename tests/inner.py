"""Sessions of pytest in this process: what each of them would import or read again, they share."""

from __future__ import annotations

import importlib.metadata
from functools import cached_property
from typing import Any, Final

# pytester removes what an inner run imports; not all of it can be imported twice, and the rest takes half of the run.
import hypothesis.stateful
import maximem_synap
import pytest
import trio

import synap_mock.fixture.session
import synap_mock.transports.server

_IMPORTED_ONCE: Final = (
    *(hypothesis.stateful, maximem_synap, trio),
    *(synap_mock.fixture.session, synap_mock.transports.server),
)


class Installed:
    """An installed distribution whose files are read once, not in every session of pytest."""

    def __init__(self, distribution: importlib.metadata.Distribution) -> None:
        self._distribution = distribution

    def __getattr__(self, name: str) -> Any:
        return getattr(self._distribution, name)

    @cached_property
    def entry_points(self) -> importlib.metadata.EntryPoints:
        return self._distribution.entry_points

    @cached_property
    def metadata(self) -> importlib.metadata.PackageMetadata:
        return self._distribution.metadata

    @property
    def version(self) -> str:
        return self.metadata["Version"]

    @cached_property
    def files(self) -> list[importlib.metadata.PackagePath] | None:
        return self._distribution.files


_INSTALLED: Final = [Installed(each) for each in importlib.metadata.distributions()]


def run_inner(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run pytest in this process, without two plugins that no such session needs: one takes a fifth of its time."""
    plugins = [option for name in ("cacheprovider", "schemathesis") for option in ("-p", f"no:{name}")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.metadata, "distributions", lambda: _INSTALLED)
        return pytester.runpytest_inprocess(*plugins, *options)
