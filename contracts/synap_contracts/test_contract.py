"""The tests of `pytest --pyargs synap_contracts --synap-client=SPEC`: a test per clause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from synap_contracts.recording_contract import RecordingContract

if TYPE_CHECKING:
    from synap_contracts.recording_contract import Factory


class TestContract(RecordingContract):
    """The client that the command line names."""

    @classmethod
    def client_for(cls, config: pytest.Config) -> str | Factory | None:
        """Return the client of the command line."""
        client: str | None = config.getoption("synap_client", None)
        if client is None:
            raise pytest.UsageError("name the client: pytest --pyargs synap_contracts --synap-client=SPEC")
        return client
