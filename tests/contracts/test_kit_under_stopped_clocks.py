"""The contract kit waits, and keeps its bounds, in real time where a library has stopped Python's clocks."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from clocks import STOPPED, bounded
from synap_contracts.client.driver import Inside
from synap_contracts.client.host.service import Host
from synap_contracts.client.process import Process, Unusable
from synap_contracts.client.protocol import Hung
from synap_contracts.client.real_time import ended, monotonic, pause
from synap_contracts.scenarios.model import one
from synap_contracts.scenarios.shrinking import shrink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synap_contracts.runs.result import Run
    from synap_contracts.scenarios.model import Scenario


@pytest.fixture(autouse=True, params=list(STOPPED.values()), ids=list(STOPPED))
def stopped(request: pytest.FixtureRequest) -> Iterator[None]:
    with bounded(), request.param():
        yield


class Hanging:
    """A client whose calls never return."""

    canceled = threading.Event()

    def __init__(self, base_url: str, api_key: str | None) -> None: ...

    async def record_messages_batch(self, messages: list[dict[str, Any]]) -> None:  # noqa: ARG002 - its signature
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.canceled.set()
            raise


def test_a_pause_takes_real_time() -> None:
    before = monotonic()
    pause(0.02)
    assert monotonic() - before >= 0.019


def test_a_process_that_goes_on_has_not_ended_in_time() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert not ended(process, 0.05)


def test_the_end_of_a_process_is_seen() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE) as process:
        assert ended(process, 20)


def test_a_client_that_hangs_is_given_up() -> None:
    """In the end its call is canceled, after a moment that is a timer of the host's event loop."""
    Hanging.canceled.clear()
    inside = Inside(Host(Hanging, "hanging"))
    try:
        inside.open("a", "http://127.0.0.1:1", None, timeout_s=1, retry="own")
        outcome = inside.outcome(inside.ask("call", client="a", messages=[]), 0.05)
    finally:
        inside.end()
    assert isinstance(outcome, Hung)
    assert Hanging.canceled.is_set()


def test_an_adapter_that_ends_is_reported_with_its_status() -> None:
    with pytest.raises(Unusable, match="ended with status 3"):
        Process([sys.executable, "-c", "raise SystemExit(3)"])


def test_shrinking_ends_in_time() -> None:
    """Unbounded, it tries far more: each entry and each text can be made smaller."""
    entries = [{"conversation_id": "c", "role": "user", "content": "x" * 100} for _ in range(20)]
    tried = []

    def fails(scenario: Scenario) -> bool:
        tried.append(scenario)
        pause(0.01)
        return False

    shrink(one(*entries), fails, 0.05)
    assert 0 < len(tried) < 10


def test_a_run_ends_with_its_result(run: Callable[..., Run]) -> None:
    (result,) = run("honest:Honest", "RES-SUCCESS", examples=1, in_process=False).clauses
    assert result.outcome == "passed"
