"""The kit's side of the control API."""

from __future__ import annotations

from synap_contracts.server.server import BATCH, own_server

IDS = ("6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11", "7f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a12")


def test_recording_does_not_need_the_list_of_messages() -> None:
    """Fakes before it list conversations, and the messages of each."""
    with own_server("documented") as server:
        for tenancy in (None, "b2b"):
            key = server.new_key(tenancy).key
            for n in range(3):
                entry = {"conversation_id": IDS[n % 2], "role": "user", "content": f"m{n}", "customer_id": "c"}
                body = {"messages": [entry, {**entry, "metadata": {"a": [n, None]}}]}
                assert server.connection.request("POST", BATCH, body, {"Authorization": f"Bearer {key}"}).ok
        listed = server.recording((), "")
        assert server.lists_messages
        server.lists_messages = False
        assert server.recording((), "") == listed
        assert sum(map(len, listed.values())) == 12
