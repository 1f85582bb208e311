"""Late answers on a port: when a client gives up is the client's decision, and others call meanwhile."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from asking import BATCH

from synap_mock import Latency, SynapMock

if TYPE_CHECKING:
    from synap_mock import Server

CID: Final = "00000000-0000-4000-8000-00000000000a"
MESSAGES: Final = {"messages": [{"conversation_id": CID, "role": "user", "content": "a"}]}


@pytest.mark.parametrize(("after_commit", "outcome"), [(True, "duplicated"), (False, "recovered")])
def test_retry_after_a_timeout(fake: SynapMock, client: httpx.Client, *, after_commit: bool, outcome: str) -> None:
    fake.fail(Latency(20), after_commit=after_commit)
    with pytest.raises(httpx.ReadTimeout):
        client.post(BATCH, json=MESSAGES, timeout=0.1)
    client.post(BATCH, json=MESSAGES)
    ledger = fake.ledger
    assert [item.sends for item in getattr(ledger, outcome)] == [2]
    assert (ledger.recorded, ledger.lost, ledger.unknown) == (0, (), ())


def test_equal_message_during_a_late_answer_is_a_new_one(fake: SynapMock, server: Server, client: httpx.Client) -> None:
    fake.fail(Latency(0.3), after_commit=True)
    first = threading.Thread(target=post, args=(server.url, fake.api_key, 5.0))
    first.start()
    while not fake.messages:
        time.sleep(0.01)
    client.post(BATCH, json=MESSAGES)
    first.join()
    assert fake.ledger.recorded == 2


def test_message_sent_before_a_client_gives_up_can_not_be_decided(
    fake: SynapMock, server: Server, client: httpx.Client
) -> None:
    fake.fail(Latency(20), after_commit=True)
    first = threading.Thread(target=post, args=(server.url, fake.api_key, 0.5))
    first.start()
    while not fake.messages:
        time.sleep(0.01)
    client.post(BATCH, json=MESSAGES)
    first.join()
    while not fake.ledger.unknown:
        time.sleep(0.01)
    assert (fake.ledger.recorded, fake.ledger.duplicated) == (1, ())


def post(url: str, key: str, timeout: float) -> None:
    with httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=timeout, trust_env=False) as client:
        try:
            client.post(url + BATCH, json=MESSAGES)
        except httpx.ReadTimeout:
            return
