"""A client that checks everything itself, and refuses whatever the page doesn't plainly allow."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
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
from steps import tls

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LARGEST = 500
SAFE_INTEGER = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Message:
    """A message that can be recorded: making one checks it."""

    conversation_id: str
    role: str
    content: str
    user_id: str | None = None
    customer_id: str | None = None
    session_id: str | None = None
    metadata: Mapping[str, Any] | None = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not all(isinstance(value, str) for value in (self.conversation_id, self.role, self.content)):
            raise InvalidInputError("conversation_id, role and content must be strings")
        if not all(isinstance(value, str | None) for value in (self.user_id, self.customer_id, self.session_id)):
            raise InvalidInputError("user_id, customer_id and session_id must be strings")
        if self.role not in {"user", "assistant"}:
            raise InvalidInputError("role must be user or assistant")
        if not self.content:
            raise InvalidInputError("content must not be empty")
        try:
            if str(UUID(self.conversation_id)) != self.conversation_id.lower():
                raise InvalidInputError("conversation_id must be a UUID of 36 characters")
            for value in asdict(self).values():
                _check_value(value)
        except ValueError:
            raise InvalidInputError("conversation_id must be a UUID, and texts must be Unicode") from None
        if not isinstance(self.metadata, dict | None):
            raise InvalidInputError("metadata must be a dict")


@right("sync, httpx, stateless: checks everything, rejects wide, empty and large input, no retries")
class Strict:
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0) -> None:
        if not isinstance(api_key, str) or not api_key.isascii() or not api_key.isprintable() or not api_key.strip():
            raise AuthenticationError("the API key must be printable ASCII")
        if not base_url.startswith(("http://", "https://")):
            raise ValueError("base_url must begin with http:// or https://")
        self._url = f"{base_url.rstrip('/')}/v1/conversations/messages/batch"
        self._headers = {"Authorization": f"Bearer {api_key}"}
        self._timeout_s = timeout_s

    def record_messages_batch(self, messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Record `messages`; the page's summary of what became of them."""
        if not isinstance(messages, list | tuple) or not 0 < len(messages) <= LARGEST:
            raise InvalidInputError(f"messages must be a list of 1 to {LARGEST} dicts")
        body = {"messages": [asdict(self._message(entry)) for entry in messages]}
        try:
            with httpx.Client(timeout=self._timeout_s, verify=tls(), trust_env=False) as http:
                response = http.post(self._url, json=body, headers=self._headers)
        except httpx.RequestError as error:
            raise NetworkError(type(error).__name__) from None
        return self._summary(response, len(messages))

    def _message(self, entry: Mapping[str, Any]) -> Message:
        try:
            return Message(**{key: value for key, value in entry.items() if key in Message.__dataclass_fields__})
        except (TypeError, AttributeError):
            raise InvalidInputError("a message is a dict with conversation_id, role and content") from None

    def _summary(self, response: httpx.Response, count: int) -> dict[str, Any]:
        if response.is_server_error:
            raise ServiceUnavailableError(str(response.status_code))
        match response.status_code:
            case 200:
                pass
            case 400 | 422:
                raise InvalidInputError("refused")
            case 401 | 403:
                raise AuthenticationError("the key was refused")
            case 429:
                raise RateLimitError("too many calls")
            case status:
                raise RefusedError(str(status))
        try:
            answer = json.loads(response.content)
            rows, errors = answer["results"], {each["index"]: each for each in answer.get("errors", ())}
            if len(rows) + len(errors) != count or answer["total"] != count or not all(map(_is_row, rows)):
                raise UnexpectedAnswerError("the answer is not about this batch")
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise UnexpectedAnswerError("the answer is not a summary") from None
        stored = iter(rows)
        results = [{"error": errors[i]["error"]} if i in errors else next(stored) for i in range(count)]
        failed = sum("error" in row for row in results)
        return {"total": count, "succeeded": count - failed, "failed": failed, "results": results}


def _is_row(row: Mapping[str, Any]) -> bool:
    return ("error" in row) != ("message_id" in row and "recorded_at" in row)


def _check_value(value: object, depth: int = 0) -> None:
    match value:
        case None | bool():
            pass
        case float() if math.isfinite(value):
            pass
        case str():
            value.encode()
        case int() if abs(value) <= SAFE_INTEGER:
            pass
        case list() if depth < 100:  # noqa: PLR2004 - deeper than anybody's metadata
            for held in value:
                _check_value(held, depth + 1)
        case dict() if depth < 100 and all(isinstance(key, str) for key in value):  # noqa: PLR2004 - as above
            for key, held in value.items():
                key.encode()
                _check_value(held, depth + 1)
        case _:
            raise InvalidInputError("metadata must be JSON, its integers within 53 bits")
