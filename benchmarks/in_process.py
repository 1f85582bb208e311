"""Calls of a fake in this process, by its app alone, and their CPU time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from synap_mock import SynapMock

BATCH: Final = "/v1/conversations/messages/batch"
BLOCK: Final = 20
"""Calls of one fake before the other's turn."""


def cpu_seconds(call: Callable[[], None]) -> float:
    """The CPU time of a block of calls."""
    began = time.process_time()
    for _ in range(BLOCK):
        call()
    return time.process_time() - began


def send(fake: SynapMock, body: bytes, path: str = BATCH) -> None:
    """Send a POST with the fake's default key. The response is not read."""
    headers = [(b"authorization", f"Bearer {fake.api_key}".encode()), (b"content-type", b"application/json")]
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def ignore(_: MutableMapping[str, Any]) -> None:
        """Nothing."""

    run = fake._app(scope, receive, ignore)  # noqa: SLF001 - nothing in it suspends, so no event loop is needed
    try:
        run.send(None)  # type: ignore[attr-defined] # a coroutine
    except StopIteration:
        return
