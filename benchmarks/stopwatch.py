"""A pytest plugin that times every test as a whole: set-up, call, clean-up, reports. `--readings` names its file."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

Given = TypeVar("Given")


class Span(NamedTuple):
    """How long something took, in seconds."""

    clock: float
    """What passed meanwhile."""
    computed: float
    """How much of it this process was computing."""


class Stopwatch:
    """What one pytest process has read: of every test, and of what tests have it time."""

    def __init__(self) -> None:
        self.tests: list[Span] = []
        self.calls: list[Span] = []
        self.examples = 0
        """Examples that have run; the tests count them."""

    def call(self, function: Callable[[], Given]) -> Given:
        """Call a function, and time it."""
        began = _now()
        given = function()
        self.calls.append(_since(began))
        return given


_STOPWATCH: Final = pytest.StashKey[Stopwatch]()


@pytest.fixture(scope="session")
def stopwatch(request: pytest.FixtureRequest) -> Stopwatch:
    """The process's own."""
    return request.config.stash[_STOPWATCH]


def pytest_addoption(parser: pytest.Parser) -> None:
    """The file to write."""
    parser.addoption("--readings", type=Path, required=True)


def pytest_configure(config: pytest.Config) -> None:
    """Nothing is read yet."""
    config.stash[_STOPWATCH] = Stopwatch()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Time a test, with all that plugins do around it."""
    began = _now()
    result = yield
    item.config.stash[_STOPWATCH].tests.append(_since(began))
    return result


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what was read."""
    file: Path = session.config.getoption("--readings")
    file.write_text(json.dumps(vars(session.config.stash[_STOPWATCH])), encoding="utf-8")


def _now() -> Span:
    return Span(time.perf_counter(), time.process_time())


def _since(began: Span) -> Span:
    now = _now()
    return Span(now.clock - began.clock, now.computed - began.computed)
