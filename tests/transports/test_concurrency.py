"""Concurrent calls: each response is its own call's, each batch is whole in its transcript."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, get_args

import httpx
import pytest
from asking import BATCH
from transports.concurrent_batches import (
    CONVERSATIONS,
    THREADS,
    VENDOR,
    Exchange,
    all_at_once,
    batches,
    by_port,
    check,
    intercepted,
    torn,
)

from synap_mock import SynapMock
from synap_mock.settings import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synap_mock import Server

    Entries = list[dict[str, str]]
    Sender = Callable[[list[Entries]], list["Exchange"]]


@pytest.fixture(autouse=True)
def threads_switch_often() -> Iterator[None]:
    """A hundred times as often as they would, so that what is not held together comes apart."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 100)
    yield
    sys.setswitchinterval(usual)


refused_or_not = pytest.mark.parametrize("refused", [False, True], ids=["all-valid", "some-refused"])


@refused_or_not
def test_batches_on_one_connection_pool_keep_apart(fake: SynapMock, server: Server, *, refused: bool) -> None:
    async def record() -> list[Exchange]:
        limits = httpx.Limits(max_connections=10)
        headers = {"Authorization": f"Bearer {fake.api_key}"}
        options: Any = {"headers": headers, "limits": limits, "timeout": 60, "trust_env": False}  # httpx waits 5 s
        async with httpx.AsyncClient(base_url=server.url, **options) as client:

            async def one(entries: Entries) -> Exchange:
                answer = await client.post(BATCH, json={"messages": entries})
                return Exchange(entries, answer.raise_for_status().json())

            return await asyncio.gather(*map(one, batches("pool", 250, refused=refused)))

    check(fake, asyncio.run(record()))


@refused_or_not
def test_batches_on_many_connections_keep_apart(fake: SynapMock, server: Server, *, refused: bool) -> None:
    check(fake, all_at_once([by_port(fake, server)] * THREADS, count=80, refused=refused))


@refused_or_not
def test_batches_in_one_process_keep_apart(fake: SynapMock, *, refused: bool) -> None:
    with intercepted(fake) as inside:
        check(fake, all_at_once([inside] * THREADS, count=40, refused=refused))


def test_batches_through_both_doors_keep_apart(fake: SynapMock, server: Server) -> None:
    with intercepted(fake) as inside:
        check(fake, all_at_once([by_port(fake, server), inside] * 2, count=50, refused=True))


PROCESS: Final = """
import http.client, json, sys
port, key, path = sys.argv[1:]
batches = json.loads(sys.stdin.readline())
connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
print("ready", flush=True)
sys.stdin.readline()
for entries in batches:
    connection.request("POST", path, json.dumps({"messages": entries}), {"Authorization": "Bearer " + key})
    print(connection.getresponse().read().decode())
"""


def test_batches_of_several_processes_keep_apart(fake: SynapMock, server: Server) -> None:
    command = [sys.executable, "-c", PROCESS, str(server.port), fake.api_key, BATCH]
    sent = [batches(str(number), 100, refused=True) for number in range(3)]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in sent]
    for process, own in zip(processes, sent, strict=True):
        assert process.stdin
        assert process.stdout
        print(json.dumps(own), file=process.stdin, flush=True)
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        print(file=process.stdin, flush=True)
    answered = [process.communicate(timeout=30)[0].splitlines() for process in processes]
    check(
        fake,
        [
            Exchange(entries, json.loads(line))
            for own, lines in zip(sent, answered, strict=True)
            for entries, line in zip(own, lines, strict=True)
        ],
    )


@pytest.mark.parametrize("dialect", get_args(Dialect))
def test_the_rows_of_a_call_are_recorded_at_one_time(dialect: Dialect) -> None:
    fake = SynapMock(dialect=dialect)
    with intercepted(fake) as inside:
        exchanges = all_at_once([inside] * 4, count=20)
    times = {message.message_id: message.recorded_at for message in fake.messages}
    reported = [
        {time for row in call.answer["results"] for time in (row["recorded_at"], times[row["message_id"]])}
        for call in exchanges
    ]
    assert [times for times in reported if len(times) != 1] == []


