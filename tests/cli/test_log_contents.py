"""What the log of a server has: fields that a collector can read, and nothing that clients recorded."""

from __future__ import annotations

import json
import re
import signal
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest
from asking import BATCH, ERASE, EVENTS, INGEST, ONE
from cli.serving import running

KEY: Final = "synap_log_contents_0000000000"
CID: Final = "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11"
CANARY: Final = "canary"
"""Part of every text that a client sends."""


def attempts(client: httpx.Client) -> None:
    """Send the canary wherever a client can send a text: accepted, rejected, lost, malformed."""
    entry = {"conversation_id": CID, "role": "user", "content": 'the canary\'s "song"', "user_id": CANARY}
    named = ("conversation_id", "role", "customer_id")
    changes: list[dict[str, Any]] = [
        {},
        *({name: value} for name in named for value in (CANARY, f"'{CANARY}", [CANARY])),
        {"session_id": CANARY, "metadata": {CANARY: CANARY}},
        {"metadata": CANARY},
        {CANARY: CANARY},
    ]
    for fault in (None, "ServerError", "Disconnected"):
        for change in changes:
            if fault:
                client.post("/_mock/faults", json={"fault": fault}).raise_for_status()
            with suppress(httpx.TransportError):
                client.post(BATCH, json={"messages": [entry | change, entry]})
            client.post(ONE, json=entry | change)
    for path in (ERASE, EVENTS, INGEST, f"/v1/{CANARY}", "/_mock/memories", "/_mock/import", "/_mock/keys"):
        client.post(path, json={CANARY: CANARY, "scope": CANARY, "user_id": CANARY, "document": CANARY})
        client.post(path, content=f'{{"{CANARY}'.encode(), params={CANARY: CANARY}, headers={"X-User": CANARY})
    client.request(CANARY, f"/{CANARY}", headers={"Host": CANARY, "Authorization": CANARY})


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_default_log_has_nothing_that_a_client_sent(form: str) -> None:
    with running("--api-key", KEY, "--log-format", form, "--tenancy", "b2b") as (process, line):
        url = re.search(r"http://[0-9.:]+", line)
        assert url
        with httpx.Client(base_url=url[0], headers={"Authorization": f"Bearer {KEY}"}, trust_env=False) as client:
            attempts(client)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate()
    assert "ledger" in err  # it was not empty
    assert [logged for logged in (*out.splitlines(), *err.splitlines()) if CANARY in logged] == []


def test_each_line_has_time_level_and_event() -> None:
    message = {"conversation_id": CID, "role": "user", "content": "a secret"}
    with running("--api-key", KEY, "--log-format", "json", "-v") as (process, line):
        with httpx.Client(base_url=json.loads(line)["url"], trust_env=False) as client:
            world = client.post("/_mock/keys", json={"world": "w1"}).json()["key"]
            headers = {"Authorization": f"Bearer {world}", "X-Correlation-ID": "r1"}
            client.post(BATCH, json={"messages": [message]}, headers=headers)
            client.post("/_mock/faults", json={"fault": "ServerError"})
            client.post(BATCH, json={"messages": [message]}, headers={"Authorization": f"Bearer {KEY}"})
        process.send_signal(signal.SIGTERM)
        logged = [json.loads(each) for each in process.communicate()[1].splitlines()]
    assert [(each["level"], each["event"]) for each in logged] == [
        ("info", "request"),
        ("info", "request"),
        ("warning", "ledger"),
        ("warning", "lost"),
    ]
    assert all(abs((datetime.now(UTC) - datetime.fromisoformat(each["time"])).total_seconds()) < 60 for each in logged)
    first = logged[0]
    assert first.pop("duration_ms") > 0
    del first["time"]
    assert first == {
        "level": "info",
        "event": "request",
        "correlation_id": "r1",
        "method": "POST",
        "path": BATCH,
        "route": f"POST {BATCH}",
        "status": 200,
        "world": "w1",
        "key": f"synap_...{world[-4:]}",
        "rules": {},
        "fault": None,
    }
