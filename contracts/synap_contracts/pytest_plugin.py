"""The pytest plugin: options for `pytest --pyargs synap_contracts`. It imports only pytest.

The options need an entry point: pytest reads a package's conftest too late for the command line.
"""

from __future__ import annotations

import os
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
    group.addoption("--synap-contract", metavar="DATE", help="test the clauses of this revision of the contract")
    group.addoption("--synap-for", metavar="DURATION", help="check each client for this long, such as 5m or 1h30m")
    group.addoption(
        "--synap-database",
        metavar="DIR|URL",
        default=os.environ.get("SYNAP_MOCK_EXAMPLES"),
        help="share counterexamples: a folder, or redis://HOST:PORT/NUMBER (or the variable SYNAP_MOCK_EXAMPLES)",
    )
    group.addoption("--synap-seed", type=int, metavar="N", help="draw the same scenarios again")
    group.addoption("--synap-known-failures", metavar="FILE", help="TOML that lists known failures")
