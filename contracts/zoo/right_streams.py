"""A client that speaks HTTP/1.1 itself, over asyncio's streams."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from errors import (
    AuthenticationError,
    InvalidInputError,
    NetworkError,
    RateLimitError,
    RefusedError,
    ServiceUnavailableError,
    UnexpectedAnswerError,
)
from labels import right

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_HEADER_LIMIT = 2**16


@right("async, asyncio's streams: writes its HTTP itself, checks keys and roles, no retries")
class Streams:
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0) -> None:
        if api_key is None or not all("!" <= character <= "~" for character in api_key) or not api_key:
            raise AuthenticationError("an API key of visible ASCII characters is needed")
        address = urlsplit(base_url)
        self._tls = address.scheme == "https"
        self._host, self._port = address.hostname or "localhost", address.port or (443 if self._tls else 80)
        self._head = (
            f"POST {address.path.rstrip('/')}/v1/conversations/messages/batch HTTP/1.1\r\n"
            f"Host: {address.netloc}\r\nAuthorization: Bearer {api_key}\r\n"
            "Content-Type: application/json\r\nConnection: close\r\n"
        )
        self._timeout_s = timeout_s

    async def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Record `messages`; the page's summary of what became of them."""
        listed = [self._checked(index, entry) for index, entry in enumerate(messages)]
        try:
            text = json.dumps({"messages": listed}, ensure_ascii=False, allow_nan=False)
            if json.loads(text)["messages"] != listed:
                raise InvalidInputError("messages hold something that JSON says in another way")
            body = text.encode()
        except (TypeError, ValueError, RecursionError):
            raise InvalidInputError("messages cannot be said in JSON and UTF-8") from None
        try:
            async with asyncio.timeout(self._timeout_s):
                status, content = await self._exchange(body)
        except (TimeoutError, OSError, EOFError, ValueError) as error:
            raise NetworkError(f"no answer from Synap: {type(error).__name__}") from None
        return self._summary(content, len(listed)) if status == 200 else self._refuse(status)  # noqa: PLR2004 - success

    def _checked(self, index: int, entry: Mapping[str, Any]) -> dict[str, Any]:
        if not isinstance(entry, dict) or not all(isinstance(key, str) for key in entry):
            raise InvalidInputError(f"messages[{index}] must be a dict")
        missing = [key for key in ("conversation_id", "role", "content") if not isinstance(entry.get(key), str)]
        if missing:
            raise InvalidInputError(f"messages[{index}] needs a string for {', '.join(missing)}")
        if entry["role"] not in {"user", "assistant"}:
            raise InvalidInputError(f"messages[{index}].role must be user or assistant")
        return entry

    async def _exchange(self, body: bytes) -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection(
            self._host, self._port, ssl=self._tls or None, limit=_HEADER_LIMIT
        )
        try:
            writer.write(f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
            status_line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            return int(status_line.split()[1]), await self._body(reader, headers)
        except (IndexError, asyncio.LimitOverrunError):
            raise ValueError("not HTTP") from None
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _body(self, reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
        if "chunked" in headers.get("transfer-encoding", ""):
            pieces = []
            while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
                pieces.append((await reader.readexactly(size + 2))[:-2])
            return b"".join(pieces)
        if "content-length" in headers:
            return await reader.readexactly(int(headers["content-length"]))
        return await reader.read()

    def _refuse(self, status: int) -> dict[str, Any]:
        text = f"Synap answered {status}"
        match status:
            case 400 | 422:
                raise InvalidInputError(text)
            case 401 | 403:
                raise AuthenticationError(text)
            case 429:
                raise RateLimitError(text)
            case _ if status >= 500:  # noqa: PLR2004 - server errors
                raise ServiceUnavailableError(text)
        raise RefusedError(text)

    def _summary(self, content: bytes, count: int) -> dict[str, Any]:
        try:
            answer = json.loads(content)
            rows, errors = list(answer["results"]), sorted(answer.get("errors", []), key=lambda each: each["index"])
            for error in errors:
                rows.insert(error["index"], {"error": error["error"]})
            good = [row for row in rows if "error" not in row and row["message_id"] and row["recorded_at"]]
            counted = (answer["total"], answer["succeeded"], answer["failed"])
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise UnexpectedAnswerError("Synap answered 200 with no summary") from None
        if len(rows) != count or counted != (count, len(good), count - len(good)):
            raise UnexpectedAnswerError("Synap answered 200 with a summary of another batch")
        return {"total": count, "succeeded": len(good), "failed": count - len(good), "results": rows}
