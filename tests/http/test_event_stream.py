"""``GET /_mock/events``: what happens, as server-sent events."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Callable  # noqa: TC003 - an annotation of the module
from contextlib import closing, contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest
from asking import BATCH, in_process

from synap_mock import RateLimited, SynapMock
from synap_mock.domain.values.real_time import monotonic, pause
from synap_mock.http.control.history import events as module
from synap_mock.http.control.history.share import Share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_mock import Server

Entry = dict[str, Any]


class Event(NamedTuple):
    """One event of a stream."""

    id: str
    name: str
    data: dict[str, Any]


def parsed(lines: Iterator[str]) -> Iterator[Event]:
    """The events of a stream, comments left out."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield Event(fields["id"], fields["event"], json.loads(fields["data"]))
            fields = {}


@contextmanager
def listening(server: Server, after: str | None = "0", **headers: str) -> Iterator[Iterator[Event]]:
    url = f"{server.url}/_mock/events" + (f"?after={after}" if after else "")
    with httpx.stream("GET", url, headers=headers, timeout=10, trust_env=False, verify=False) as response:  # noqa: S501 - plain HTTP: loading certificates takes time
        assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        yield parsed(response.iter_lines())


def until(events: Iterator[Event], name: str) -> Event:
    return next(event for event in events if event.name == name)


def test_a_call_is_an_event_with_what_a_list_shows(fake: SynapMock, server: Server, inside: httpx.Client) -> None:
    with listening(server) as events:
        inside.post(BATCH, json={"messages": [{"conversation_id": "x", "role": "user", "content": "secret"}]})
        data = until(events, "request").data
    (request,) = fake.requests
    assert data.pop("duration_ms") > 0
    assert (data.pop("at"), data.pop("correlation_id")) == (data_at(inside), request.correlation_id)
    assert data == {
        "number": 1,
        "method": "POST",
        "path": BATCH,
        "route": f"POST {BATCH}",
        "status": 200,
        "total": 1,
        "succeeded": 0,
        "failed": 1,
        "key": f"synap_...{fake.api_key[-4:]}",
        "world": "default",
        "instance_id": request.instance_id,
        "rules": {"CONVERSATION-ID-UUID": 1},
        "fault": None,
        "background": False,
        "unmodelled": False,
    }


def data_at(inside: httpx.Client) -> str:
    at: str = inside.get("/_mock/requests/1").json()["at"]
    return at


