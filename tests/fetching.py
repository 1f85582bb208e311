"""How tests of context fetch it, and record what they fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from asking import BATCH

from synap_mock.settings import Dialect

if TYPE_CHECKING:
    import httpx

CID: Final = "00000000-0000-4000-8000-00000000000a"
OTHER: Final = "00000000-0000-4000-8000-00000000000b"
dialects: Final = pytest.mark.parametrize("dialect", get_args(Dialect))


KINDS: Final = {
    "fact": "facts",
    "preference": "preferences",
    "episode": "episodes",
    "emotion": "emotions",
    "temporal_event": "temporal_events",
}
"""A kind of memory, and the field of a response that lists it."""


def fetched(client: httpx.Client, scope: str, **fields: Any) -> dict[str, Any]:
    """The answer to a fetch."""
    response = client.post(f"/v1/context/{scope}/fetch", json=fields)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def texts(client: httpx.Client, scope: str, **fields: Any) -> list[str]:
    """The texts of what a fetch returns, the best first."""
    items = fetched(client, scope, **fields, response_shape="ranked")["context"]["items"]
    return [item["content"] for item in items]


def say(client: httpx.Client, *contents: str, conversation_id: str = CID, **ids: str) -> None:
    """Record what a user says."""
    entry = {"conversation_id": conversation_id, "role": "user", **ids}
    answer = client.post(BATCH, json={"messages": [{**entry, "content": content} for content in contents]}).json()
    assert answer["failed"] == 0, answer
