"""Workers that follow one log: it stays short, and a worker that starts late has the same state."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from asking import BATCH
from workers.replicas import Replica, posted, two_replicas

from synap_mock.replication import sequence as sequence_module
from synap_mock.replication.sequence import Sequence
from synap_mock.replication.sqlite_log import SQLiteLog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from synap_mock.replication.log import StoreError

ENTRY = {"conversation_id": "11111111-1111-4111-8111-111111111111", "role": "user", "content": "hi"}


class Worker:
    """A replica that follows a log."""

    def __init__(self, path: Path, news: int, others: list[int]) -> None:
        self.log = SQLiteLog(path, news, others)
        start = self.log.start()
        self.replica = Replica(start.snapshot)
        self.left: list[StoreError] = []
        self.sequence = Sequence(self.log, self.replica.applier, start.position, self.left.append)


@contextmanager
def workers(path: Path, count: int) -> Iterator[list[Worker]]:
    with ExitStack() as stack:
        pipes = [os.pipe() for _ in range(count)]
        made = [Worker(path, read, [write for each, write in pipes if each != read]) for read, _ in pipes]
        for each in made:
            each.sequence.start()
            stack.callback(each.sequence.end)
        yield made
        for _, write in pipes:  # a thread that waits ends
            os.close(write)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    log = SQLiteLog(tmp_path / "fake.db")
    log.create({"version": "1"}, two_replicas()[0].snapshot())
    log.close()
    return tmp_path / "fake.db"


async def record(path: Path, count: int) -> list[dict[str, str]]:
    """What each of three workers shows, of which one starts after the others have appended entries in turn."""
    with workers(path, 2) as both:
        for number in range(count):
            entry = posted(number, BATCH, {"messages": [ENTRY]})
            outcome = await both[number % 2].sequence.append(entry)
            assert outcome.messages[0]["status"] == 200
        with workers(path, 1) as late:
            shown = []
            for each in [*both, *late]:
                await each.sequence.catch_up()
                shown.append(each.replica.looks())
    return shown


def test_snapshots_keep_the_log_short(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequence_module, "MOST_ENTRIES", 10)
    one, two, late = asyncio.run(record(path, 60))
    assert one == two == late
    assert one["messages"].count('"content"') == 60
    with sqlite3.connect(path) as connection:
        ((snapshots, entries),) = connection.execute(
            "SELECT (SELECT count(*) FROM snapshots), (SELECT count(*) FROM log)"
        )
    connection.close()
    assert (snapshots, entries <= 30) == (1, True)


def test_a_worker_that_is_too_far_behind_starts_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fall_behind() -> Any:
        with workers(path, 1) as (behind,):
            monkeypatch.setattr(sequence_module, "MOST_ENTRIES", 10)
            behind.sequence._is_busy = True  # noqa: SLF001 - as a stopped process
            await record(path, 60)
            behind.sequence._is_busy = False  # noqa: SLF001 - as above
            with pytest.raises(OSError, match="this worker is at entry 0, and the oldest in"):
                await behind.sequence.catch_up()
            return behind.left

    assert len(asyncio.run(fall_behind())) == 1
