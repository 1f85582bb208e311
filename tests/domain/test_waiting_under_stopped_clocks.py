"""`wait_for` waits in real time where a library has stopped Python's clocks."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from asking import BATCH, in_process
from clocks import STOPPED, bounded

from synap_mock.domain.values import real_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from synap_mock import SynapMock

PATIENT = 20.0


@pytest.fixture(autouse=True, params=list(STOPPED.values()), ids=list(STOPPED))
def stopped(request: pytest.FixtureRequest) -> Iterator[None]:
    library: Callable[[], AbstractContextManager[Any]] = request.param
    with bounded(), library():
        yield


def record_later(fake: SynapMock, entry: dict[str, Any]) -> threading.Timer:
    timer = threading.Timer(0.02, lambda: in_process(fake).post(BATCH, json={"messages": [entry]}))
    timer.start()
    return timer


def test_the_clock_has_stopped() -> None:
    """Otherwise the tests of this module prove nothing."""
    before = time.time()
    threading.Event().wait(0.002)
    assert time.time() == before


def test_a_wait_without_an_event_loop_times_out(fake: SynapMock) -> None:
    with pytest.raises(TimeoutError, match=r"^waited 0\.05 s for 1 message"):
        fake.wait_for(messages=1, timeout=0.05)


def test_a_wait_without_an_event_loop_succeeds(fake: SynapMock, entry: dict[str, Any]) -> None:
    timer = record_later(fake, entry)
    fake.wait_for(messages=1, timeout=PATIENT)
    timer.join()
    assert len(fake.messages) == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_wait_in_an_event_loop_times_out(fake: SynapMock, backend: str) -> None:
    async def waits() -> None:
        await fake.wait_for(messages=1, timeout=0.05)

    with pytest.raises(TimeoutError, match=r"^waited 0\.05 s for 1 message"):
        anyio.run(waits, backend=backend)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_wait_in_an_event_loop_succeeds(fake: SynapMock, entry: dict[str, Any], backend: str) -> None:
    async def waits() -> None:
        timer = record_later(fake, entry)
        await fake.wait_for(messages=1, timeout=PATIENT)
        await anyio.to_thread.run_sync(timer.join)

    anyio.run(waits, backend=backend)
    assert len(fake.messages) == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_wait_times_out_where_every_thread_is_busy(fake: SynapMock, backend: str) -> None:
    """The application's own blocking calls may use up anyio's threads."""
    over = threading.Event()

    async def busy() -> None:
        await anyio.to_thread.run_sync(over.wait)

    async def waits() -> None:
        anyio.to_thread.current_default_thread_limiter().total_tokens = 1
        async with anyio.create_task_group() as group:
            group.start_soon(busy)
            await anyio.lowlevel.checkpoint()
            with pytest.raises(TimeoutError):
                await fake.wait_for(messages=1, timeout=0.05)
            over.set()

    anyio.run(waits, backend=backend)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_wait_in_an_event_loop_can_be_canceled(fake: SynapMock, backend: str) -> None:
    async def waits() -> None:
        await fake.wait_for(messages=1, timeout=PATIENT)

    async def cancels() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(waits)
            await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()

    anyio.run(cancels, backend=backend)
    assert not fake.messages


def test_a_pause_takes_real_time() -> None:
    before = real_time.monotonic()
    real_time.pause(0.02)
    assert real_time.monotonic() - before >= 0.019


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_async_pause_takes_real_time(backend: str) -> None:
    async def pauses() -> float:
        before = real_time.monotonic()
        await real_time.async_pause()(0.02)
        return real_time.monotonic() - before

    assert anyio.run(pauses, backend=backend) >= 0.019