def test_observed_message_counts_are_positions() -> None:
    fake = SynapMock(dialect="observed")
    with fake.serve() as server, intercepted(fake) as inside:
        exchanges = all_at_once([by_port(fake, server), inside] * 2, count=40)
    positions = {message.message_id: message.position for message in fake.messages}
    rows = [row for exchange in exchanges for row in exchange.answer["results"]]
    assert [row for row in rows if positions[row["message_id"]] != row["conversation_message_count"]] == []


def test_every_call_of_many_stands_in_the_journal_once(fake: SynapMock, server: Server) -> None:
    with intercepted(fake) as inside:
        exchanges = all_at_once([by_port(fake, server), inside] * 2, count=40)
    kept = sorted(request.json["messages"][0]["content"] for request in fake.requests)
    assert kept == sorted(exchange.entries[0]["content"] for exchange in exchanges)


def test_instances_that_record_into_one_conversation_keep_apart(fake: SynapMock) -> None:
    keys = [fake.keys.create()[0] for _ in range(4)]

    def record(key: str) -> None:
        for entries in batches(key, 20):
            client.post(VENDOR + BATCH, json={"messages": entries}, headers={"Authorization": f"Bearer {key}"})

    with fake.intercept(), httpx.Client(trust_env=False) as client, ThreadPoolExecutor(len(keys)) as threads:
        list(threads.map(record, keys))
    for key in keys:
        own = fake.transcript(CONVERSATIONS[0], instance_id=fake.keys.instance_of(key).instance_id)
        assert {content.partition(".")[0] for _, content in own} == {key}


def look(fake: SynapMock, client: httpx.Client, done: threading.Event) -> tuple[list[list[str]], set[int]]:
    """The transcripts that a reader sees until it is done, and the statuses that it is answered with."""
    seen: list[list[str]] = []
    statuses: set[int] = set()
    while not done.is_set():
        answers = [client.get(f"/_mock/{path}") for path in ("conversations", "requests?limit=20")]
        read = client.get(f"/_mock/conversations/{CONVERSATIONS[0]}")
        statuses |= {answer.status_code for answer in (*answers, read)}
        seen.append([message["content"] for message in read.json().get("messages", ())])
        seen.append([content for _, content in fake.transcript(CONVERSATIONS[1])])
    return seen, statuses


def forget(fake: SynapMock, client: httpx.Client, done: threading.Event) -> set[int]:
    """Reset again and again, from this process and from outside; gives the statuses."""
    statuses: set[int] = set()
    while not done.wait(0.002):
        fake.reset()
        statuses.add(client.post("/_mock/reset").status_code)
    return statuses


def test_while_resets_run_beside_nobody_sees_half_a_batch(
    fake: SynapMock, server: Server, client: httpx.Client
) -> None:
    done = threading.Event()
    with intercepted(fake) as inside, ThreadPoolExecutor(2) as alongside:
        looking = alongside.submit(look, fake, client, done)
        forgetting = alongside.submit(forget, fake, client, done)
        try:
            exchanges = all_at_once([by_port(fake, server), inside] * 2, count=100)
        finally:
            done.set()
        (seen, statuses), forgot = looking.result(30), forgetting.result(30)
    assert torn(exchanges, seen) == []
    assert (statuses | forgot) <= {200, 404}
    assert [call for call in exchanges if call.answer["succeeded"] != len(call.entries)] == []
    ids = [row["message_id"] for exchange in exchanges for row in exchange.answer["results"]]
    assert len(set(ids)) == len(ids)


def test_keys_may_be_created_while_calls_are_answered(fake: SynapMock) -> None:
    done = threading.Event()
    for _ in range(2000):
        fake.keys.create()

    def create() -> None:
        while not done.wait(0.0002):
            fake.keys.create()

    with fake.intercept(), httpx.Client(trust_env=False) as client, ThreadPoolExecutor(1) as alongside:
        creating = alongside.submit(create)
        try:
            statuses = {client.get(f"{VENDOR}/v1/nothing").status_code for _ in range(200)}
        finally:
            done.set()
            creating.result(30)
    assert statuses == {404}
