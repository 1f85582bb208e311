"""Batches that say of which batch they are, what sends them, and what must hold once all are answered."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx
from asking import BATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from synap_mock import Server, SynapMock

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
