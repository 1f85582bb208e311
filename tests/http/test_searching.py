"""``GET /_mock/requests`` and ``GET /_mock/messages``: searching, and waiting for what matches."""

from __future__ import annotations

import socket
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from asking import BATCH, in_process

from synap_mock import ReadTimeout, ServerError
from synap_mock.http.control.searching import waiting

if TYPE_CHECKING:
    from synap_mock import Server, SynapMock

CONVERSATION = str(uuid.UUID(int=1))


def entry(content: str = "hi", **fields: Any) -> dict[str, Any]:
    return {"conversation_id": CONVERSATION, "role": "user", "content": content, **fields}


@pytest.fixture
def busy(fake: SynapMock, inside: httpx.Client) -> httpx.Client:
    """A client of a fake that has had six calls."""
    inside.get("/health")
    inside.get("/api/v1/auth/whoami", headers={"Authorization": ""})
    inside.post(BATCH, json={"messages": [entry("tea", user_id="ann"), entry("hello", role="assistant")]})
    inside.post(BATCH, json={"messages": [entry("coffee"), {**entry(), "conversation_id": "x"}]})
    fake.fail(ServerError(503))
    inside.post(BATCH, json={"messages": [entry("lost")]})
    fake.fail(ReadTimeout())
    with pytest.raises(httpx.TimeoutException):
        inside.post(BATCH, json={"messages": [entry("late")]})
    return inside


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("status=200", [4, 3, 1]),
        ("status=4xx", [2]),
        ("status=5xx,401", [5, 2]),
        ("status=none", [6]),
        (f"route={BATCH}&status=2xx", [4, 3]),
        (f"route=POST%20{BATCH}&since=4", [6, 5]),
        (f"route=GET%20{BATCH}", []),
        ("rule=CONVERSATION-ID-UUID", [4]),
        ("text=coffee", [4]),
        ("text=whoami", [2]),
        ("since=5", [6]),
        ("status=200&limit=1", [4]),
        ("status=200&after=4", [3, 1]),
    ],
)
def test_calls_are_found_by_their_filters(busy: httpx.Client, query: str, numbers: list[int]) -> None:
    response = busy.get(f"/_mock/requests?{query}")
    assert [request["number"] for request in response.json()["requests"]] == numbers


@pytest.mark.parametrize(
    ("query", "contents"),
    [
        ("", ["tea", "hello", "coffee"]),
        (f"conversation_id={CONVERSATION.upper()}", ["tea", "hello", "coffee"]),
        (f"conversation_id={uuid.UUID(int=2)}", []),
        ("user_id=ann", ["tea"]),
        ("text=e&role=user", ["tea", "coffee"]),
        ("role=assistant", ["hello"]),
        ("limit=1", ["tea"]),
        ("limit=1&after=0.1", ["hello"]),
    ],
)
def test_messages_are_found_by_their_filters(busy: httpx.Client, query: str, contents: list[str]) -> None:
    response = busy.get(f"/_mock/messages?{query}")
    assert [message["content"] for message in response.json()["messages"]] == contents


def test_messages_of_the_search_are_those_of_python(fake: SynapMock, busy: httpx.Client) -> None:
    fake.reset()
    for _ in range(3):
        busy.post(BATCH, json={"messages": [entry(), {**entry(), "conversation_id": str(uuid.UUID(int=2))}] * 20})
    shown = busy.get("/_mock/messages?limit=1000").json()["messages"]
    assert [(each["message_id"], each["position"]) for each in shown] == [
        (message.message_id, message.position) for message in fake.messages
    ]


WORLDS = ["w1", "default", "w2", "w2", "default", "w1", "w1", "w2", "default"]
"""The worlds of some calls."""


def of_three_worlds(inside: httpx.Client) -> httpx.Client:
    """The client, after calls in three worlds, each with its number as a message."""
    made = [inside.post("/_mock/keys", json={"world": name}).json()["key"] for name in ("w1", "w2")]
    keys = {"default": inside.headers["authorization"], "w1": f"Bearer {made[0]}", "w2": f"Bearer {made[1]}"}
    for number, world in enumerate(WORLDS):
        inside.post(BATCH, json={"messages": [entry(str(number))]}, headers={"Authorization": keys[world]})
    return inside


