"""Tools that some tests need: without one they are skipped, unless the environment requires it."""

from __future__ import annotations

import os

import pytest

REQUIRE = "SYNAP_TESTS_REQUIRE"
"""The environment variable that names the required tools, separated by spaces. `.ci/run` sets it."""


def needs(tool: str, *, found: bool) -> None:
    """Skip what follows, a test or a module, where a tool is missing; fail where it is required.

    Args:
        tool: its name in `REQUIRE`.
        found: whether it is installed.
    """
    if found:
        return
    if tool in os.environ.get(REQUIRE, "").split():
        pytest.fail(f"{tool} is not installed, and {REQUIRE} requires it", pytrace=False)
    pytest.skip(f"{tool} is not installed", allow_module_level=True)
