"""Several workers are one fake: what one of them has done, all of them have."""

from __future__ import annotations

import itertools
import json
import signal
import threading
import uuid
from collections import Counter
from contextlib import ExitStack
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final

import pytest
from asking import BATCH
from workers.replicas import LOOKS, shown
from workers.team import team, until
from workers.valkey import valkey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workers.team import Connection, Team

WRITERS: Final = 4
CID: Final = str(uuid.UUID(int=1))


@pytest.fixture(scope="module", params=["a file", "a server"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """Workers that share a file of this machine, and workers that share a server as several hosts would."""
    folder = tmp_path_factory.mktemp("shared")
    with ExitStack() as stack:
        if request.param == "a file":
            yield stack.enter_context(team("--database", str(folder / "fake.db")))
        else:
            yield stack.enter_context(team("--store", stack.enter_context(valkey(folder)).url))


@pytest.fixture
def pair(shared: Team) -> Iterator[list[Connection]]:
    """A connection to each worker, and a clean fake."""
    with shared.connected_to_each() as connections:
        connections[0].ask("POST", "/_mock/reset?all=1")
        yield connections


def batch(*texts: str) -> dict[str, Any]:
    return {"messages": [{"conversation_id": CID, "role": "user", "content": text} for text in texts]}


def write(connection: Connection, name: str, acknowledged: list[str], count: int = 30) -> None:
    """Record batches of three one after the other, until the connection ends."""
    try:
        for number in range(count):
            texts = [f"{name} {number} {index}" for index in range(3)]
            status, _ = connection.ask("POST", BATCH, batch(*texts))
            if status == 200:
                acknowledged += texts
    except (OSError, HTTPException):
        return


def contents(connection: Connection) -> list[str]:
    status, shown = connection.ask("GET", f"/_mock/conversations/{CID}?limit=1000")
    assert status == 200, shown
    return [message["content"] for message in shown["messages"]]


def test_batches_of_all_workers_are_in_one_order(shared: Team, pair: list[Connection]) -> None:
    acknowledged: list[str] = []
    more = [shared.connect() for _ in range(WRITERS - len(pair))]
    writers = [
        threading.Thread(target=write, args=(connection, f"w{number}", acknowledged))
        for number, connection in enumerate([*pair, *more])
    ]
    pair[1].ask("POST", "/_mock/faults", {"fault": "ServerError", "times": 7})
    pair[0].ask("POST", "/_mock/rejections", {"where": {"content": "w1 5 1"}})
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for connection in more:
        connection.close()
    recorded = contents(pair[0])
    assert Counter(recorded) == Counter(acknowledged) - Counter(["w1 5 1"])
    batches = [text.rpartition(" ")[0] for text in recorded]
    assert [name for number, name in enumerate(batches) if name not in batches[:number]] == list(dict.fromkeys(batches))
    runs = sum(one != two for one, two in itertools.pairwise(batches)) + 1
    assert runs == len(set(batches))  # no batch is inside of another one
    one, two = ({path: shown(json.dumps(each.ask("GET", f"/_mock/{path}")[1])) for path in LOOKS} for each in pair)
    assert one == two


def test_a_fault_for_n_calls_hits_n_calls_of_all_workers(pair: list[Connection]) -> None:
    pair[0].ask("POST", "/_mock/faults", {"fault": "ServerError", "status": 503, "times": 5})
    statuses: list[int] = []

    def ask(connection: Connection) -> None:
        statuses.extend(connection.ask("POST", BATCH, batch("hi"))[0] for _ in range(10))

    threads = [threading.Thread(target=ask, args=(connection,)) for connection in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(statuses) == {503: 5, 200: 15}
    assert pair[1].ask("GET", "/_mock/faults")[1]["faults"] == []


@pytest.mark.parametrize(
    ("change", "look", "expected"),
    [
        (("POST", "/_mock/clock", {"freeze": "2026-01-01T00:00:00Z"}), ("GET", "/_mock/clock"), "2026-01-01T00:00:00"),
        (("PATCH", "/_mock/settings", {"max_batch": 7}), ("GET", "/_mock/settings"), '"max_batch": 7'),
        (("POST", "/_mock/answers", {"method": "GET", "path": "/v1/x", "json": 42}), ("GET", "/v1/x"), "42"),
        (("POST", "/_mock/keys", {"key": "synap_new_key", "world": "w1"}), ("GET", "/_mock/worlds"), '"w1"'),
        (("POST", "/_mock/memories", {"text": "Ann drinks tea."}), ("GET", "/_mock/memories"), "Ann drinks tea."),
    ],
)
def test_control_calls_reach_all_workers(
    pair: list[Connection], change: tuple[str, str, Any], look: tuple[str, str], expected: str
) -> None:
    assert pair[0].ask(*change)[0] == 200
    assert expected in json.dumps(pair[1].ask(*look)[1])
    pair[1].ask("PATCH", "/_mock/settings", {"max_batch": None})


def test_a_wait_sees_what_another_worker_records(pair: list[Connection]) -> None:
    found: list[Any] = []
    waiter = threading.Thread(target=lambda: found.append(pair[0].ask("GET", "/_mock/messages?text=late&wait=10")))
    waiter.start()
    assert pair[1].ask("POST", BATCH, batch("a late one"))[0] == 200
    waiter.join()
    assert [message["content"] for message in found[0][1]["messages"]] == ["a late one"]


def test_a_late_response_delays_no_other_call(pair: list[Connection]) -> None:
    pair[1].ask("POST", "/_mock/faults", {"fault": "Latency", "seconds": 0.3})
    late: list[Any] = []
    caller = threading.Thread(target=lambda: late.append(pair[0].ask("POST", BATCH, batch("late"))))
    caller.start()
    until(lambda: pair[1].ask("GET", "/_mock/faults")[1]["faults"] == [])
    assert pair[1].ask("POST", BATCH, batch("other"))[0] == 200
    caller.join()
    assert (late[0][0], contents(pair[1])) == (200, ["other", "late"])


def test_a_killed_worker_loses_nothing_and_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "fake.db"
    acknowledged: list[str] = []
    with team("--database", str(path)) as killed:
        with killed.connected_to_each() as pair:
            writers = [
                threading.Thread(target=write, args=(each, f"w{number}", acknowledged, 200))
                for number, each in enumerate(pair)
            ]
            for writer in writers:
                writer.start()
            until(lambda: len(acknowledged) > 30)
            first, second = killed.workers()
            first.send_signal(signal.SIGKILL)
            for writer in writers:
                writer.join()
        until(lambda: len(killed.workers()) == 2 and first not in killed.workers())
        with killed.connected_to_each() as pair:
            recorded = [contents(each) for each in pair]
        assert recorded[0] == recorded[1]
        assert {text for text in acknowledged if recorded[0].count(text) != 1} == set()
        killed.server.send_signal(signal.SIGKILL)
        until(lambda: not second.is_running())
    with team("--database", str(path), workers=1) as restarted, restarted.connected_to_each() as alone:
        assert contents(alone[0]) == recorded[0]
