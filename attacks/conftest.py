"""The options of `make attack`."""

from __future__ import annotations

import secrets

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=None, help="seed of the fuzzed requests; random by default")
    parser.addoption("--count", type=int, default=30_000, help="how many fuzzed requests to send")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    given: int | None = request.config.getoption("--seed")
    return secrets.randbits(32) if given is None else given


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--count"))
