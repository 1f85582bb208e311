"""What a fake holds stays within its bounds, whatever clients send: measured in allocated bytes."""

from __future__ import annotations

import gc
import json
import tracemalloc
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from asking import BATCH, in_process

from synap_mock import SynapMock
from synap_mock.domain.ledger import book
from synap_mock.domain.storage import rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import httpx

    Headers = Sequence[tuple[bytes, bytes]]

LIMIT = 256 * 1024
WRONG = {"conversation_id": "not a UUID", "role": "user", "content": "a"}


@contextmanager
def allocated() -> Iterator[Callable[[], int]]:
    """Returns how many bytes more are allocated than at the beginning."""
    gc.freeze()  # what the process holds already is neither counted nor searched for garbage
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()

        def grown() -> int:
            gc.collect()
            return tracemalloc.get_traced_memory()[0] - before

        yield grown
    finally:
        tracemalloc.stop()
        gc.unfreeze()


def call(fake: SynapMock, path: str, query: str = "", body: bytes = b"", headers: Headers = ()) -> None:
    """A call of the app without a client, which would limit what it sends."""
    scope = {"type": "http", "method": "POST" if body else "GET", "path": path, "query_string": query.encode("latin-1")}
    authorization = (b"authorization", f"Bearer {fake.api_key}".encode())

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": bytes(bytearray(body))}

    async def send(_: object) -> None:
        return

    asked = fake.app({**scope, "headers": [authorization, *headers]}, receive, send)
    with pytest.raises(StopIteration):
        asked.send(None)  # type: ignore[attr-defined] # it is a coroutine


@pytest.mark.parametrize(
    ("calls", "arguments"),
    [
        (1500, lambda number: {"path": "/health", "headers": [(b"x-a", b"%d" % number)]}),
        (225, lambda _: {"path": "/health", "headers": [(b"x%d" % n, b"y") for n in range(2000)]}),
        (60, lambda _: {"path": "/health", "headers": [(b"x%d" % n, b"y" * 1500) for n in range(20)]}),
        (50, lambda number: {"path": f"/v1/{number}{'ä' * 12_000}"}),
        (50, lambda number: {"path": f"/v1/{number}{'你' * 12_000}"}),
        (50, lambda number: {"path": "/health", "query": f"{number}{'a' * 20_000}"}),
        (50, lambda number: {"path": BATCH, "body": b"%d" % number * 20_000}),
        (100, lambda _: {"path": BATCH, "body": json.dumps({"messages": [WRONG] * 25}).encode()}),
    ],
    ids=["tiny", "headers", "long headers", "path", "wide path", "query", "body", "refusals"],
)
def test_the_journal_holds_no_more_than_its_bytes(calls: int, arguments: Callable[[int], dict[str, Any]]) -> None:
    """As allocated, objects included. The store, the ledger and the feed have bounds of their own; they are emptied."""
    fake = SynapMock(journal_bytes=LIMIT, journal_calls=10**6)
    call(fake, **arguments(0))
    with allocated() as grown:
        for number in range(calls):
            call(fake, **arguments(number))
        fake._state.store.clear()  # noqa: SLF001 - see the docstring
        fake._state.ledger.forget()  # noqa: SLF001
        fake._state.feed.begin_again()  # noqa: SLF001
        held = grown()
    assert 0.5 * LIMIT < held < 1.2 * LIMIT


def test_unmodelled_calls_are_in_the_journals_bytes() -> None:
    """They are kept when other calls have pushed them out of the journal."""
    fake = SynapMock(journal_bytes=LIMIT)
    with allocated() as grown:
        for path in ("/v1/a", BATCH):
            for number in range(50):
                call(fake, path, body=b"%d" % number * 15_000)
        held = grown()
    assert len(fake.unmodelled) > 1
    assert 0.5 * LIMIT < held < 1.1 * LIMIT


def test_few_of_a_calls_many_headers_are_kept() -> None:
    fake = SynapMock()
    call(fake, "/v1/a", headers=[(b"x%d" % number, b"y") for number in range(60_000)])
    call(fake, "/v1/a", headers=[(b"a", b"y" * 20_000), (b"b", b"y")])
    many, long = fake.requests
    assert (len(many.headers), [name for name, _ in long.headers]) == (200, ["authorization", "b"])


@pytest.fixture
def small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds of the store and of the ledger that few batches reach."""
    monkeypatch.setattr(rejected, "REFUSALS", 2000)
    monkeypatch.setattr(rejected, "UNRECORDED_BATCHES", 500)
    monkeypatch.setattr(book, "CASES", 2000)


def reject(inside: httpx.Client, batches: int) -> None:
    content = json.dumps({"messages": [WRONG] * 100})
    for _ in range(batches):
        inside.post(BATCH, content=content)


@pytest.mark.usefixtures("small_bounds")
def test_batches_that_record_nothing_hold_little() -> None:
    """The bound on refusals is reached after 20 batches of 100."""
    fake = SynapMock(journal_calls=1)
    inside = in_process(fake)
    with allocated() as grown:
        reject(inside, 20)
        before = grown()
        reject(inside, 40)
        assert grown() < before * 1.1
    batches = fake.batches
    assert [(batch.total, batch.failed, batch.succeeded) for batch in batches] == [(100, 100, 0)] * 60
    assert [len(batch.refusals) for batch in batches] == [0] * 40 + [100] * 20


@pytest.mark.usefixtures("small_bounds")
def test_partly_recorded_batches_hold_few_refusals() -> None:
    fake = SynapMock(journal_calls=1)
    inside = in_process(fake)
    right = {**WRONG, "conversation_id": str(uuid.uuid4())}
    for _ in range(30):
        inside.post(BATCH, json={"messages": [right, *[WRONG] * 99]})
    batches = fake.batches
    assert [(batch.succeeded, batch.failed) for batch in batches] == [(1, 99)] * 30
    assert [len(batch.refusals) for batch in batches] == [0] * 10 + [99] * 20


@pytest.mark.usefixtures("small_bounds")
def test_of_batches_that_record_nothing_the_newest_are_kept() -> None:
    fake = SynapMock(journal_calls=1)
    inside = in_process(fake)
    right = {**WRONG, "conversation_id": str(uuid.uuid4())}
    inside.post(BATCH, json={"messages": [WRONG]})
    inside.post(BATCH, json={"messages": [right]})
    for _ in range(rejected.UNRECORDED_BATCHES):
        inside.post(BATCH, content=b'{"messages": []}')
    inside.post(BATCH, json={"messages": [right] * 2})
    totals = [batch.total for batch in fake.batches]
    assert (totals[:2], len(totals), totals[-1]) == ([1, 0], rejected.UNRECORDED_BATCHES + 2, 2)
    assert fake._state.store.dropped_batches == 1  # noqa: SLF001 - no public name yet


def test_batches_are_listed_in_the_order_in_which_they_came() -> None:
    fake = SynapMock()
    inside = in_process(fake)
    right = {**WRONG, "conversation_id": str(uuid.uuid4())}
    sent = [[], [WRONG], [right, WRONG], [right], [WRONG] * 3, [], [right] * 2, [WRONG]]
    for entries in sent:
        inside.post(BATCH, json={"messages": entries})
        inside.post("/v1/conversations/messages", json={**right, "user_id": "u"})
    expected = [(entries.count(right), entries.count(WRONG)) for entries in sent]
    assert [(batch.succeeded, batch.failed) for batch in fake.batches] == expected
    fake.reset()
    assert fake.batches == []
