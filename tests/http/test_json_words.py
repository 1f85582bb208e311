"""Errors of the control API use the words of JSON, not those of Python."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

ANSWER = {"method": "GET", "path": "/v1/credits/balance", "json": {}}
INVALID = {
    "tenancy": ("PATCH", "settings", {"tenancy": 5}),
    "max_batch": ("PATCH", "settings", {"max_batch": -1}),
    "rate_limit": ("PATCH", "settings", {"rate_limit": -1}),
    "hosts": ("PATCH", "settings", {"hosts": None}),
    "times": ("POST", "answers", {**ANSWER, "times": 0}),
    "override": ("POST", "answers", {**ANSWER, "override": 1}),
    "after_commit": ("POST", "faults", {"fault": "Conflict", "after_commit": 1}),
    "real": ("POST", "faults", {"fault": "Latency", "seconds": 1, "real": 1}),
    "retry_after": ("POST", "faults", {"fault": "RateLimited", "retry_after": -1}),
    "user_id": ("POST", "profiles", {"profile": {}}),
    "tenancy of an instance": ("POST", "keys", {"instance_id": "inst_json", "tenancy": "b2b"}),
}


@pytest.mark.parametrize(("method", "name", "body"), INVALID.values(), ids=INVALID)
def test_error_has_no_word_of_python(inside: httpx.Client, method: str, name: str, body: dict[str, Any]) -> None:
    inside.post("/_mock/keys", json={"instance_id": "inst_json"})
    answer = inside.request(method, f"/_mock/{name}", json=body)
    assert (answer.status_code, re.findall(r"\b(?:None\w*|True|False)\b", answer.text)) == (400, [])
