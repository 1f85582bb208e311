"""The curl command of a counterexample recreates its conditions."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from synap_contracts.clauses.rows import TRUE
from synap_contracts.clauses.sending import ONCE
from synap_contracts.clauses.statuses import REDIRECT
from synap_contracts.client.protocol import Raised
from synap_contracts.observation.observed import Observation, ObservedCall, ObservedStep
from synap_contracts.observation.violation import Violation
from synap_contracts.report import reproduce
from synap_contracts.runs.result import Counterexample, Run
from synap_contracts.scenarios.model import Call, Scenario, Trouble
from synap_contracts.server.server import Key

if TYPE_CHECKING:
    from pathlib import Path


def entry(content: str = "a", **more: Any) -> dict[str, Any]:
    return {"conversation_id": "$0", "role": "user", "content": content, **more}


ONE = (entry(),)


CALL = Call(ONE)


LOST = Trouble(ONCE.id, {"fault": "Disconnected", "times": 1, "after_commit": True}, "the connection was closed")


MOVED = Trouble(
    REDIRECT.id,
    {"fault": "Respond", "status": 307, "headers": {"Location": "$bystander/there"}, "json": {}, "times": None},
    "the server returned the address of another origin",
)


def run_of(spec: str, *options: str) -> Run:
    return Run(spec, spec, None, "http://127.0.0.1:1", "documented", "quick", 1, None, (), 1.0, (), options=options)


OBSERVED = ObservedCall(0, CALL, ONE, Raised("E", frozenset(), ""), Key("", ""))


def curl_of(scenario: Scenario, call: ObservedCall, dialect: str = "documented") -> str:
    observation = Observation(scenario, (ObservedStep((call,), {}, {}),))
    example = Counterexample("0123", scenario, observation, Violation(TRUE.id, "it is not true", call.number))
    return reproduce.curl(replace(run_of("reference"), dialect=dialect), example)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param(
            replace(OBSERVED, revoked=True), "-X DELETE http://127.0.0.1:8765/_mock/keys/synap_dev\n", id="revoked"
        ),
        pytest.param(
            replace(OBSERVED, key_kind="unknown"), "-H 'Authorization: Bearer synap_nobody'", id="an-unknown-key"
        ),
        pytest.param(
            replace(OBSERVED, call=Call(ONE, trouble=LOST)), '"fault": "Disconnected", "times": 1', id="trouble"
        ),
        pytest.param(replace(OBSERVED, call=Call(ONE, trouble=MOVED)), '"http://127.0.0.1:9/there"', id="a-redirect"),
        pytest.param(
            replace(OBSERVED, call=Call(ONE, refused=(0,))), '"where": {"conversation_id": "$0"', id="rejected"
        ),
        pytest.param(
            replace(OBSERVED, place="nobody"), "http://127.0.0.1:9/v1/conversations/messages/batch", id="no-server"
        ),
    ],
)
def test_curl_command_recreates_the_conditions(call: ObservedCall, expected: str) -> None:
    assert expected in curl_of(Scenario((call.call,)), call)


def test_curl_command_sends_no_key_if_there_was_none() -> None:
    assert "Authorization" not in curl_of(Scenario((CALL,)), replace(OBSERVED, key_kind="missing"))


def test_curl_command_starts_the_same_server() -> None:
    text = curl_of(Scenario((CALL,), tenancy="b2b"), OBSERVED, "observed")
    assert text.startswith("synap-mock serve --api-key synap_dev --tenancy b2b --dialect observed & sleep 2\n")


@pytest.mark.whole
def test_curl_command_runs(tmp_path: Path) -> None:
    text = curl_of(Scenario((CALL,)), replace(OBSERVED, revoked=True)).replace(":8765/", ":8799/")
    text = text.replace("synap-mock serve", f"{sys.executable} -m synap_mock serve --port 8799")
    done = subprocess.run(
        ["/bin/bash", "-c", text], capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60
    )
    assert "HTTP/1.1 401" in done.stdout, done
