"""Transcripts and events: both routes recognize what was sent before, so a retry does not duplicate it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from asking import ONE
from ledger.test_outcomes import CID, entry, outcomes

from synap_mock import ServerError, SynapMock

if TYPE_CHECKING:
    import httpx

INGEST: Final = "/v1/conversations/ingest"
EVENTS: Final = "/v1/events/batch"
TRANSCRIPT: Final = {"conversation_id": "call-1", "user_id": "u", "transcript": "user: a\nassistant: b"}


def event(content: str, **fields: Any) -> dict[str, Any]:
    kind = {"event_type": "user_message", "event_id": f"e-{content}", "user_id": "u", "conversation_id": CID}
    return kind | {"content": content} | fields


def test_failed_transcript_loses_its_turns(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(500))
    inside.post(INGEST, json=TRANSCRIPT)
    assert outcomes(fake) == {"recorded": "0", "lost": "ab"}
    inside.post(INGEST, json=TRANSCRIPT)
    assert outcomes(fake) == {"recorded": "0", "recovered": "ab"}


def test_transcript_sent_twice_is_recorded_once(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(503), after_commit=True)
    for _ in range(3):
        inside.post(INGEST, json=TRANSCRIPT)
    assert outcomes(fake) == {"recorded": "2"}


def test_other_transcript_of_the_same_conversation_is_lost(fake: SynapMock, inside: httpx.Client) -> None:
    inside.post(INGEST, json=TRANSCRIPT)
    inside.post(INGEST, json=TRANSCRIPT | {"transcript": [{"role": "user", "content": "c"}]})
    assert outcomes(fake) == {"recorded": "2", "lost": "c"}


def test_transcript_of_recorded_turns_loses_only_the_others(fake: SynapMock, inside: httpx.Client) -> None:
    inside.post(ONE, json=entry("a", user_id="u"))
    inside.post(INGEST, json=TRANSCRIPT | {"conversation_id": CID})
    assert outcomes(fake) == {"recorded": "1", "lost": "b"}


def test_rejected_event_is_lost(fake: SynapMock, inside: httpx.Client) -> None:
    events = [event("a"), event("t", event_type="tool_call"), event("b", conversation_id="x"), event("c", user_id=None)]
    inside.post(EVENTS, json={"events": events})
    assert outcomes(fake) == {"recorded": "1", "lost": "bc"}


def test_event_sent_twice_is_recorded_once(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(503), after_commit=True)
    for _ in range(2):
        inside.post(EVENTS, json={"events": [event("a")]})
    assert outcomes(fake) == {"recorded": "1"}


def test_event_with_another_id_is_a_duplicate(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(503), after_commit=True)
    for number in range(2):
        inside.post(EVENTS, json={"events": [event("a", event_id=str(number))]})
    assert outcomes(fake) == {"recorded": "0", "duplicated": "a"}


def test_failed_event_is_recovered_by_another_route(fake: SynapMock, inside: httpx.Client) -> None:
    fake.fail(ServerError(500), route="/v1/events/batch")
    inside.post(EVENTS, json={"events": [event("a")]})
    inside.post(ONE, json=entry("a", user_id="u"))
    assert outcomes(fake) == {"recorded": "0", "recovered": "a"}
