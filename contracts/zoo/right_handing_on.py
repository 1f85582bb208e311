"""A client that trusts Synap: it sends what it is given, and hands on what is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from errors import (
    AuthenticationError,
    InvalidInputError,
    NetworkError,
    RateLimitError,
    RefusedError,
    ServiceUnavailableError,
    SynapError,
    UnexpectedAnswerError,
)
from labels import right
from steps import tls

if TYPE_CHECKING:
    from collections.abc import Sequence


@right("async, httpx: checks only the key and types of dict keys, the answer returned unchanged, no retries")
class HandingOn:
    def __init__(self, *, base_url: str, api_key: str | None = None) -> None:
        if not api_key or not api_key.isascii() or not api_key.isprintable():
            raise AuthenticationError("api_key is missing or malformed")
        self._url = f"{base_url.rstrip('/')}/v1/conversations/messages/batch"
        self._headers = {"authorization": f"bearer {api_key}"}

    async def record_messages_batch(self, messages: Sequence[dict[str, Any]]) -> object:
        """Record `messages`; what Synap answers."""
        if not _has_string_keys(messages):
            raise InvalidInputError("a key is not a string, and json would make it one")
        try:
            async with httpx.AsyncClient(headers=self._headers, timeout=5, verify=tls(), trust_env=False) as http:
                response = await http.post(self._url, json={"messages": messages})
        except httpx.RequestError as error:
            raise NetworkError(repr(type(error))) from None
        except (TypeError, ValueError, RecursionError):
            raise InvalidInputError("messages must be a list of dicts that JSON can say") from None
        if response.status_code != httpx.codes.OK:
            raise _error(response.status_code)(f"status {response.status_code}")
        try:
            return response.json()
        except ValueError:
            raise UnexpectedAnswerError("the answer is not JSON") from None


def _has_string_keys(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _has_string_keys(each) for key, each in value.items())
    return not isinstance(value, list | tuple) or all(map(_has_string_keys, value))


def _error(status: int) -> type[SynapError]:
    match status:
        case 400 | 422:
            return InvalidInputError
        case 401 | 403:
            return AuthenticationError
        case 429:
            return RateLimitError
        case _ if status >= 500:  # noqa: PLR2004 - server errors
            return ServiceUnavailableError
    return RefusedError
