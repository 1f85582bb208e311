"""Waiting for what is recorded in the background, in whatever way it runs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from asking import BATCH, in_process

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from synap_mock import SynapMock

PATIENT = 20.0
"""Seconds; nothing here takes them, but where it fails."""


def recording(fake: SynapMock, entry: dict[str, Any], after: threading.Event) -> threading.Thread:
    """What records two messages in the background, once it may."""

    def record() -> None:
        after.wait(PATIENT)
        for _ in range(2):
            in_process(fake).post(BATCH, json={"messages": [entry]})

    thread = threading.Thread(target=record)
    thread.start()
    return thread


def run(backend: str, waits: Callable[[], Coroutine[Any, Any, None]]) -> None:
    anyio.run(waits, backend=backend)


def test_without_an_event_loop_it_blocks(fake: SynapMock, entry: dict[str, Any]) -> None:
    start = threading.Event()
    thread = recording(fake, entry, start)
    threading.Timer(0.02, start.set).start()
    fake.wait_for(messages=2, timeout=PATIENT)
    assert len(fake.messages) == 2
    thread.join()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_in_an_event_loop_it_is_awaited_and_the_loop_runs_on(
    fake: SynapMock, entry: dict[str, Any], backend: str
) -> None:
    async def record() -> None:
        await anyio.sleep(0.001)
        in_process(fake).post(BATCH, json={"messages": [entry]})

    async def waits() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(record)
            await fake.wait_for(messages=1, timeout=PATIENT)

    run(backend, waits)
    assert len(fake.messages) == 1


def test_what_is_there_already_is_not_waited_for(fake: SynapMock, entry: dict[str, Any]) -> None:
    in_process(fake).post(BATCH, json={"messages": [entry]})
    fake.wait_for(messages=1, timeout=0)


def test_more_than_that_will_do(fake: SynapMock, entry: dict[str, Any]) -> None:
    in_process(fake).post(BATCH, json={"messages": [entry] * 3})
    fake.wait_for(messages=2, timeout=0)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_wait_made_outside_a_loop_can_be_awaited_in_one(fake: SynapMock, backend: str) -> None:
    """A helper need not know where it is called."""
    done = fake.wait_for(messages=0)

    async def waits() -> None:
        await done

    run(backend, waits)


def test_in_a_thread_beside_an_event_loop_it_blocks(fake: SynapMock, entry: dict[str, Any]) -> None:
    async def waits() -> None:
        start = threading.Event()
        thread = recording(fake, entry, start)
        start.set()
        await anyio.to_thread.run_sync(lambda: fake.wait_for(messages=2, timeout=PATIENT))
        await anyio.to_thread.run_sync(thread.join)

    run("asyncio", waits)
    assert len(fake.messages) == 2


def sentence(fake: SynapMock, entry: dict[str, Any]) -> str:
    """The error of a wait for 3 messages after a batch of 2, one of which was rejected."""
    inside = in_process(fake)
    inside.get("/health")
    inside.post(BATCH, json={"messages": [entry, {**entry, "conversation_id": "my-chat"}]})
    return (
        "waited 0.01 s for 3 messages; 1 recorded, after the calls [<POST /v1/conversations/messages/batch 200, "
        "<CONVERSATION-ID-UUID messages[1].conversation_id: conversation_id 'my-chat' is not a UUID; send a UUID, "
        "such as str(uuid.uuid4()) makes>>]"
    )


def test_a_wait_in_vain_tells_what_came_instead(fake: SynapMock, entry: dict[str, Any]) -> None:
    expected = sentence(fake, entry)
    with pytest.raises(TimeoutError) as raised:
        fake.wait_for(messages=3, timeout=0.01)
    assert str(raised.value) == expected


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_in_an_event_loop_a_wait_in_vain_tells_the_same(fake: SynapMock, entry: dict[str, Any], backend: str) -> None:
    expected = sentence(fake, entry)

    async def waits() -> None:
        await fake.wait_for(messages=3, timeout=0.01)

    with pytest.raises(TimeoutError) as raised:
        run(backend, waits)
    assert str(raised.value) == expected


def test_the_fakes_clock_does_not_shorten_it(fake: SynapMock) -> None:
    fake.clock.advance(3600)
    with pytest.raises(TimeoutError, match=r"^waited 0\.01 s for 1 message; 0 recorded, after the calls \[\]$"):
        fake.wait_for(messages=1, timeout=0.01)


@pytest.mark.parametrize(
    ("terms", "error", "reported"),
    [
        ({"messages": -1}, ValueError, "messages must be a whole number from 0, not -1"),
        ({"messages": "1"}, TypeError, "messages must be a whole number from 0, not '1'"),
        ({"messages": 1, "timeout": -1}, ValueError, "timeout must be a number of seconds from 0, not -1"),
        ({"messages": 1, "timeout": None}, TypeError, "timeout must be a number of seconds from 0, not null"),
    ],
)
def test_what_can_not_be_waited_for_is_refused(
    fake: SynapMock, terms: dict[str, Any], error: type[Exception], reported: str
) -> None:
    with pytest.raises(error, match=f"^{reported}$"):
        fake.wait_for(**terms)