CHANGES: dict[str, Callable[[SynapMock, httpx.Client], object]] = {
    "ledger": lambda _, client: client.post(BATCH, json={"messages": [{"role": "user"}]}),
    "memories": lambda fake, _: fake.remember("Ann drinks tea."),
    "memories forgotten": lambda _, client: client.delete("/_mock/memories"),
    "faults": lambda fake, _: fake.fail(RateLimited()),
    "rejections": lambda fake, _: fake.reject(0),
    "answers": lambda fake, _: fake.answer("GET", "/v2", json={}),
    "settings": lambda _, client: client.patch("/_mock/settings", json={"tenancy": "b2b"}),
    "clock": lambda fake, _: fake.clock.advance(1),
    "clock frozen": lambda fake, _: fake.clock.freeze(),
    "keys": lambda _, client: client.post("/_mock/keys"),
    "keys revoked": lambda fake, client: client.delete(f"/_mock/keys/{fake.api_key}"),
    "reset": lambda _, client: client.post("/_mock/reset"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_an_event(fake: SynapMock, server: Server, inside: httpx.Client, name: str) -> None:
    with listening(server) as events:
        assert next(events).name == "reset"
        CHANGES[name](fake, inside)
        assert until(events, name.split(maxsplit=1)[0]).data == {"world": "default"}


def test_without_an_id_only_new_events_are_sent(server: Server, inside: httpx.Client) -> None:
    inside.get("/health")
    with listening(server, after=None) as events:
        inside.get("/api/v1/auth/whoami")
        assert next(events).data["path"] == "/api/v1/auth/whoami"


def test_a_reconnect_misses_and_repeats_nothing(server: Server, inside: httpx.Client) -> None:
    chosen = random.Random(1)  # noqa: S311 - repeatable
    numbers: list[int] = []
    last = None
    while len(numbers) < 50:
        with listening(server, **({"Last-Event-ID": last} if last else {})) as events:
            for _ in range(chosen.randrange(8)):
                inside.get("/health")
            for _ in range(chosen.randrange(1, 6)):
                if len(numbers) == inside.get("/_mock/requests").json()["requests"][0]["number"]:
                    break
                event = until(events, "request")
                numbers.append(event.data["number"])
                last = event.id
        for _ in range(chosen.randrange(3)):
            inside.get("/health")
    assert numbers == [*range(1, len(numbers) + 1)]


def test_a_reconnect_to_all_worlds_misses_and_repeats_nothing(
    fake: SynapMock, server: Server, inside: httpx.Client
) -> None:
    """Worlds are made meanwhile; the calls come in the order in which they were made, each with its world."""
    chosen = random.Random(2)  # noqa: S311 - repeatable
    keys = {"default": fake.api_key}
    made: list[str] = []
    seen: list[str] = []
    last = "0"
    while len(made) < 60:
        name = f"w{len(keys)}"
        keys[name] = fake.world(name).api_key
        for world in chosen.choices([*keys], k=chosen.randrange(1, 8)):
            inside.get("/api/v1/auth/whoami", headers={"Authorization": f"Bearer {keys[world]}"})
            made.append(world)
        with listening(server, after=f"{last}&all=1") as events:
            for _ in range(chosen.randrange(1, len(made) - len(seen) + 1)):
                event = until(events, "request")
                seen.append(event.data["world"])
                last = event.id
    assert seen == made[: len(seen)]
    assert len(seen) > 30


def test_a_listener_to_all_worlds_hears_of_new_and_deleted_ones(
    fake: SynapMock, server: Server, inside: httpx.Client
) -> None:
    with listening(server, after="0&all=1") as events:
        until(events, "reset")
        key = fake.world("w1").api_key
        inside.get("/health", headers={"Authorization": f"Bearer {key}"})
        found = [next(events) for _ in range(2)]
        inside.delete("/_mock/worlds/w1")
        found += [until(events, "worlds")]
    assert [event[1:] for event in found[:2]] == [("reset", {"world": "w1"}), ("worlds", {"world": "default"})]
    assert found[2].data == {"world": "default"}


def test_dropped_events_are_a_gap() -> None:
    fake = SynapMock(journal_calls=2)
    client = in_process(fake)
    with fake.serve() as server, listening(server) as events:
        first = next(events)
    for _ in range(5):
        client.get("/health")
    with fake.serve() as server, listening(server, **{"Last-Event-ID": first.id}) as events:
        assert next(events)[1:] == ("gap", {"world": "default", "reason": "dropped"})
        assert [next(events).data["number"] for _ in range(2)] == [4, 5]


def test_more_events_than_the_feed_keeps_are_a_gap(fake: SynapMock, server: Server) -> None:
    with listening(server) as events:
        first = next(events)
    for _ in range(2500):
        fake.clock.advance(0)
        fake.reject(0)
    with listening(server, **{"Last-Event-ID": first.id}) as events:
        assert [next(events).name for _ in range(3)] == ["gap", "clock", "rejections"]


def test_many_worlds_displace_no_call_of_the_default_one(fake: SynapMock, server: Server, inside: httpx.Client) -> None:
    inside.get("/health")
    for _ in range(2500):
        fake.world("w1")
        fake._worlds.delete("w1")  # noqa: SLF001 - over HTTP it takes seconds
    with listening(server) as events:
        assert [next(events).name for _ in range(3)] == ["reset", "request", "worlds"]


@pytest.mark.parametrize("other", ["00000000-1", "0000000a-999"])
def test_an_id_of_another_process_is_a_gap(server: Server, other: str) -> None:
    with listening(server, after=other) as events:
        assert next(events).data == {"world": "default", "reason": "unknown"}


def test_after_a_reset_the_reset_is_the_first_event(fake: SynapMock, server: Server, inside: httpx.Client) -> None:
    with listening(server) as events:
        first = next(events)
    inside.get("/health")
    fake.reset()
    with listening(server, **{"Last-Event-ID": first.id}) as events:
        assert next(events).name == "reset"


@pytest.mark.parametrize("after", ["x", "-1", "1", "00000000-", "00000000-x", "0" * 30])
def test_what_is_not_an_id_is_rejected(server: Server, after: str) -> None:
    response = httpx.get(f"{server.url}/_mock/events", params={"after": after}, trust_env=False)
    assert (response.status_code, response.json()["code"]) == (400, "INVALID_INPUT")


def test_in_process_there_are_no_events(inside: httpx.Client) -> None:
    response = inside.get("/_mock/events")
    assert (response.status_code, response.json()["code"]) == (501, "NOT_IMPLEMENTED")


def test_head_ends_at_once(server: Server) -> None:
    response = httpx.head(f"{server.url}/_mock/events", trust_env=False, timeout=5)
    assert (response.status_code, response.content) == (200, b"")


def test_one_listener_too_many_is_rejected(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LISTENERS", 1)
    with listening(server) as events:
        next(events)
        response = httpx.get(f"{server.url}/_mock/events", trust_env=False)
        assert (response.status_code, response.json()["code"]) == (503, "TOO_MANY_LISTENERS")


def test_a_listener_that_is_gone_makes_room(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LISTENERS", 1)
    for _ in range(3):
        with listening(server) as events:
            next(events)
        while httpx.head(f"{server.url}/_mock/events", trust_env=False).status_code == 503:
            pass


def test_a_comment_shows_that_the_connection_is_alive(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT", 0.01)
    with httpx.stream("GET", f"{server.url}/_mock/events", timeout=10, trust_env=False) as response:
        assert ": heartbeat" in response.iter_lines()


def test_the_stream_ends_with_the_server(fake: SynapMock) -> None:
    with fake.serve() as server:
        context = listening(server)
        events = context.__enter__()
        next(events)
    assert list(events) == []
    context.__exit__(None, None, None)


def test_a_slow_reader_gets_every_event_or_a_gap(fake: SynapMock, server: Server, inside: httpx.Client) -> None:
    """It reads nothing during 1,500 calls, of which the journal keeps 1,000; the calls are not delayed."""
    with closing(socket.socket()) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", server.port))
        line.sendall(b"GET /_mock/events HTTP/1.0\r\nHost: localhost\r\n\r\n")
        line.recv(4096)
        for _ in range(1500):
            inside.get("/health")
        fake.fail(RateLimited())
        numbers, gaps = [0], 0
        line.settimeout(10)
        for event in parsed(each.strip() for each in line.makefile("r", encoding="utf-8")):
            if event.name == "faults":
                break
            if event.name == "gap":
                gaps += 1
            else:
                numbers.append(event.data["number"])
    jumps = sum(following != number + 1 for number, following in pairwise(numbers))
    assert (numbers[-1], numbers == sorted(set(numbers)), jumps <= gaps) == (1500, True, True)


def test_a_stream_takes_a_share_of_the_time() -> None:
    """Work within the burst needs the shortest pause only; then the pauses make up for the work."""
    now = [0.0]
    share = Share(0.02, burst=0.2, least=0.01, most=10.0, clock=lambda: now[0])
    pauses = []
    for _ in range(1000):
        now[0] += 0.005
        pauses.append(share.pause_after(now[0] - 0.005))
        now[0] += pauses[-1]
    assert set(pauses[:30]) == {0.01}
    assert 0.02 <= 5.0 / (5.0 + sum(pauses)) <= 0.021


def test_a_listener_that_is_gone_is_not_called(server: Server, fake: SynapMock) -> None:
    def eventually(count: int) -> bool:
        deadline = monotonic() + 10
        while len(fake._state.feed._bells) != count and monotonic() < deadline:  # noqa: SLF001 - nothing public has them
            pause(0.01)
        return len(fake._state.feed._bells) == count  # noqa: SLF001 - as above

    with listening(server):
        assert eventually(1)
    assert eventually(0)
