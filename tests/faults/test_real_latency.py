"""A late response that takes real time in process."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import anyio
import httpx
import pytest
from asking import BATCH
from faults.asked import BODY, CONVERSATION, SAID, VENDOR, bearer
from freezegun import freeze_time

from synap_mock import Latency, SynapMock
from synap_mock.domain.values.real_time import monotonic

if TYPE_CHECKING:
    from collections.abc import Callable

LATE: Final = 0.1
CLIENTS: Final = ("sync", "asyncio", "trio")
START: Final = "2026-11-23T09:30:00+00:00"
TIMED_OUT: Final = [(None, "Latency")]


async def post(fake: SynapMock, patience: float | None) -> int:
    async with httpx.AsyncClient(timeout=patience, verify=False) as client:  # noqa: S501 - nothing leaves the process
        return (await client.post(VENDOR + BATCH, json=BODY, headers=bearer(fake))).status_code


def status(fake: SynapMock, client: str, patience: float | None = None) -> int:
    """Send a batch, sync or under an event loop."""
    if client != "sync":
        return anyio.run(post, fake, patience, backend=client)
    with httpx.Client(timeout=patience, verify=False) as sync:  # noqa: S501 - as above
        return sync.post(VENDOR + BATCH, json=BODY, headers=bearer(fake)).status_code


def journaled(fake: SynapMock) -> list[tuple[int | None, str | None]]:
    return [(request.status, request.fault) for request in fake.requests]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_real_latency_takes_real_time(fake: SynapMock, client: str) -> None:
    fake.fail(Latency(LATE, real=True))
    start = time.monotonic()
    with fake.intercept():
        assert status(fake, client) == 200
    assert time.monotonic() - start >= LATE


@pytest.mark.parametrize("after_commit", [False, True])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_shorter_timeout_really_passes(fake: SynapMock, client: str, *, after_commit: bool) -> None:
    fake.fail(Latency(3600, real=True), after_commit=after_commit)
    start = time.monotonic()
    with fake.intercept(), pytest.raises(httpx.ReadTimeout):
        status(fake, client, LATE)
    assert time.monotonic() - start >= LATE
    recorded = [SAID] if after_commit else []
    assert (fake.transcript(CONVERSATION), journaled(fake)) == (recorded, TIMED_OUT)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_call_is_not_recorded(fake: SynapMock, backend: str) -> None:
    fake.fail(Latency(3600, real=True))

    async def give_up() -> None:
        with anyio.fail_after(0.05):
            await post(fake, None)

    with fake.intercept(), pytest.raises(TimeoutError):
        anyio.run(give_up, backend=backend)
    assert (fake.messages, journaled(fake)) == ([], TIMED_OUT)


def test_a_latency_budget_is_exceeded(fake: SynapMock) -> None:
    fake.fail(Latency(3600, real=True))

    async def within_budget() -> int:
        return await asyncio.wait_for(post(fake, None), 0.1)

    with fake.intercept(), pytest.raises(TimeoutError):
        asyncio.run(within_budget())


def test_other_tasks_run_during_a_real_latency(fake: SynapMock) -> None:
    fake.fail(Latency(0.2, real=True))

    async def both() -> list[str]:
        order: list[str] = []

        async def call(name: str) -> None:
            await post(fake, None)
            order.append(name)

        await asyncio.gather(call("late"), call("in time"))
        return order

    with fake.intercept():
        assert asyncio.run(both()) == ["in time", "late"]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_real_latency_leaves_a_frozen_clock_alone(client: str) -> None:
    fake = SynapMock(freeze=START)
    fake.fail(Latency(3600, real=True))
    with fake.intercept(), pytest.raises(httpx.ReadTimeout):
        status(fake, client, 0.01)
    assert fake.clock.now.isoformat() == START


@pytest.mark.parametrize("client", ["sync", "asyncio"])
def test_a_real_latency_is_real_under_freezegun(fake: SynapMock, client: str) -> None:
    fake.fail(Latency(LATE, real=True))
    start = monotonic()
    with fake.intercept(), freeze_time("2031-01-01"):
        assert status(fake, client) == 200
    assert monotonic() - start >= LATE


@pytest.mark.parametrize("client", CLIENTS)
def test_without_real_nothing_waits(fake: SynapMock, client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("it waits")

    for name in ("pause", "async_pause"):
        replacement: Callable[..., None] = refuse
        monkeypatch.setattr(f"synap_mock.transports.direct.{name}", replacement)
    fake.fail(Latency(3600))
    with fake.intercept():
        assert status(fake, client) == 200


def test_an_interrupted_call_is_not_recorded(fake: SynapMock, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("synap_mock.transports.direct.pause", interrupt)
    fake.fail(Latency(3600, real=True))
    with fake.intercept(), pytest.raises(KeyboardInterrupt):
        status(fake, "sync")
    assert (fake.messages, journaled(fake)) == ([], TIMED_OUT)
