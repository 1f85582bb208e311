"""What many tests need: a fake, its port, a client that knows its key; and the settings of the whole suite."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from asking import in_process
from hypothesis import settings
from shifts import SHIFTS, for_the_whole_suite, shifted

from synap_mock import SynapMock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_mock import Server

pytest_plugins = ["pytester"]

# Timing says nothing here: the machine is shared. What is slow shows itself in benchmarks/.
settings.register_profile("synap-mock", deadline=None)
settings.load_profile("synap-mock")

# Hypothesis reads the constants of each module that it imports. A process that a test starts in an empty folder finds
# those of an earlier one here.
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(Path(__file__).parent / ".hypothesis")


def pytest_configure(config: pytest.Config) -> None:
    for name in ("CI", "BUILD_NUMBER"):  # with these, a pytest that a test runs repeats each error in its summary
        os.environ.pop(name, None)
    shift = for_the_whole_suite()
    if shift is not None:
        shift.start()
        config.add_cleanup(shift.stop)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that is marked ``any_date`` under each of the shifts."""
    if metafunc.definition.get_closest_marker("any_date"):
        metafunc.fixturenames.insert(0, "wall_clock")
        metafunc.parametrize("wall_clock", SHIFTS, indirect=True)


@pytest.fixture
def wall_clock(request: pytest.FixtureRequest) -> Iterator[None]:
    with shifted(request.param):
        yield


@pytest.fixture
def fake() -> SynapMock:
    return SynapMock()


@pytest.fixture
def server(fake: SynapMock) -> Iterator[Server]:
    with fake.serve() as server:
        yield server


@pytest.fixture
def client(fake: SynapMock, server: Server) -> Iterator[httpx.Client]:
    """An httpx client of the fake's port, with its key."""
    headers = {"Authorization": f"Bearer {fake.api_key}"}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def inside(fake: SynapMock) -> httpx.Client:
    """An httpx client of the app itself, without a socket, with its key."""
    return in_process(fake)


@pytest.fixture
def conversation_id() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def entry(conversation_id: str) -> dict[str, Any]:
    """An entry that keeps every rule."""
    return {"conversation_id": conversation_id, "role": "user", "content": "What's on my calendar today?"}


@pytest.fixture
def project_root() -> Path:
    return Path(__file__).parent
