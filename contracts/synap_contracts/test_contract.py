"""What `pytest --pyargs synap_contracts --synap-client=SPEC` runs: a test a clause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from synap_contracts.recording_contract import RecordingContract

if TYPE_CHECKING:
    from synap_contracts.recording_contract import Factory


class TestContract(RecordingContract):
    """The client that the command line names."""

    @classmethod
    def named(cls, config: pytest.Config) -> str | Factory | None:
        """The command line's."""
        client: str | None = config.getoption("synap_client", None)
        if client is None:
            raise pytest.UsageError("name the client: pytest --pyargs synap_contracts --synap-client=SPEC")
        return client
