"""The other calls of an integration, which its user's test must respond to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from synap_mock import SynapMock

RECORDING: Final = {"GET /api/v1/auth/whoami", "POST /v1/conversations/messages"}
"""Who am I, and one message at a time: no integration sends a batch."""


def other_calls(fake: SynapMock) -> set[str]:
    """The routes that were asked, but for those of recording one message."""
    return {f"{request.method} {request.path}" for request in fake.requests} - RECORDING
