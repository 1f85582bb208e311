"""The queue of what a test schedules."""

from __future__ import annotations

import pytest

from synap_mock import ServerError
from synap_mock.domain.faults.schedule import Queue, ScheduledFault, topics_of


def fault(route: str | None, status: int = 500) -> ScheduledFault:
    return ScheduledFault(ServerError(status), route=route)


@pytest.fixture
def queue() -> Queue[ScheduledFault]:
    return Queue(ScheduledFault.keys)


def test_a_call_looks_at_no_fault_of_another_route(queue: Queue[ScheduledFault]) -> None:
    """60,000 faults of another route slowed down every call."""
    here = fault("/v1/here")
    queue.add(*[fault("/v1/elsewhere")] * 100, here)
    seen: list[ScheduledFault] = []
    queue.take(lambda item: bool(seen.append(item)), topics=topics_of("GET", ["/v1/here"], usual=True))  # type: ignore[func-returns-value]
    assert seen == [here]


def test_items_of_several_topics_are_taken_in_order(queue: Queue[ScheduledFault]) -> None:
    routes = [None, "/v1/a", "GET /v1/a", "/v1/{b}", None, "GET /v1/{b}", "/v1/a"]
    faults = [fault(route, 500 + number) for number, route in enumerate(routes)]
    queue.add(*faults)
    topics = topics_of("GET", ["/v1/a", "/v1/{b}"], usual=True)
    taken = [queue.take(lambda _: True, topics=topics) for _ in routes]
    assert taken == faults
    assert not queue


def test_what_is_used_several_times_keeps_its_place(queue: Queue[ScheduledFault]) -> None:
    queue.add(ScheduledFault(ServerError(501), times=2), fault(None, 502))
    taken = [queue.take(lambda _: True) for _ in range(4)]
    assert [each and each.fault for each in taken] == [ServerError(501), ServerError(501), ServerError(502), None]
