"""Late answers on a port: when a client gives up is the client's decision, and others call meanwhile."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from asking import BATCH
from faults.asked import armed, bearer, until

from synap_mock import Latency, SynapMock

if TYPE_CHECKING:
    from synap_mock import Server

CID: Final = "00000000-0000-4000-8000-00000000000a"
MESSAGES: Final = {"messages": [{"conversation_id": CID, "role": "user", "content": "a"}]}


@pytest.mark.parametrize(("after_commit", "outcome"), [(True, "duplicated"), (False, "recovered")])
def test_retry_after_a_timeout(fake: SynapMock, client: httpx.Client, *, after_commit: bool, outcome: str) -> None:
    fake.fail(Latency(20), after_commit=after_commit)
    with pytest.raises(httpx.ReadTimeout):
        client.post(BATCH, json=MESSAGES, timeout=httpx.Timeout(20, read=0.1))
    until(lambda: bool(fake.messages) if after_commit else not armed(fake))  # the client may be quicker than the fake
    client.post(BATCH, json=MESSAGES)
    ledger = fake.ledger
    assert [item.sends for item in getattr(ledger, outcome)] == [2]
    assert (ledger.recorded, ledger.lost, ledger.unknown) == (0, (), ())


def test_equal_message_during_a_late_answer_is_a_new_one(fake: SynapMock, server: Server, client: httpx.Client) -> None:
    fake.fail(Latency(0.3), after_commit=True)
    first = threading.Thread(target=post, args=(server.url, fake.api_key))
    first.start()
    until(lambda: bool(fake.messages))
    client.post(BATCH, json=MESSAGES)
    first.join()
    assert fake.ledger.recorded == 2


def test_message_sent_before_a_client_gives_up_can_not_be_decided(fake: SynapMock, server: Server) -> None:
    fake.fail(Latency(60), after_commit=True)

    async def overtake() -> None:
        async with httpx.AsyncClient(base_url=server.url, headers=bearer(fake), trust_env=False, timeout=60) as client:
            first = asyncio.ensure_future(client.post(BATCH, json=MESSAGES))
            await asyncio.to_thread(until, lambda: bool(fake.messages))
            await client.post(BATCH, json=MESSAGES)
            first.cancel()

    asyncio.run(overtake())
    until(lambda: bool(fake.ledger.unknown))
    assert (fake.ledger.recorded, fake.ledger.duplicated) == (1, ())


def post(url: str, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    httpx.post(url + BATCH, json=MESSAGES, headers=headers, timeout=60, trust_env=False)
