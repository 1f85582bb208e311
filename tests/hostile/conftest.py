"""What every test here stands on: a fake of each dialect, clean before, as ever after, and a log without errors."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, get_args

import pytest
from hostile.live import going_live

from synap_mock.settings import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostile.live import Live


@pytest.fixture(scope="module", params=get_args(Dialect))
def live(request: pytest.FixtureRequest) -> Iterator[Live]:
    with going_live(dialect=request.param) as live:
        yield live


@pytest.fixture
def served(live: Live) -> Iterator[Live]:
    """A clean fake, of which a batch is expected to be served as ever whatever the test has sent."""
    with live.tried():
        yield live


@pytest.fixture(autouse=True)
def nothing_is_logged_as_an_error(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A response lost on its way is not a 5xx that a client sees, but the server's log has it."""
    yield
    records = [*caplog.get_records("call"), *caplog.get_records("teardown")]
    assert [record.getMessage() for record in records if record.levelno >= logging.ERROR] == []
