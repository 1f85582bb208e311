"""The fake's ledger of the zoo's clients: no false entry, and every loss and duplicate that the wire showed."""

from __future__ import annotations

import json
import random
import uuid
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest
from labels import Exhibit, catalogue
from synap_contracts.client.spec import Spec

from synap_mock import (
    ConnectionReset,
    Disconnected,
    MalformedBody,
    RateLimited,
    ServerError,
    SynapMock,
    TruncatedBody,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from synap_mock import Server
    from synap_mock.domain.faults.fault import Fault

RUNS: Final = 20
CALLS: Final = 6
FAULTS: Final[list[Callable[[], Fault]]] = [
    lambda: ServerError(500),
    lambda: ServerError(502),
    lambda: ServerError(503),
    lambda: ServerError(507),
    lambda: RateLimited(retry_after=0),
    Disconnected,
    ConnectionReset,
    TruncatedBody,
    MalformedBody,
]
CLAUSES: Final = ("ONCE", "SEND-ALL", "TRUE")
ALL: Final = catalogue()
RIGHT: Final = [exhibit for exhibit in ALL if exhibit.label.clause is None]
WRONG: Final = [exhibit for exhibit in ALL if exhibit.label.clause in CLAUSES]
DAILY: Final = ("right:SyncHttpx", "right_streams:Streams", "retrying:AgainAfterServerErrors", "losing:StopsAtAFailure")


def chosen(exhibits: list[Exhibit]) -> list[Any]:
    """All of them; every run of the tests includes a few, `make zoo` the others."""
    names = [f"{exhibit.module}:{exhibit.factory}" for exhibit in exhibits]
    return [pytest.param(name, id=name, marks=() if name in DAILY else pytest.mark.whole) for name in names]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[SynapMock, Server]]:
    fake = SynapMock()
    with fake.serve() as server:
        yield fake, server


@contextmanager
def client(spec: str, zoo: Path, fake: SynapMock, url: str) -> Iterator[Callable[[list[dict[str, Any]]], None]]:
    """A function that records a batch by a client of the zoo; what it raises is ignored, as by many applications."""
    driver = Spec(spec, (str(zoo),), in_process=True).start()
    try:
        driver.open("client", url, fake.api_key, timeout_s=5.0, retry="own")

        def record(messages: list[dict[str, Any]]) -> None:
            driver.outcome(driver.send("call", client="client", messages=messages), 20.0)

        yield record
        driver.close("client")
    finally:
        driver.end()


def play(spec: str, zoo: Path, fake: SynapMock, url: str, seed: int) -> None:
    """Random batches under random faults."""
    chance = random.Random(seed)  # noqa: S311 - it must repeat
    with client(spec, zoo, fake, url) as record:
        for _ in range(CALLS):
            conversation_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
            batch = [
                {
                    "conversation_id": conversation_id,
                    "role": "user",
                    "content": f"message {chance.getrandbits(64)}",
                    "user_id": chance.choice((None, "ann")),
                }
                for _ in range(chance.choice((1, 2, 3, 30)))
            ]
            if chance.random() < 0.7:
                fault = chance.choice(FAULTS)()
                after_commit = chance.random() < 0.5 and not isinstance(fault, RateLimited)  # 429: nothing was done
                fake.fail(fault, times=chance.choice((1, 2, 5)), after_commit=after_commit)
            if chance.random() < 0.3:
                fake.reject(chance.randrange(len(batch)), times=chance.choice((1, 3)))
            record(batch)
            fake._state.faults.clear()  # noqa: SLF001 - those that no call met
            fake._state.rejections.clear()  # noqa: SLF001 - as above


def sent(fake: SynapMock) -> Counter[str]:
    """How often each content was sent, as the journal has it."""
    found: Counter[str] = Counter()
    for request in fake.requests:
        body = json.loads(request.body) if request.method == "POST" and request.body else {}
        found.update(entry["content"][:80] for entry in body.get("messages", [body] if "content" in body else []))
    return found


def check(fake: SynapMock) -> tuple[int, int]:
    """Compare the ledger with the storage and the journal; return how many turns were lost and duplicated."""
    recorded = Counter(message.content[:80] for message in fake.messages)  # as much as an item has
    ledger = fake.ledger
    lost = {item.entry.content for item in ledger.lost}
    duplicated = {item.entry.content for item in ledger.duplicated}
    assert [content for content in lost if recorded[content]] == []
    assert [content for content in duplicated if recorded[content] < 2] == []
    assert [item for item in ledger.recovered if not recorded[item.entry.content]] == []
    assert {content for content in sent(fake) if not recorded[content]} == lost
    return len(lost), len(duplicated)


@pytest.mark.parametrize("spec", chosen(RIGHT))
def test_right_client_has_no_false_entry(spec: str, zoo: Path, served: tuple[SynapMock, Server]) -> None:
    fake, server = served
    calls = 0
    for seed in range(3 if spec in DAILY else RUNS):
        fake.reset()
        play(spec, zoo, fake, server.url, seed)
        calls += sent(fake).total()
        _, duplicated = check(fake)
        assert (duplicated, fake.ledger.unknown) == (0, ())
    assert calls


@pytest.mark.parametrize("spec", chosen(WRONG))
def test_wrong_client_appears(spec: str, zoo: Path, served: tuple[SynapMock, Server]) -> None:
    fake, server = served
    found: Counter[str] = Counter()
    for seed in range(3 if spec in DAILY else RUNS):
        fake.reset()
        play(spec, zoo, fake, server.url, seed)
        lost, duplicated = check(fake)
        found.update(lost=lost, duplicated=duplicated, unknown=len(fake.ledger.unknown))
    assert found["lost"] + found["duplicated"] > 0
