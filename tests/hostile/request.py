"""How a request is written: one that keeps every rule, with parts that a case can get wrong."""

from __future__ import annotations

from typing import Any, Final

from asking import BATCH
from hostile.bodies import CONVERSATION, VALID

KEY: Final = "synap_hostile_bytes_0123456789"
AUTHORIZED: Final = {"Authorization": f"Bearer {KEY}"}
READ: Final = f"/v1/conversations/{CONVERSATION}/messages"
CONTROL_READ: Final = f"/_mock/conversations/{CONVERSATION}"

KEYED: Final = b"Authorization: Bearer " + KEY.encode()
LENGTH: Final = b"Content-Length: %d" % len(VALID)
CHUNKS: Final = (b"Transfer-Encoding: chunked",)


def request(  # noqa: PLR0913 - each is a part that some case gets wrong
    *headers: bytes,
    method: bytes = b"POST",
    target: bytes = BATCH.encode(),
    version: bytes = b"HTTP/1.1",
    host: tuple[bytes, ...] = (b"Host: localhost",),
    authorization: tuple[bytes, ...] = (KEYED,),
    body: bytes = VALID,
    framing: tuple[bytes, ...] | None = None,
) -> bytes:
    """The bytes of a request that keeps every rule, but for what the case gives."""
    framing = (b"Content-Length: %d" % len(body),) if framing is None else framing
    head = (b"%s %s %s" % (method, target, version), *host, *authorization, *framing, *headers)
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def get(target: bytes, *headers: bytes, method: bytes = b"GET", **parts: Any) -> bytes:
    return request(*headers, method=method, target=target, framing=(), body=b"", **parts)


def chunks(body: bytes, size: int) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


HEALTH: Final = get(b"/health", authorization=())
