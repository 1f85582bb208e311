"""Both adapters follow the protocol of the contract kit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from adapters.adapter import Adapter

    from synap_mock import Server, SynapMock

UNUSUAL = "a\x00b\n\"'\\ \u2028 é e\u0301 😀 $(id) `id` %s"
"""Characters that shells, line protocols and UTF-16 are known to break."""


def test_first_line_is_a_hello_with_the_limits(adapter: Adapter) -> None:
    hello = adapter.first["hello"]
    assert (hello["protocol"], hello["limits"]["integers"]) == (1, 2**53 - 1)


def test_ping_is_answered(adapter: Adapter) -> None:
    assert adapter.ask(do="ping") == {"id": 1, "answer": "pong"}


def test_messages_are_recorded_unchanged(
    adapter: Adapter, fake: SynapMock, server: Server, entry: dict[str, Any]
) -> None:
    given = {
        **entry,
        "content": UNUSUAL,
        "user_id": " u ",
        "metadata": {"": [0.1, 5e-324, 1e300, 2**53 - 1, True, None, {"é": UNUSUAL}], "__proto__": 2},
    }
    adapter.open(server.url, fake.api_key)
    adapter.ask(do="call", client="a", messages=[given])
    (message,) = fake.messages
    assert (message.content, message.user_id, message.metadata) == (UNUSUAL, " u ", given["metadata"])


def test_answer_is_the_servers_answer(adapter: Adapter, fake: SynapMock, server: Server, entry: dict[str, Any]) -> None:
    adapter.open(server.url, fake.api_key)
    answer = adapter.ask(do="call", client="a", messages=[entry, entry])["answer"]
    assert answer["total"] == answer["succeeded"] == 2
    assert [row["message_id"] for row in answer["results"]] == [message.message_id for message in fake.messages]


def test_error_has_the_names_of_the_clients_classes(adapter: Adapter, server: Server, entry: dict[str, Any]) -> None:
    adapter.open(server.url, "synap_unknown_key")
    raised = adapter.ask(do="call", client="a", messages=[entry])["raised"]
    assert raised["class"] == "AuthenticationError"
    assert "AuthenticationError" in raised["names"]


def test_each_client_has_its_own_key(adapter: Adapter, fake: SynapMock, server: Server, entry: dict[str, Any]) -> None:
    instances = {}
    for client in "ab":
        key, instances[client] = fake.keys.create()
        adapter.open(server.url, key, client)
    for client in "ba":
        adapter.ask(do="call", client=client, messages=[{**entry, "content": client}])
    assert {message.content: message.instance_id for message in fake.messages} == {
        client: instance.instance_id for client, instance in instances.items()
    }


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"do": "dance"}, id="unknown request"),
        pytest.param({"do": "call", "client": "missing", "messages": []}, id="client that was not opened"),
    ],
)
def test_unknown_request_is_an_adapter_error(adapter: Adapter, request_: dict[str, Any]) -> None:
    assert "broken" in adapter.ask(**request_)


def test_adapter_ends_when_its_input_ends(adapter: Adapter) -> None:
    assert adapter.process.stdin is not None
    adapter.process.stdin.close()
    assert adapter.process.wait(timeout=20) == 0
