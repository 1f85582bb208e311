"""Concurrent calls: each response is its own call's, each batch is whole in its transcript."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import itertools
import json
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

import httpx
import pytest
from asking import BATCH

from synap_mock import SynapMock
from synap_mock.settings import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from synap_mock import Server

    Entries = list[dict[str, str]]
    Sender = Callable[[list[Entries]], list["Exchange"]]

VENDOR: Final = "https://synap-cloud-prod.maximem.ai"
CONVERSATIONS: Final = tuple(str(uuid.UUID(int=number)) for number in range(4))
THREADS: Final = 6

# --- what is sent -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exchange:
    """A call: the entries it sent, and what it was answered."""

    entries: Entries
    answer: dict[str, Any]


def batch(tag: str, size: int, *, refused: bool = False) -> Entries:
    """Entries that say of which batch they are and where in it; of some, every third names no conversation."""
    return [
        {
            "conversation_id": f"none {index}" if refused and index % 3 == 1 else CONVERSATIONS[(index + size) % 4],
            "role": "user",
            "content": f"{tag}/{index}",
        }
        for index in range(size)
    ]


def batches(sender: str, count: int, *, refused: bool = False) -> list[Entries]:
    """Batches of one sender, of 1 to 23 entries."""
    return [batch(f"{sender}.{number}", 1 + number * 7 % 23, refused=refused) for number in range(count)]


def accepted(exchanges: list[Exchange]) -> list[tuple[str, str]]:
    """Conversation and content of every entry that names a conversation, call by call."""
    return [
        (entry["conversation_id"], entry["content"])
        for exchange in exchanges
        for entry in exchange.entries
        if entry["conversation_id"] in CONVERSATIONS
    ]


# --- what must come out -------------------------------------------------------------------------------------------


def runs(contents: Sequence[str]) -> list[tuple[str, ...]]:
    """Messages of one batch that stand together: the batch's tag, and which of its entries they are."""
    split = [content.rsplit("/", 1) for content in contents]
    return [(tag, *(index for _, index in run)) for tag, run in itertools.groupby(split, lambda pair: pair[0])]


def torn(exchanges: list[Exchange], transcripts: list[list[str]]) -> list[tuple[str, ...]]:
    """Runs in transcripts that are not all that one batch has for that conversation: another stands inside it."""
    whole = {
        run
        for conversation_id in CONVERSATIONS
        for run in runs([content for held, content in accepted(exchanges) if held == conversation_id])
    }
    return [run for contents in transcripts for run in runs(contents) if run not in whole]


def is_told(entry: dict[str, str], row: dict[str, Any], truth: dict[str, tuple[str, str]]) -> bool:
    """Whether a row reports the outcome of its own entry."""
    if entry["conversation_id"] in CONVERSATIONS:
        return truth.get(row["message_id"]) == (entry["conversation_id"], entry["content"])
    return repr(entry["conversation_id"]) in row["error"]


def check(fake: SynapMock, exchanges: list[Exchange]) -> None:
    """Assert what holds once all calls are answered, whatever their order was."""
    messages = fake.messages
    truth = {message.message_id: (message.conversation_id, message.content) for message in messages}
    wrong = [
        (entry, row)
        for exchange in exchanges
        for entry, row in zip(exchange.entries, exchange.answer["results"], strict=True)
        if not is_told(entry, row, truth)
    ]
    assert wrong == [], "a response reports another call"
    assert sorted(truth.values()) == sorted(accepted(exchanges)), "something is lost, twice, or nobody's"
    assert len(truth) == len(messages), "a message id stands twice"
    transcripts = [[content for _, content in fake.transcript(conversation)] for conversation in CONVERSATIONS]
    assert torn(exchanges, transcripts) == [], "a batch stands inside another"
    tags = [tag for tag, *_ in runs([message.content for message in messages])]
    assert len(tags) == len(set(tags)), "the order is not the same in all conversations"


# --- who sends ----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def threads_switch_often() -> Iterator[None]:
    """A hundred times as often as they would, so that what is not held together comes apart."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 100)
    yield
    sys.setswitchinterval(usual)


def by_port(fake: SynapMock, server: Server) -> Sender:
    """A sender with a connection of its own."""

    def send(own: list[Entries]) -> list[Exchange]:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        headers = {"Authorization": f"Bearer {fake.api_key}"}
        exchanges = []
        for entries in own:
            connection.request("POST", BATCH, json.dumps({"messages": entries}), headers)
            response = connection.getresponse()
            exchanges.append(Exchange(entries, json.loads(response.read())))
            assert response.status == 200
        connection.close()
        return exchanges

    return send


@contextlib.contextmanager
def intercepted(fake: SynapMock) -> Iterator[Sender]:
    """A sender without a connection, while the fake intercepts."""
    headers = {"Authorization": f"Bearer {fake.api_key}"}
    with fake.intercept(), httpx.Client(base_url=VENDOR, headers=headers, trust_env=False) as client:

        def send(own: list[Entries]) -> list[Exchange]:
            answers = [client.post(BATCH, json={"messages": entries}) for entries in own]
            assert {answer.status_code for answer in answers} == {200}
            return [Exchange(entries, answer.json()) for entries, answer in zip(own, answers, strict=True)]

        yield send


def all_at_once(senders: Sequence[Sender], *, count: int, refused: bool = False) -> list[Exchange]:
    """What the senders were answered, each in a thread of its own, all beginning together."""
    together = threading.Barrier(len(senders))

    def run(number: int) -> list[Exchange]:
        own = batches(str(number), count, refused=refused)
        together.wait(30)
        return senders[number](own)

    with ThreadPoolExecutor(len(senders)) as threads:
        return [exchange for own in threads.map(run, range(len(senders))) for exchange in own]


# --- the claims ---------------------------------------------------------------------------------------------------

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
