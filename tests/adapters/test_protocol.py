"""Both adapters keep the protocol of the contract kit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from adapters.spoken import Adapter

    from synap_mock import Server, SynapMock

ODD = "a\x00b\n\"'\\ \u2028 é e\u0301 😀 $(id) `id` %s"
"""What a shell, a line protocol and UTF-16 are known to break."""


def test_the_first_line_is_a_hello_of_this_protocol_with_the_limits_of_the_language(adapter: Adapter) -> None:
    hello = adapter.first["hello"]
    assert (hello["protocol"], hello["limits"]["integers"]) == (1, 2**53 - 1)


def test_a_ping_is_answered(adapter: Adapter) -> None:
    assert adapter.ask(do="ping") == {"id": 1, "answer": "pong"}


def test_a_call_is_recorded_as_it_was_given(
    adapter: Adapter, fake: SynapMock, server: Server, entry: dict[str, Any]
) -> None:
    given = {
        **entry,
        "content": ODD,
        "user_id": " u ",
        "metadata": {"": [0.1, 5e-324, 1e300, 2**53 - 1, True, None, {"é": ODD}], "__proto__": 2},
    }
    adapter.open(server.url, fake.api_key)
    adapter.ask(do="call", client="a", messages=[given])
    (message,) = fake.messages
    assert (message.content, message.user_id, message.metadata) == (ODD, " u ", given["metadata"])


def test_a_call_answers_with_the_servers_answer(
    adapter: Adapter, fake: SynapMock, server: Server, entry: dict[str, Any]
) -> None:
    adapter.open(server.url, fake.api_key)
    answer = adapter.ask(do="call", client="a", messages=[entry, entry])["answer"]
    assert answer["total"] == answer["succeeded"] == 2
    assert [row["message_id"] for row in answer["results"]] == [message.message_id for message in fake.messages]


def test_an_error_is_told_by_the_names_of_the_clients_own_classes(
    adapter: Adapter, server: Server, entry: dict[str, Any]
) -> None:
    adapter.open(server.url, "synap_nobody_issued_this")
    raised = adapter.ask(do="call", client="a", messages=[entry])["raised"]
    assert raised["class"] == "AuthenticationError"
    assert "AuthenticationError" in raised["names"]


def test_each_client_keeps_its_own_key(
    adapter: Adapter, fake: SynapMock, server: Server, entry: dict[str, Any]
) -> None:
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
        pytest.param({"do": "call", "client": "nobody", "messages": []}, id="client that was not opened"),
    ],
)
def test_what_the_adapter_cannot_do_is_told_as_its_own_failure(adapter: Adapter, request_: dict[str, Any]) -> None:
    assert "broken" in adapter.ask(**request_)


def test_it_ends_when_its_input_does(adapter: Adapter) -> None:
    assert adapter.process.stdin is not None
    adapter.process.stdin.close()
    assert adapter.process.wait(timeout=20) == 0
