"""A server that is killed under load has, after a restart, what it has acknowledged: once, and in order."""

from __future__ import annotations

import json
import random
import threading
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from asking import BATCH
from cli.serving import running

if TYPE_CHECKING:
    from pathlib import Path

WRITERS: Final = 6
KEY: Final = "synap_killed"
MOST: Final = 40
"""Batches that are acknowledged before a kill, at most about."""


class Writer(threading.Thread):
    """Records batches of one conversation, and memories, one after the other, until its server is gone.

    Attributes:
        conversation_id: its conversation.
        sent: the texts of each batch, in order.
        acknowledged: the texts that the server has acknowledged.
        memories: the same of memories.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.conversation_id = str(uuid.UUID(int=number + 1))
        self.url = ""
        self.sent: list[list[str]] = []
        self.acknowledged: list[str] = []
        self.memories: list[str] = []
        self._random = random.Random(number)  # noqa: S311 - sizes of batches

    def again(self) -> Writer:
        """The same writer, for the next server."""
        following = Writer(uuid.UUID(self.conversation_id).int - 1)
        following.sent, following.acknowledged, following.memories = self.sent, self.acknowledged, self.memories
        return following

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {KEY}"}
        with httpx.Client(base_url=self.url, headers=headers, trust_env=False) as client:
            try:
                while True:
                    self._record(client)
            except httpx.TransportError:
                return

    def _record(self, client: httpx.Client) -> None:
        number = len(self.sent)
        texts = [f"{number}.{index}" for index in range(self._random.randint(1, 5))]
        self.sent.append(texts)
        entries = [{"conversation_id": self.conversation_id, "role": "user", "content": text} for text in texts]
        assert client.post(BATCH, json={"messages": entries}).json()["succeeded"] == len(texts)
        self.acknowledged += texts
        if number % 5 == 0:
            memory = f"{self.conversation_id} {number}"
            client.post("/api/v1/memories/create", json={"document": memory, "user_id": "ann"}).raise_for_status()
            self.memories.append(memory)

    def check(self, recorded: list[str], memories: Counter[str]) -> None:
        """Compare with what a restarted server has of the conversation, and of memories."""
        assert [text for text in self.acknowledged if text not in set(recorded)] == []
        assert [text for text, count in Counter(recorded).items() if count > 1] == []
        whole = [texts for texts in self.sent if texts[0] in recorded]
        assert recorded == [text for texts in whole for text in texts]  # in order, and each batch whole
        assert [memory for memory in self.memories if memories[memory] != 1] == []


def kill_and_restart(database: Path, kills: int) -> int:
    """Kill servers on one file, and check what the next one has; returns the number of acknowledged messages."""
    moments = random.Random(kills)  # noqa: S311 - no secret
    writers = [Writer(number) for number in range(WRITERS)]
    for number in range(kills + 1):
        arguments = ("--api-key", KEY, "--log-format", "json", "--database", str(database))
        with running(*arguments) as (process, line):
            url = json.loads(line)["url"]
            check(url, writers)
            if number == kills:
                break
            writers = [writer.again() for writer in writers]
            load(url, writers, moments.randint(1, MOST))
            threading.Event().wait(moments.uniform(0, 0.02))
            process.kill()
            for writer in writers:
                writer.join()
    return sum(len(writer.acknowledged) for writer in writers)


def load(url: str, writers: list[Writer], batches: int) -> None:
    """Start the writers, and return when they have sent a number of batches, or their server is gone."""
    before = sum(len(writer.sent) for writer in writers)
    for writer in writers:
        writer.url = url
        writer.start()
    while sum(len(writer.sent) for writer in writers) < before + batches + WRITERS:
        assert any(writer.is_alive() for writer in writers)
        threading.Event().wait(0.001)


def check(url: str, writers: list[Writer]) -> None:
    lines = httpx.get(f"{url}/_mock/export", trust_env=False).text.splitlines()
    found = [json.loads(each) for each in lines]
    memories = Counter(each["text"] for each in found if each["type"] == "memory")
    for writer in writers:
        messages = [each for each in found if each.get("conversation_id") == writer.conversation_id]
        messages = [each for each in messages if each["type"] == "message"]
        assert [each["position"] for each in messages] == list(range(1, len(messages) + 1))
        writer.check([each["content"] for each in messages], memories)


def test_a_killed_server_has_what_it_acknowledged(tmp_path: Path) -> None:
    assert kill_and_restart(tmp_path / "fake.db", 3) > 0


@pytest.mark.whole
def test_a_server_killed_100_times_has_what_it_acknowledged(tmp_path: Path) -> None:
    assert kill_and_restart(tmp_path / "fake.db", 100) > 0
