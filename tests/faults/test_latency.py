"""A late answer: in process nobody waits, on a port the client really does."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
from asking import BATCH, in_process
from faults.asked import ASK, BODY, CLIENTS, CONVERSATION, IMPATIENT, SAID, VENDOR, armed, bearer, until

from synap_mock import ConnectTimeout, Latency, ReadTimeout, SynapMock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from faults.asked import Asked

START: Final = "2026-11-23T09:30:00+00:00"


@pytest.fixture
def fake() -> SynapMock:
    """One whose clock stands, so that what moves it shows to the microsecond."""
    return SynapMock(freeze=START)


def moved(fake: SynapMock) -> float:
    """Seconds by which the clock has moved."""
    return (fake.clock.now - SynapMock(freeze=START).clock.now).total_seconds()


def raised(fake: SynapMock, client: str, patience: float) -> type[Exception] | None:
    with fake.intercept():
        _, _, _, error = ASK[client](VENDOR, fake.api_key, patience)
    return error and error[0]


@pytest.mark.any_date
@pytest.mark.parametrize("client", CLIENTS)
def test_in_process_an_impatient_client_times_out_at_once(fake: SynapMock, client: str) -> None:
    fake.fail(Latency(3600))
    assert (raised(fake, client, 60), moved(fake)) == (httpx.ReadTimeout, 60)


@pytest.mark.any_date
@pytest.mark.parametrize("client", CLIENTS)
def test_in_process_a_patient_client_gets_its_response_at_once(fake: SynapMock, client: str) -> None:
    fake.fail(Latency(3600))
    assert (raised(fake, client, 3601), moved(fake)) == (None, 3600)


@pytest.mark.parametrize(("patience", "error"), [(30.0, None), (29.999, httpx.ReadTimeout)])
def test_who_waits_just_as_long_is_answered(fake: SynapMock, patience: float, error: type[Exception] | None) -> None:
    fake.fail(Latency(30))
    assert raised(fake, "sync", patience) == error


def test_who_never_gives_up_is_answered(fake: SynapMock) -> None:
    fake.fail(Latency(86400 * 365))
    with fake.intercept(), httpx.Client(timeout=None, verify=False) as client:  # noqa: S113, S501 - nothing leaves the process
        answer = client.post(VENDOR + BATCH, json=BODY, headers=bearer(fake))
    assert answer.status_code == 200


@pytest.mark.any_date
def test_in_process_what_comes_late_is_recorded_late(fake: SynapMock) -> None:
    fake.fail(Latency(30))
    raised(fake, "sync", 60)
    assert [message.recorded_at for message in fake.messages] == ["2026-11-23T09:30:30.000000Z"]


@pytest.mark.any_date
def test_in_process_a_late_call_after_commit_is_recorded_in_time(fake: SynapMock) -> None:
    fake.fail(Latency(30), after_commit=True)
    raised(fake, "sync", 60)
    assert [message.recorded_at for message in fake.messages] == ["2026-11-23T09:30:00.000000Z"]


@pytest.mark.parametrize(("after_commit", "recorded"), [(False, []), (True, [SAID])])
def test_a_timed_out_call_is_recorded_only_after_the_commit(
    fake: SynapMock, recorded: list[tuple[str, str]], *, after_commit: bool
) -> None:
    fake.fail(Latency(30), after_commit=after_commit)
    raised(fake, "sync", 5)
    assert fake.transcript(CONVERSATION) == recorded


@pytest.mark.any_date
def test_in_process_a_read_timeout_moves_the_clock(fake: SynapMock) -> None:
    fake.fail(ReadTimeout())
    assert (raised(fake, "async", 5), moved(fake)) == (httpx.ReadTimeout, 5)


@pytest.mark.any_date
def test_in_process_a_connect_timeout_moves_the_clock(fake: SynapMock) -> None:
    fake.fail(ConnectTimeout())
    with fake.intercept(), pytest.raises(httpx.ConnectTimeout):
        httpx.post(VENDOR + BATCH, timeout=httpx.Timeout(5, connect=3), headers=bearer(fake))
    assert moved(fake) == 3


@pytest.mark.any_date
def test_a_clock_that_runs_moves_too() -> None:
    fake = SynapMock()
    before = fake.clock.now
    fake.fail(Latency(3600))
    raised(fake, "sync", 3600)
    assert (fake.clock.now - before).total_seconds() >= 3600


@pytest.mark.any_date
def test_on_a_port_a_late_answer_is_late(asked: Asked) -> None:
    asked.fake.fail(Latency(0.05))
    start = time.monotonic()
    asked.outcome("port", "sync")
    assert time.monotonic() - start >= 0.05


def test_on_a_port_others_are_served_meanwhile(asked: Asked) -> None:
    asked.fake.fail(Latency(30), where=lambda request: b"late" in request.body)

    async def ask() -> int:
        async with httpx.AsyncClient(base_url=asked.url, headers=bearer(asked.fake), trust_env=False) as client:
            late = asyncio.ensure_future(client.post(BATCH, json=saying("late")))
            await asyncio.to_thread(until, lambda: not armed(asked.fake))  # it has come
            answer = await client.post(BATCH, json=saying("in time"))
            late.cancel()
            return answer.status_code

    assert asyncio.run(ask()) == 200


@pytest.mark.parametrize("client", CLIENTS)
def test_on_a_port_a_client_gone_early_has_recorded_nothing(asked: Asked, client: str) -> None:
    asked.fake.fail(Latency(30))
    outcome = asked.outcome("port", client, IMPATIENT)
    assert (outcome.recorded, outcome.kept) == ([], [(None, "Latency")])


@asynccontextmanager
async def delayed_call(asked: Asked) -> AsyncIterator[asyncio.Future[httpx.Response]]:
    """A call that the fake has received, and whose response it delays."""
    async with httpx.AsyncClient(base_url=asked.url, headers=bearer(asked.fake), trust_env=False) as client:
        call = asyncio.ensure_future(client.post(BATCH, json=BODY))
        await asyncio.to_thread(until, lambda: not armed(asked.fake))
        yield call


def test_on_a_port_hanging_up_during_a_late_call_records_nothing(asked: Asked) -> None:
    asked.fake.fail(Latency(30))

    async def hang_up() -> None:
        async with delayed_call(asked) as call:
            call.cancel()

    asyncio.run(hang_up())
    until(lambda: bool(asked.fake.requests))
    assert asked.fake.messages == []


@pytest.mark.parametrize("after_commit", [False, True])
def test_a_call_that_a_reset_overtakes_leaves_nothing(asked: Asked, *, after_commit: bool) -> None:
    asked.fake.fail(Latency(30), after_commit=after_commit)
    before = unanswered(asked.fake)

    async def overtake() -> None:
        async with delayed_call(asked) as call:
            asked.fake.reset()
            call.cancel()

    asyncio.run(overtake())
    until(lambda: unanswered(asked.fake) == before + 1)
    assert (asked.fake.requests, asked.fake.messages) == ([], [])


def test_a_call_that_waits_during_a_reset_is_recorded_after_it(asked: Asked) -> None:
    asked.fake.fail(Latency(1))

    async def overtake() -> int:
        async with delayed_call(asked) as call:
            asked.fake.reset()
            return (await call).status_code

    assert (asyncio.run(overtake()), asked.fake.transcript(CONVERSATION)) == (200, [SAID])
    assert [request.status for request in asked.fake.requests] == [200]


@pytest.mark.parametrize("seconds", [0, 0.0])
@pytest.mark.parametrize("door", ["port", "intercept"])
def test_no_time_is_no_latency(asked: Asked, door: str, seconds: float) -> None:
    asked.fake.fail(Latency(seconds))
    assert asked.outcome(door, "sync").status == 200


@pytest.mark.any_date
@pytest.mark.parametrize("seconds", [1e12, 1.7e308])
def test_no_clock_goes_beyond_the_year_9998(fake: SynapMock, seconds: float) -> None:
    fake.fail(Latency(seconds))
    with (
        fake.intercept(),
        httpx.Client(timeout=None, verify=False) as client,  # noqa: S113, S501 - as above
        pytest.raises(ValueError, match="beyond the year 9998"),
    ):
        client.post(VENDOR + BATCH, json=BODY, headers=bearer(fake))


def unanswered(fake: SynapMock) -> float:
    """The number of batches that got no response, also of those before a reset."""
    found = re.search(r'batch",status="none"} (\S+)', in_process(fake).get("/_mock/metrics").text)
    return float(found[1]) if found else 0


def saying(content: str) -> dict[str, Any]:
    return {"messages": [{**BODY["messages"][0], "content": content}]}
