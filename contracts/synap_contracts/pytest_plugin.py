"""The pytest plugin: options for `pytest --pyargs synap_contracts`. It imports pytest only.

They need an entry point of their own: in a package's conftest, options come too late for the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options."""
    group = parser.getgroup("synap_contracts", "Synap's contract: pytest --pyargs synap_contracts --synap-client=SPEC")
    group.addoption(
        "--synap-client", metavar="SPEC", help="module:factory, cmd:COMMAND, sdk, sdk==RELEASE or reference"
    )
    group.addoption("--synap-path", action="append", metavar="DIR", help="where module:factory is looked for")
    group.addoption("--synap-strict", action="store_true", help="a SHOULD that fails fails its test")
    group.addoption("--synap-profile", choices=("quick", "default", "deep"), help="how deep to search")
    group.addoption("--synap-seed", type=int, metavar="N", help="draws the same scenarios again")
    group.addoption("--synap-known-failures", metavar="FILE", help="TOML that lists failures to let be")
