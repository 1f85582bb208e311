"""The pytest plugin: options for `pytest --pyargs synap_contracts`. It imports only pytest.

The options need an entry point: pytest reads a package's conftest too late for the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("synap_contracts", "Synap's contract: pytest --pyargs synap_contracts --synap-client=SPEC")
    group.addoption(
        "--synap-client", metavar="SPEC", help="module:factory, cmd:COMMAND, sdk, sdk==RELEASE or reference"
    )
    group.addoption("--synap-path", action="append", metavar="DIR", help="where to search for module:factory")
    group.addoption("--synap-strict", action="store_true", help="fail the test of a SHOULD that fails")
    group.addoption("--synap-profile", choices=("quick", "default", "deep"), help="how deep to search")
    group.addoption("--synap-seed", type=int, metavar="N", help="draw the same scenarios again")
    group.addoption("--synap-known-failures", metavar="FILE", help="TOML that lists known failures")
