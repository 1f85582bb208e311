"""What every test here stands on: one fake on a port, clean before each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from faults.asked import Asked

from synap_mock import SynapMock

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def served() -> Iterator[Asked]:
    fake = SynapMock(seed=0)  # with a seed, ids are the same after every reset
    with fake.serve() as server:
        yield Asked(fake, server.url)


@pytest.fixture
def asked(served: Asked) -> Asked:
    served.fake.reset()
    return served