def pages(inside: httpx.Client, path: str, name: str) -> list[dict[str, Any]]:
    """Every item of a list, in pages of two."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = inside.get(path, params={"all": "1", "limit": "2", **after}).json()
        found += page[name]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


def test_calls_of_all_worlds_are_listed_newest_first(inside: httpx.Client) -> None:
    found = pages(of_three_worlds(inside), "/_mock/requests", "requests")
    assert [each["world"] for each in found] == WORLDS[::-1]


def test_messages_of_all_worlds_are_listed_world_by_world(inside: httpx.Client) -> None:
    found = pages(of_three_worlds(inside), "/_mock/messages", "messages")
    order = sorted(range(9), key=lambda number: (WORLDS[number], number))
    assert [(each["world"], each["content"]) for each in found] == [(WORLDS[n], str(n)) for n in order]


def test_a_wait_for_all_worlds_sees_one_that_is_made_meanwhile(
    client: httpx.Client, fake: SynapMock, waits: threading.Semaphore
) -> None:
    with ThreadPoolExecutor(2) as pool:
        pending = [
            pool.submit(client.get, f"/_mock/{path}&all=1&wait=60", timeout=60)
            for path in ("requests?text=tea", "messages?text=tea")
        ]
        for _ in pending:
            waits.acquire()
        key = fake.world("new").api_key
        client.post(BATCH, json={"messages": [entry("tea")]}, headers={"Authorization": f"Bearer {key}"})
        requests, messages = (each.result().json() for each in pending)
    assert [requests["requests"][0]["world"], messages["messages"][0]["world"]] == ["new", "new"]


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_of_messages_are_the_whole_list(fake: SynapMock, inside: httpx.Client, limit: int) -> None:
    for _ in range(3):
        inside.post(BATCH, json={"messages": [entry(str(number)) for number in range(15)]})
    found, after = [], "0.0"
    while after:
        page = inside.get(f"/_mock/messages?limit={limit}&after={after}").json()
        found += [each["message_id"] for each in page["messages"]]
        after = page["next"]
    assert found == [message.message_id for message in fake.messages]


@pytest.mark.parametrize(
    "query",
    [
        "requests?status=600",
        "requests?status=4x",
        "requests?status=",
        "requests?route=v1",
        "requests?rule=NO-RULE",
        "requests?since=-1",
        "requests?since=1&all=1",
        "requests?after=1&all=1",
        "messages?after=0.1&all=1",
        "requests?wait=61",
        "requests?wait=nan",
        "requests?wait=soon",
        "requests?count=0",
        "requests?count=1001",
        "messages?conversation_id=x",
        "messages?role=system",
        "messages?wait=-1",
        "messages?content=x",
    ],
)
def test_a_filter_out_of_range_is_rejected(inside: httpx.Client, query: str) -> None:
    response = inside.get(f"/_mock/{query}")
    assert (response.status_code, response.json()["code"]) == (400, "INVALID_INPUT")


def test_a_masked_key_is_not_found(fake: SynapMock, inside: httpx.Client) -> None:
    inside.post(BATCH, content=fake.api_key)
    assert inside.get("/_mock/requests", params={"text": fake.api_key[:12]}).json()["requests"] == []


def test_what_came_closest_is_shown(busy: httpx.Client) -> None:
    closest = busy.get(f"/_mock/requests?status=200&route={BATCH}&text=hello&rule=CONVERSATION-ID-UUID").json()[
        "closest"
    ]
    assert (closest["request"]["number"], closest["mismatches"]) == (4, ["text"])
    closest = busy.get("/_mock/messages?user_id=ann&role=assistant&text=tea").json()["closest"]
    assert (closest["message"]["content"], closest["mismatches"]) == ("tea", ["role"])


def test_in_process_a_wait_is_answered_at_once(busy: httpx.Client) -> None:
    assert busy.get("/_mock/requests?status=404&wait=60").json()["requests"] == []


def test_a_wait_ends_without_a_match(client: httpx.Client) -> None:
    client.get("/health")
    found = client.get("/_mock/requests?status=404&wait=0.05").json()
    assert (found["requests"], found["closest"]["mismatches"]) == ([], ["status"])


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Released once for each request that begins to wait."""
    begun = threading.Semaphore(0)
    wait = waiting._wait  # noqa: SLF001 - no other place is between a search and its wait

    async def noted(*args: Any) -> None:
        begun.release()
        await wait(*args)  # it waits before the event loop does anything else

    monkeypatch.setattr(waiting, "_wait", noted)
    return begun


