"""Both clients reject answers that are not batch results, however similar they look."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from adapters.adapter import start_adapter

from synap_mock import Respond, SynapMock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.adapter import Adapter

ROW = {"message_id": "msg_1", "recorded_at": "2026-01-01T00:00:00Z"}
TRUE = {"total": 2, "succeeded": 1, "failed": 1, "results": [ROW, {"error": "too long"}]}


@pytest.fixture(scope="module")
def pair(command: Sequence[str]) -> Iterator[tuple[SynapMock, Adapter]]:
    """A fake, and an adapter with an open client, for all tests of this module."""
    fake = SynapMock()
    with fake.serve() as server, start_adapter(command) as adapter:
        adapter.open(server.url, fake.api_key)
        yield fake, adapter


@pytest.fixture
def fake(pair: tuple[SynapMock, Adapter]) -> SynapMock:
    fake, _ = pair
    fake.reset()
    return fake


@pytest.fixture
def opened(pair: tuple[SynapMock, Adapter]) -> Adapter:
    _, adapter = pair
    return adapter


def test_true_result_is_returned(opened: Adapter, fake: SynapMock, entry: dict[str, Any]) -> None:
    fake.fail(Respond(200, json=TRUE))
    assert opened.ask(do="call", client="a", messages=[entry, entry])["answer"] == TRUE


@pytest.mark.parametrize(
    "untrue",
    [
        pytest.param({"total": 3}, id="total of another batch"),
        pytest.param({"succeeded": 2}, id="more succeeded than rows"),
        pytest.param({"failed": 0}, id="fewer failed than rows"),
        pytest.param({"results": [ROW]}, id="missing row"),
        pytest.param({"results": [ROW, {}]}, id="empty row"),
        pytest.param({"results": [ROW, None]}, id="row that is not an object"),
        pytest.param({"results": [{"message_id": "msg_1"}, {"error": "too long"}]}, id="row without a time"),
        pytest.param({"results": [ROW, {**ROW, "error": "too long"}]}, id="row with an error and an ID"),
        pytest.param({"results": {"0": ROW, "1": {"error": "too long"}}}, id="results that are not a list"),
    ],
)
def test_untrue_result_is_an_error(
    untrue: dict[str, Any], opened: Adapter, fake: SynapMock, entry: dict[str, Any]
) -> None:
    fake.fail(Respond(200, json=TRUE | untrue))
    raised = opened.ask(do="call", client="a", messages=[entry, entry])["raised"]
    assert "ServiceError" in raised["names"]


@pytest.mark.parametrize(
    "body",
    ["", "<html>", "null", "[]", "{", "\x00", pytest.param(json.dumps(TRUE) + " {}", id="true result and more")],
)
def test_other_body_is_an_error(body: str, opened: Adapter, fake: SynapMock, entry: dict[str, Any]) -> None:
    fake.fail(Respond(200, content=body.encode()))
    raised = opened.ask(do="call", client="a", messages=[entry, entry])["raised"]
    assert "ServiceError" in raised["names"]


def test_key_in_a_response_is_not_shown(opened: Adapter, fake: SynapMock, entry: dict[str, Any]) -> None:
    fake.fail(Respond(500, content=f"no such key: {fake.api_key}".encode()))
    assert fake.api_key not in str(opened.ask(do="call", client="a", messages=[entry]))
