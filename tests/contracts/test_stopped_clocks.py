"""The kit waits, and limits its time, in real time even if a library has stopped Python's clocks."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from clocks import STOPPED, bounded
from synap_contracts.client.host.service import Host
from synap_contracts.client.in_process import InProcess
from synap_contracts.client.process import Process, UnusableClient
from synap_contracts.client.protocol import Hung
from synap_contracts.client.real_time import monotonic, pause, wait_for_end
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


def test_pause_takes_real_time() -> None:
    before = monotonic()
    pause(0.02)
    assert monotonic() - before >= 0.019


def test_running_process_has_not_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert not wait_for_end(process, 0.05)


def test_end_of_a_process_is_noticed() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE) as process:
        assert wait_for_end(process, 20)


def test_hanging_client_hung() -> None:
    """Its call is canceled at the end, by a timer of the host's event loop."""
    Hanging.canceled.clear()
    host = InProcess(Host(Hanging, "hanging"))
    try:
        host.open("a", "http://127.0.0.1:1", None, timeout_s=1, retry="own")
        outcome = host.outcome(host.send("call", client="a", messages=[]), 0.05)
    finally:
        host.end()
    assert isinstance(outcome, Hung)
    assert Hanging.canceled.is_set()


def test_adapter_that_ends_is_reported_with_its_status() -> None:
    with pytest.raises(UnusableClient, match="ended with status 3"):
        Process([sys.executable, "-c", "raise SystemExit(3)"])


def test_shrink_stops_at_the_time_limit() -> None:
    """Without the limit, far more scenarios are tried: each entry and each text can be made smaller."""
    entries = [{"conversation_id": "c", "role": "user", "content": "x" * 100} for _ in range(20)]
    tried = []

    def fails(scenario: Scenario) -> bool:
        tried.append(scenario)
        pause(0.01)
        return False

    shrink(one(*entries), fails, 0.05)
    assert 0 < len(tried) < 10


def test_run_ends_with_its_result(run: Callable[..., Run]) -> None:
    (result,) = run("honest:Honest", "IN-ROLE", examples=1, in_process=False).clauses
    assert result.outcome == "passed"
