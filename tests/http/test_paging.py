"""Lists on the control API come in pages; together the pages are the whole list."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from asking import BATCH, in_process
from openapi_document import OPERATIONS, resolved

from synap_mock import Conflict, ServerError, SynapMock

if TYPE_CHECKING:
    import httpx

CONVERSATION = str(uuid.UUID(int=1))
LISTS = {
    "/_mock/requests": "requests",
    "/_mock/conversations": "conversations",
    "/_mock/requests?status=2xx": "requests",
    f"/_mock/conversations/{CONVERSATION}?instance_id=inst_0": "messages",
    "/_mock/faults": "faults",
    "/_mock/rejections": "rejections",
    "/_mock/memories": "memories",
    "/_mock/profiles": "profiles",
    "/_mock/answers": "answers",
    "/_mock/keys": "keys",
    "/_mock/worlds": "worlds",
    "/_mock/stats?all=1": "worlds",
}
BOUNDED = {
    "/_mock/settings": "the hosts of one setting, within 1 MiB",
    "/_mock/ledger": "a report, of at most 10,000 entries",
    "/_mock/requests/{number}": "one call, with at most 100 refusals",
    "/_mock/requests/{number}/refusals": "of one call, at most 100",
}
"""Responses with an array that has no pages, and why."""
ELSEWHERE = {"/_mock/messages": "test_searching.py"}
"""Lists whose pages another file tests."""


def entry(number: int) -> dict[str, Any]:
    return {"conversation_id": str(uuid.UUID(int=number)), "role": "user", "content": str(number)}


def fill(fake: SynapMock) -> httpx.Client:
    """Put 230 items into every list, the conversations of three instances; return a client."""
    inside = in_process(fake)
    for instance in range(3):
        key, _ = fake.keys.create(instance_id=f"inst_{instance}")
        entries = [entry(number) for number in range(1, (100, 1, 129)[instance] + 1)]
        inside.post(BATCH, json={"messages": entries}, headers={"Authorization": f"Bearer {key}"})
        if instance == 0:
            inside.post(BATCH, json={"messages": [entry(1)] * 229}, headers={"Authorization": f"Bearer {key}"})
    for _ in range(226):
        inside.get("/health")
    for number in range(230):
        fake.keys.create()
        fake.world(f"w{number}")
        fake.answer("GET", f"/v1/{number}")
        fake.fail(ServerError(500 + number % 100), route="/nowhere", times=number + 1)
        fake.reject({"user_id": f"u{number}"}, error=str(number))
        fake.remember(str(number))
        fake.profile(f"u{number}", {"number": number})
    return inside


@pytest.fixture(scope="module")
def full() -> tuple[SynapMock, httpx.Client]:
    """A fake with 230 items in every list, and its client; tests only read it."""
    fake = SynapMock()
    return fake, fill(fake)


@pytest.fixture
def reader(full: tuple[SynapMock, httpx.Client]) -> httpx.Client:
    """The client of the fake that tests only read."""
    return full[1]


def pages(client: httpx.Client, path: str, limit: int | None = None) -> list[dict[str, Any]]:
    found, query = [], {} if limit is None else {"limit": str(limit)}
    while True:
        page = client.get(path, params=dict(httpx_query(path)) | query).json()
        found.append(page)
        if page["next"] is None:
            return found
        query["after"] = page["next"]


def httpx_query(path: str) -> list[tuple[str, str]]:
    return [
        (name, value) for name, _, value in (pair.partition("=") for pair in path.partition("?")[2].split("&") if pair)
    ]


@pytest.mark.parametrize(("path", "name"), LISTS.items())
def test_a_page_has_100_items_by_default(reader: httpx.Client, path: str, name: str) -> None:
    full, rest = divmod(len(whole(reader, path, name)), 100)
    assert [len(page[name]) for page in pages(reader, path)] == [100] * full + [rest]


def test_every_list_of_the_control_api_is_paged_and_tested_here() -> None:
    """As the OpenAPI document has them: each response with an array at its top."""
    listed = {path.partition("?")[0].replace(CONVERSATION, "{conversation_id}") for path in LISTS}
    for route, operation in OPERATIONS.items():
        method, _, path = route.partition(" ")
        if method != "GET" or not path.startswith("/_mock"):
            continue
        content = resolved(operation["responses"]["200"]).get("content", {}).get("application/json", {})
        properties = resolved(content.get("schema", {})).get("properties", {})
        if any(resolved(each).get("type") == "array" for each in properties.values()) and path not in BOUNDED:
            assert "next" in properties, path
            assert {"limit", "after"} <= {resolved(each)["name"] for each in operation["parameters"]}, path
            assert path in listed | ELSEWHERE.keys()


@pytest.mark.parametrize("limit", [1, 7, 100, 115, 229, 230])
@pytest.mark.parametrize(("path", "name"), LISTS.items())
def test_pages_together_are_the_whole_list(reader: httpx.Client, path: str, name: str, limit: int) -> None:
    found = pages(reader, path, limit)
    together = [item for page in found for item in page[name]]
    assert [*map(lasting, together)] == [*map(lasting, whole(reader, path, name))]
    assert all(0 < len(page[name]) <= limit for page in found)


def lasting(item: dict[str, Any]) -> dict[str, Any]:
    """What does not change from one request to the next."""
    return {name: value for name, value in item.items() if name != "idle_seconds"}


def whole(client: httpx.Client, path: str, name: str) -> list[Any]:
    page = client.get(path, params=[*httpx_query(path), ("limit", "1000")]).json()
    assert page["next"] is None
    items: list[Any] = page[name]
    assert len(items) >= 228
    return items


def test_pages_of_conversations_are_those_of_python(full: tuple[SynapMock, httpx.Client]) -> None:
    fake, reader = full
    shown = [each for page in pages(reader, "/_mock/conversations", 9) for each in page["conversations"]]
    expected = [(each.conversation_id, each.instance_id, each.message_count) for each in fake.conversations]
    assert [tuple(each.values()) for each in shown] == expected


def test_pages_of_messages_are_the_transcript(full: tuple[SynapMock, httpx.Client]) -> None:
    fake, reader = full
    path = f"/_mock/conversations/{CONVERSATION}?instance_id=inst_0"
    shown = [(each["role"], each["content"]) for page in pages(reader, path) for each in page["messages"]]
    assert shown == fake.transcript(CONVERSATION, instance_id="inst_0")


@pytest.mark.parametrize(
    ("path", "name"), [(f"/_mock/conversations/{CONVERSATION}", "messages"), ("/_mock/requests", "requests")]
)
def test_a_page_has_at_most_half_a_mib_of_texts(fake: SynapMock, inside: httpx.Client, path: str, name: str) -> None:
    headers = {"Authorization": f"Bearer {fake.api_key}"}
    for number in range(30):
        message = {**entry(1), "conversation_id": CONVERSATION, "content": f"{number} " + "x" * 60_000}
        assert inside.post(BATCH, json={"messages": [message]}, headers=headers).status_code == 200
    found = pages(inside, path)
    assert [len(page[name]) for page in found] == [8, 8, 8, 6]
    numbers = [int(re.search(r"(\d+) x", str(item))[1]) for page in found for item in page[name]]  # type: ignore[index] # each has one
    assert numbers == (list(range(30)) if name == "messages" else list(range(29, -1, -1)))


def test_a_page_holds_one_item_of_any_size(fake: SynapMock, inside: httpx.Client) -> None:
    message = {**entry(1), "conversation_id": CONVERSATION, "content": "x" * 2**20}
    headers = {"Authorization": f"Bearer {fake.api_key}"}
    assert inside.post(BATCH, json={"messages": [message] * 2}, headers=headers).status_code == 200
    assert [len(page["messages"]) for page in pages(inside, f"/_mock/conversations/{CONVERSATION}")] == [1, 1]


def test_a_page_stays_in_place_while_calls_arrive(inside: httpx.Client) -> None:
    for number in range(4):
        inside.get(f"/v1/{number}")
    first = inside.get("/_mock/requests?limit=2").json()
    inside.get("/v1/new")
    second = inside.get(f"/_mock/requests?limit=2&after={first['next']}").json()
    assert [call["path"] for call in second["requests"]] == ["/v1/1", "/v1/0"]


def test_a_page_of_memories_has_at_most_half_a_mib(fake: SynapMock, inside: httpx.Client) -> None:
    for number in range(10):
        fake.remember("x" * 200_000)
        fake.profile(f"u{number}", {"text": "x" * 200_000})
    for name in ("memories", "profiles"):
        assert [len(page[name]) for page in pages(inside, f"/_mock/{name}")] == [2, 2, 2, 2, 2]


def test_a_page_stays_in_place_while_memories_change(fake: SynapMock, inside: httpx.Client) -> None:
    seeded = [fake.remember(text) for text in "abcd"]
    first = inside.get("/_mock/memories?limit=2").json()
    inside.delete(f"/api/v1/memories/{seeded[0].memory_id}")
    inside.patch(f"/api/v1/memories/{seeded[1].memory_id}", json={"document": "new"})
    second = inside.get(f"/_mock/memories?limit=2&after={first['next']}").json()
    assert [memory["text"] for memory in second["memories"]] == ["c", "d"]


def test_a_page_stays_in_place_while_faults_are_used(fake: SynapMock, inside: httpx.Client) -> None:
    for status in (500, 501, 502, 503):
        fake.fail(ServerError(status))
    first = inside.get("/_mock/faults?limit=2").json()
    inside.post(BATCH, json={"messages": []})
    second = inside.get(f"/_mock/faults?limit=2&after={first['next']}").json()
    assert [fault["status"] for fault in second["faults"]] == [502, 503]


@pytest.mark.parametrize(("path", "name"), LISTS.items())
def test_a_page_after_the_last_item_is_empty(reader: httpx.Client, path: str, name: str) -> None:
    after = "9" * 18
    if name == "conversations":
        after = f"{after}.{after}"
    page = reader.get(path, params=[*httpx_query(path), ("after", after)]).json()
    assert page["next"] is None or name == "requests"
    assert page[name] == [] or name == "requests"


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(("parameter", "value"), [("limit", "0"), ("limit", "1001"), ("limit", "x"), ("after", "x")])
@pytest.mark.parametrize("more", ["", "9" * 30])
def test_another_limit_or_cursor_is_rejected(
    reader: httpx.Client, path: str, parameter: str, value: str, more: str
) -> None:
    answer = reader.get(path, params=[*httpx_query(path), (parameter, value + more)])
    assert (answer.status_code, answer.json()["error"].startswith(f"{parameter} must be ")) == (400, True)


@pytest.mark.parametrize("after", ["", "1.2", "-1", "\u00b2", "1 "])
def test_a_cursor_of_another_form_is_rejected(inside: httpx.Client, after: str) -> None:
    assert inside.get("/_mock/faults", params={"after": after}).status_code == 400


def test_scheduling_returns_what_was_scheduled(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError())
    fake.reject(1)
    script = [{"fault": "Conflict"}, {"fault": None}]
    created = inside.post("/_mock/faults", json={"sequence": script}).json()["faults"]
    rejections = inside.post("/_mock/rejections", json={"where": 7}).json()["rejections"]
    assert [fault["fault"] for fault in created] == ["Conflict", None]
    assert [rejection["where"] for rejection in rejections] == [7]


def test_python_attributes_are_complete(full: tuple[SynapMock, httpx.Client]) -> None:
    fake, _ = full
    assert (len(fake.conversations), len(fake.transcript(CONVERSATION, instance_id="inst_0"))) == (230, 230)
    assert len(fake.messages) == 459


def test_a_rejection_with_a_predicate_is_not_shown(fake: SynapMock, inside: httpx.Client) -> None:
    fake.reject(lambda _: True)
    fake.fail(Conflict())
    assert inside.get("/_mock/rejections").json() == {"rejections": [], "next": None}
