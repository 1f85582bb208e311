"""What a Python user writes by hand around respx: one route with one response, in a function-scoped fixture."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest
import respx

if TYPE_CHECKING:
    from collections.abc import Iterator

URL: Final = "https://synap-cloud-prod.maximem.ai/v1/conversations/messages/batch"
SIZE: Final = 20
"""Messages in the batch that the answer is for."""
_ANSWER: Final = {
    "total": SIZE,
    "succeeded": SIZE,
    "failed": 0,
    "results": [
        {"message_id": f"{number:032x}", "recorded_at": "2026-01-01T00:00:00.000000Z"} for number in range(SIZE)
    ],
}


@contextmanager
def static_route() -> Iterator[respx.MockRouter]:
    """While it lasts, a batch gets that answer; a test need not send one."""
    with respx.mock(assert_all_called=False) as router:
        router.post(URL).respond(json=_ANSWER)
        yield router


@pytest.fixture
def static_synap(monkeypatch: pytest.MonkeyPatch) -> Iterator[respx.MockRouter]:
    """The same for a whole test, with a key for the code under test."""
    monkeypatch.setenv("SYNAP_API_KEY", "synap_static")
    with static_route() as router:
        yield router
