"""How tests ask a fake: its routes' paths, and a client that needs no socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import httpx

from synap_mock.transports.direct import serve

if TYPE_CHECKING:
    from synap_mock import SynapMock

BATCH: Final = "/v1/conversations/messages/batch"
ONE: Final = "/v1/conversations/messages"
ERASE: Final = "/v1/data/delete"
EVENTS: Final = "/v1/events/batch"
INGEST: Final = "/v1/conversations/ingest"


def in_process(fake: SynapMock) -> httpx.Client:
    """An httpx client of the app itself, with its default key."""
    return httpx.Client(
        base_url="http://localhost",
        headers={"Authorization": f"Bearer {fake.api_key}"},
        transport=httpx.MockTransport(lambda request: serve(fake.app, request)),
        trust_env=False,
    )
