"""Reading a request's body, with a cap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from starlette.types import Receive

_DRAINED: Final = 4
"""Of a body over the cap, this many times the cap is read and dropped, so that its sender is there to hear the 413."""


class Body(NamedTuple):
    """A request's body.

    Attributes:
        content: the bytes; where the body was over the cap, only its beginning.
        size: how many bytes came.
    """

    content: bytes
    size: int

    @property
    def over_cap(self) -> bool:
        """Whether it was over the cap."""
        return self.size > len(self.content)


async def read_body(receive: Receive, cap: int) -> Body | None:
    """The body of a request, or None where the client hung up in the middle of it.

    Args:
        receive: ASGI's.
        cap: most bytes that are kept.
    """
    chunks: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        chunk = event.get("body", b"")
        size += len(chunk)
        if size <= cap:
            chunks.append(chunk)
        if not event.get("more_body", False) or size > _DRAINED * cap:
            return Body(chunks[0] if len(chunks) == 1 else b"".join(chunks), size)
