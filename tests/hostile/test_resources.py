"""Hostile bodies on the routes of memories, context, compaction, transcripts, events and erasure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from hostile.bodies import CONVERSATION, NO_BATCH
from hostile.test_any_bytes import TEXT, VALUES, damaged
from hypothesis import given, settings
from hypothesis import strategies as st

from synap_mock.http.api import ROUTES

if TYPE_CHECKING:
    from hostile.live import Live

TURN: Final = {"role": "user", "content": "é\ud800", "timestamp": "2026-11-23T09:00:00Z"}
BODIES: Final[dict[str, dict[str, Any]]] = {
    "/api/v1/memories/create": {"document": "é\ud800", "user_id": "ann", "metadata": {"a": [1, 1.5, None]}},
    "/api/v1/memories/batch": {"documents": [{"document": "a"}, {"document": {"b": 1}}], "fail_fast": True},
    "/api/v1/memories/forget": {"description": "what Ann drinks", "user_id": "ann", "mode": "direct"},
    "/v1/context/user/fetch": {"user_id": "ann", "search_query": ["é"], "types": ["all"], "max_results": 5},
    "/v1/context/conversation/fetch": {"conversation_id": CONVERSATION, "search_query": ["é"]},
    "/v1/conversations/compact": {"conversation_id": CONVERSATION},
    "/v1/conversations/ingest": {"conversation_id": "call", "user_id": "ann", "transcript": [TURN, TURN]},
    "/v1/data/delete": {"scope": "user", "user_id": "ann", "confirm": "ann"},
    "/v1/events/batch": {"events": [{"event_type": "user_message", "event_id": "e", "content": "é"}]},
}
routes = pytest.mark.parametrize("route", BODIES)


def state_of(live: Live) -> tuple[object, ...]:
    return live.fake.messages, live.fake.memories


def test_every_route_with_a_json_body_is_here() -> None:
    """Those that have one of their own in another test: a batch, one message; the other two scopes of a fetch."""
    elsewhere = {
        "/v1/conversations/messages",
        "/v1/conversations/messages/batch",
        "/v1/context/customer/fetch",
        "/v1/context/client/fetch",
        "/api/v1/memories/upload",  # a form
        "/v1/telemetry/batch",  # ignored
    }
    assert {route.path for route in ROUTES if route.method == "POST"} - elsewhere == set(BODIES)


@routes
@pytest.mark.parametrize("name", ["nothing", "every byte", "nesting of 100,000", "NaN as content"])
def test_what_is_not_a_body_of_the_route_changes_nothing(live: Live, route: str, name: str) -> None:
    live.fake.reset()
    live.fake.remember("kept", user_id="ann")
    before = state_of(live)
    answer = live.post(NO_BATCH[name], route)
    assert (answer.status // 100, state_of(live)) == (4, before)


@routes
@settings(max_examples=25)
@given(data=st.data())
def test_a_damaged_body_is_no_5xx_and_a_4xx_changes_nothing(live: Live, route: str, data: st.DataObject) -> None:
    live.fake.reset()
    live.fake.remember("kept", user_id="ann")
    whole = json.dumps(BODIES[route]).encode()
    before = state_of(live)
    answer = live.post(data.draw(damaged(whole)), route)
    assert answer.status < 500
    assert answer.status < 300 or state_of(live) == before


@routes
@settings(max_examples=25)
@given(data=st.data())
def test_any_field_is_no_5xx_and_a_4xx_changes_nothing(live: Live, route: str, data: st.DataObject) -> None:
    live.fake.reset()
    live.fake.remember("kept", user_id="ann")
    field = data.draw(st.sampled_from(sorted(BODIES[route])) | TEXT)
    body = json.dumps(BODIES[route] | {field: data.draw(VALUES)}).encode()
    before = state_of(live)
    answer = live.post(body, route)
    assert answer.status < 500
    assert answer.status < 300 or state_of(live) == before
