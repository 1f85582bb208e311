"""A client in another style: a facade, exceptions of its own names, and results that are objects."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
from labels import right
from steps import tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class RecorderError(Exception):
    """A batch may not be recorded."""


class BadMessages(RecorderError):  # noqa: N818 - the style of this client
    """The messages are not what Synap takes."""


class BadKey(RecorderError):  # noqa: N818 - as above
    """The key is missing, malformed or refused."""


class Unreachable(RecorderError):  # noqa: N818 - as above
    """Synap was not reached, or its answer was lost."""


class Throttled(RecorderError):  # noqa: N818 - as above
    """Too many calls."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A message that was accepted."""

    message_id: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that was not."""

    error: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch."""

    total: int
    succeeded: int
    failed: int
    results: tuple[Stored | Refused, ...]


class Conversation:
    """Records messages; made by `Facade`."""

    def __init__(self, url: str, key: str, timeout_s: float) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._timeout_s = timeout_s

    async def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Outcome:
        """Record `messages`; an outcome each."""
        try:
            listed = list(messages)
            text = json.dumps({"messages": listed}, ensure_ascii=False, allow_nan=False)
            faithful, body = json.loads(text)["messages"] == listed, text.encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise BadMessages(f"the messages are not JSON: {type(error).__name__}") from None
        if not faithful:
            raise BadMessages("the messages hold what JSON would change")
        try:
            async with httpx.AsyncClient(timeout=self._timeout_s, verify=tls(), trust_env=False) as http:
                response = await http.post(self._url, content=body, headers=self._headers)
        except httpx.RequestError as error:
            raise Unreachable(type(error).__name__) from None
        if response.status_code != httpx.codes.OK:
            kinds = {400: BadMessages, 401: BadKey, 403: BadKey, 422: BadMessages, 429: Throttled}
            raise kinds.get(response.status_code, RecorderError)(f"HTTP {response.status_code}")
        return self._outcome(response.content, len(listed))

    def _outcome(self, content: bytes, count: int) -> Outcome:
        try:
            answer = json.loads(content)
            results: list[Stored | Refused] = [
                Refused(row["error"])
                if "error" in row
                else Stored(row["message_id"], datetime.fromisoformat(row["recorded_at"]))
                for row in answer["results"]
            ]
            for refusal in sorted(answer.get("errors", ()), key=lambda each: each["index"]):
                results.insert(refusal["index"], Refused(refusal["error"]))
            outcome = Outcome(answer["total"], answer["succeeded"], answer["failed"], tuple(results))
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise RecorderError("HTTP 200 without an outcome") from None
        failed = sum(isinstance(result, Refused) for result in results)
        if (count, count - failed, failed, count) != (outcome.total, outcome.succeeded, outcome.failed, len(results)):
            raise RecorderError("HTTP 200 with another batch's outcome")
        return outcome


@right("async, httpx: methods under .conversation, results that are objects, exceptions declared in `errors`")
class Facade:
    errors: ClassVar[dict[str, type[Exception]]] = {
        "InvalidInputError": BadMessages,
        "AuthenticationError": BadKey,
        "NetworkError": Unreachable,
        "RateLimitError": Throttled,
    }

    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0) -> None:
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._timeout_s = timeout_s
        self.conversation: Conversation | None = None

    async def initialize(self) -> None:
        """Check the key, and be ready to record."""
        if not self._api_key or not self._api_key.isascii() or not self._api_key.isprintable():
            raise BadKey("a key of printable ASCII is needed")
        url = f"{self._base_url}/v1/conversations/messages/batch"
        self.conversation = Conversation(url, self._api_key, self._timeout_s)

    async def shutdown(self) -> None:
        """Nothing is kept open."""
        self.conversation = None
