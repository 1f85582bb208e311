"""The server's summary of the ledger at its end, and the status that it exits with."""

from __future__ import annotations

import json
import signal
from typing import Any, Final

import httpx
from cli.serving import running

CID: Final = "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11"
KEY: Final = "synap_ledger_test_0000000000"


def end(*options: str, faults: int = 0, reset: bool = False) -> tuple[int, list[str]]:
    """Serve, record a message that fails so often and then succeeds or not, stop; the status and the log."""
    with running("--api-key", KEY, *options) as (process, line):
        url = line.split(" at ")[1].split(",")[0] if " at " in line else json.loads(line)["url"]
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEY}"}, trust_env=False) as client:
            if faults:
                client.post("/_mock/faults", json={"fault": "ServerError", "times": faults})
            headers = {"X-Correlation-ID": "r"}
            message: dict[str, Any] = {"conversation_id": CID, "role": "user", "content": KEY, "user_id": "u"}
            client.post("/v1/conversations/messages", json=message, headers=headers)
            if reset:
                client.post("/_mock/reset")
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        return process.wait(10), process.stderr.read().splitlines()


def test_loss_is_logged_and_fails_if_asked() -> None:
    assert end("--fail-on-loss", faults=1) == (
        1,
        [
            "ledger: 0 recorded at once; 1 turn lost, 0 duplicated",
            f"lost: user in {CID}: not recorded: 500 (fault ServerError) (requests: r)",
        ],
    )


def test_loss_before_a_reset_counts() -> None:
    status, (first, second) = end("--fail-on-loss", faults=1, reset=True)
    assert (status, first) == (1, "ledger: 0 recorded at once; 1 turn lost, 0 duplicated")
    assert second.startswith("lost: ")


def test_loss_alone_does_not_fail() -> None:
    status, log = end("--log-format", "json", faults=1)
    summary, lost = map(json.loads, log)
    del summary["time"]
    assert (status, summary) == (
        0,
        {
            "level": "warning",
            "event": "ledger",
            "recorded": 0,
            "lost": 1,
            "duplicated": 0,
            "recovered": 0,
            "unknown": 0,
        },
    )
    assert (lost["event"], lost["sends"], lost["request_ids"]) == ("lost", 1, ["r"])


def test_success_does_not_fail() -> None:
    assert end("--fail-on-loss") == (0, ["ledger: 1 recorded at once; no turn lost or duplicated"])
