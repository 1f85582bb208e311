"""Beyond ``max_scheduled``, faults, rejections and canned responses are refused, and nothing is scheduled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from asking import in_process

from synap_mock import ServerError, SynapMock

if TYPE_CHECKING:
    import httpx

SCHEDULED: dict[str, dict[str, Any]] = {
    "faults": {"fault": "ServerError"},
    "rejections": {"where": 1},
    "answers": {"method": "GET", "path": "/v1/x", "json": {}},
}


@pytest.fixture
def small() -> httpx.Client:
    """A client of a fake that may have two of each."""
    return in_process(SynapMock(max_scheduled=2))


@pytest.mark.parametrize("noun", SCHEDULED)
def test_one_more_than_the_bound_is_refused(small: httpx.Client, noun: str) -> None:
    statuses = [small.post(f"/_mock/{noun}", json=SCHEDULED[noun]).status_code for _ in range(3)]
    refused = small.post(f"/_mock/{noun}", json=SCHEDULED[noun]).json()
    assert (statuses, refused["code"]) == ([200, 200, 409], "LIMIT_REACHED")
    assert f"DELETE /_mock/{noun}" in refused["error"]
    small.delete(f"/_mock/{noun}")
    assert small.post(f"/_mock/{noun}", json=SCHEDULED[noun]).status_code == 200


def test_a_script_that_does_not_fit_is_refused_whole(small: httpx.Client) -> None:
    assert small.post("/_mock/faults", json={"sequence": [{"fault": "ServerError"}] * 3}).status_code == 409
    assert small.get("/_mock/faults").json()["faults"] == []


def test_a_fault_for_all_worlds_is_scheduled_in_all_or_none(small: httpx.Client) -> None:
    key = small.post("/_mock/keys", json={"world": "w1"}).json()["key"]
    for _ in range(2):
        small.post("/_mock/faults", json=SCHEDULED["faults"], params={"key": key})
    assert small.post("/_mock/faults?all=1", json=SCHEDULED["faults"]).status_code == 409
    assert small.get("/_mock/faults").json()["faults"] == []


def test_python_raises_a_value_error_beyond_the_bound() -> None:
    fake = SynapMock(max_scheduled=1)
    with pytest.raises(ValueError, match=r"0 faults are scheduled, and 2 more would exceed the 1 .* \(max_scheduled"):
        fake.fail_sequence([ServerError(), ServerError()])