def test_a_wait_ends_once_enough_messages_match(
    client: httpx.Client, inside: httpx.Client, waits: threading.Semaphore
) -> None:
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(client.get, "/_mock/messages?text=tea&count=2&wait=60", timeout=60)
        waits.acquire()
        for content in ("coffee", "tea", "green tea"):
            assert not pending.done()
            inside.post(BATCH, json={"messages": [entry(content)]})
            client.get("/health")  # the server has looked by then
        assert [each["content"] for each in pending.result().json()["messages"]] == ["tea", "green tea"]


def test_a_wait_sees_what_arrives_before_it_listens(
    client: httpx.Client, inside: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = waiting._wait  # noqa: SLF001 - as above

    async def late(*args: Any) -> None:
        inside.get("/health")  # noqa: ASYNC212 - in process, it does not block
        await wait(*args)

    monkeypatch.setattr(waiting, "_wait", late)
    assert client.get("/_mock/requests?wait=60", timeout=10).json()["closest"] is None


def test_a_wait_survives_a_reset(fake: SynapMock, client: httpx.Client, inside: httpx.Client) -> None:
    inside.post(BATCH, json={"messages": [entry("before")] * 2})
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(client.get, "/_mock/messages?count=3&wait=60", timeout=60)
        fake.reset()
        inside.post(BATCH, json={"messages": [entry("after")] * 3})
        assert {each["content"] for each in pending.result().json()["messages"]} == {"after"}


def test_a_wait_ends_with_the_server(fake: SynapMock, waits: threading.Semaphore) -> None:
    with ThreadPoolExecutor(1) as pool:
        with fake.serve() as server:
            pending = pool.submit(httpx.get, f"{server.url}/_mock/requests?wait=60", timeout=60, trust_env=False)
            waits.acquire()
        assert pending.result().json()["requests"] == []


def test_a_waiter_that_is_gone_makes_room(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "WAITERS", 1)
    for _ in range(3):
        with closing(socket.create_connection(("127.0.0.1", server.port))) as line:
            line.sendall(b"GET /_mock/requests?wait=60 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with closing(HTTPConnection("127.0.0.1", server.port)) as other:
            while True:
                other.request("GET", "/_mock/requests?status=404&wait=0.001")
                response = other.getresponse()
                response.read()
                if response.status == 200:
                    break


def race(fake: SynapMock, server: Server, count: int) -> int:
    """How many of so many waits, each begun about when its call arrives, on the port or in process, end without it."""
    turns = threading.Barrier(2)
    path = "/v1/telemetry/batch"
    inside = in_process(fake)

    def arrive() -> None:
        with httpx.Client(base_url=server.url, headers=inside.headers, trust_env=False) as client:
            for number in range(count):
                turns.wait()
                (client, inside)[number % 2].post(path)

    thread = threading.Thread(target=arrive)
    thread.start()
    missed = 0
    with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
        for number in range(count):
            turns.wait()
            found = client.get(f"/_mock/requests?since={number}&route={path}&wait=30").json()["requests"]
            missed += [each["number"] for each in found] != [number + 1]
    thread.join()
    return missed


def test_no_wait_misses_what_arrives_meanwhile(fake: SynapMock, server: Server) -> None:
    assert race(fake, server, 300) == 0


@pytest.mark.whole
def test_ten_thousand_waits_miss_nothing(fake: SynapMock, server: Server) -> None:
    assert race(fake, server, 10_000) == 0


def test_500_requests_wait_at_once(server: Server, inside: httpx.Client, waits: threading.Semaphore) -> None:
    """The 501st is rejected; one call answers all the others."""
    request = b"GET /_mock/requests?wait=60 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    lines = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(500)]
    for line in lines:
        line.sendall(request)
    for _ in lines:
        waits.acquire()
    status = httpx.get(f"{server.url}/_mock/requests?wait=1", trust_env=False).status_code
    inside.get("/health")
    answers = [line.makefile("rb").readline() for line in lines]
    for line in lines:
        line.close()
    assert (status, set(answers)) == (503, {b"HTTP/1.1 200 OK\r\n"})
