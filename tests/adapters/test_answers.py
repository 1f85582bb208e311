"""Both clients take nothing for a batch result that is none, however like one it looks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from adapters.spoken import started

from synap_mock import Respond, SynapMock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.spoken import Adapter

ROW = {"message_id": "msg_1", "recorded_at": "2026-01-01T00:00:00Z"}
TRUE = {"total": 2, "succeeded": 1, "failed": 1, "results": [ROW, {"error": "too long"}]}


@pytest.fixture(scope="module")
def beside(command: Sequence[str]) -> Iterator[tuple[SynapMock, Adapter]]:
    """A fake, and an adapter whose client is open, for all tests here: each ends with its call."""
    fake = SynapMock()
    with fake.serve() as server, started(command) as adapter:
        adapter.open(server.url, fake.api_key)
        yield fake, adapter


@pytest.fixture
def fake(beside: tuple[SynapMock, Adapter]) -> SynapMock:
    fake, _ = beside
    fake.reset()
    return fake


@pytest.fixture
def opened(beside: tuple[SynapMock, Adapter]) -> Adapter:
    _, adapter = beside
    return adapter


def test_a_true_result_is_returned(opened: Adapter, fake: SynapMock, entry: dict[str, Any]) -> None:
    fake.fail(Respond(200, json=TRUE))
    assert opened.ask(do="call", client="a", messages=[entry, entry])["answer"] == TRUE


@pytest.mark.parametrize(
    "untrue",
    [
        pytest.param({"total": 3}, id="total of another batch"),
        pytest.param({"succeeded": 2}, id="more succeeded than rows say"),
        pytest.param({"failed": 0}, id="fewer failed than rows say"),
        pytest.param({"results": [ROW]}, id="a row too few"),
        pytest.param({"results": [ROW, {}]}, id="row that says nothing"),
        pytest.param({"results": [ROW, None]}, id="row that is no object"),
        pytest.param({"results": [{"message_id": "msg_1"}, {"error": "too long"}]}, id="row without a time"),
        pytest.param({"results": [ROW, {**ROW, "error": "too long"}]}, id="row that failed and has an id"),
        pytest.param({"results": {"0": ROW, "1": {"error": "too long"}}}, id="results that are no list"),
    ],
)
def test_a_result_that_is_not_true_is_an_error(
    untrue: dict[str, Any], opened: Adapter, fake: SynapMock, entry: dict[str, Any]
) -> None:
    fake.fail(Respond(200, json=TRUE | untrue))
    raised = opened.ask(do="call", client="a", messages=[entry, entry])["raised"]
    assert "ServiceError" in raised["names"]


@pytest.mark.parametrize(
    "body",
    ["", "<html>", "null", "[]", "{", "\x00", pytest.param(json.dumps(TRUE) + " {}", id="true result and more")],
)
def test_a_body_that_is_no_result_is_an_error(
    body: str, opened: Adapter, fake: SynapMock, entry: dict[str, Any]
) -> None:
    fake.fail(Respond(200, content=body.encode()))
    raised = opened.ask(do="call", client="a", messages=[entry, entry])["raised"]
    assert "ServiceError" in raised["names"]


def test_a_key_that_the_server_repeats_is_in_no_text(opened: Adapter, fake: SynapMock, entry: dict[str, Any]) -> None:
    fake.fail(Respond(500, content=f"no such key: {fake.api_key}".encode()))
    assert fake.api_key not in str(opened.ask(do="call", client="a", messages=[entry]))
