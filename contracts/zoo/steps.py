"""The steps of a careful client, without I/O: what is checked, sent, waited for, and read.

A wrong client overrides one of them. What differs between a call that blocks and one that is awaited stands in
`honest`.
"""

from __future__ import annotations

import json
import ssl
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias, TypeGuard

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

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Entry: TypeAlias = "dict[str, Any]"
Row: TypeAlias = "dict[str, Any]"
Answer: TypeAlias = "dict[str, Any]"
Outcome: TypeAlias = "httpx.Response | httpx.RequestError"

PATH: Final = "/v1/conversations/messages/batch"
REQUIRED: Final = ("conversation_id", "role", "content")
OPTIONAL: Final = ("user_id", "customer_id", "session_id")
ROLES: Final = ("user", "assistant")

HTTP_OK: Final = 200
HTTP_RATE_LIMITED: Final = 429
HTTP_SERVER_ERROR: Final = 500


class Steps:
    """What a careful client does, a step a method.

    Args:
        base_url: where Synap, or a fake of it, is.
        api_key: the key; None: there is none.
        timeout_s: how long to wait for a connection, and for each piece of an answer.
        retry: ``own`` waits between attempts as it would in production; ``fast`` as little as it may.

    Raises:
        AuthenticationError: the key is missing, or a header cannot contain it.
    """

    attempts: ClassVar[int] = 3
    longest_wait_s: ClassVar[float] = 5.0

    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        self.key = self.credential(api_key)
        self.base_url = base_url.rstrip("/")
        self.timeout_s = timeout_s
        self.fast = retry == "fast"

    def credential(self, api_key: str | None) -> str:
        """The key, if it can be sent. The refusal doesn't show it."""
        if not api_key:
            raise AuthenticationError("an API key is needed: api_key is missing or empty")
        if not (api_key.isascii() and api_key.isprintable() and api_key.strip() == api_key):
            raise AuthenticationError("the API key has white space around it or characters that no header can carry")
        return api_key

    def headers(self) -> dict[str, str]:
        """What goes with each request."""
        return {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}

    def taken(self, messages: Iterable[Mapping[str, Any]]) -> list[Entry]:
        """The messages, whatever iterable they come in, checked. The caller's dicts are not kept."""
        if isinstance(messages, str | bytes | dict):
            raise InvalidInputError(f"messages must be a list of dicts, not {type(messages).__name__}")
        try:
            listed = list(messages)
        except TypeError:
            raise InvalidInputError(f"messages must be a list of dicts, not {type(messages).__name__}") from None
        entries = []
        for index, entry in enumerate(listed):
            if not isinstance(entry, dict):
                raise InvalidInputError(f"messages[{index}] must be a dict, not {type(entry).__name__}")
            entries.append(dict(entry))
            self.check(index, entries[-1])
        return entries

    def check(self, index: int, entry: Entry) -> None:
        """Refuse an entry that Synap would refuse the whole call for.

        Raises:
            InvalidInputError: naming the entry and the field.
        """
        for field in REQUIRED:
            if entry.get(field) is None:
                raise InvalidInputError(f"messages[{index}].{field} is missing")
            if not isinstance(entry[field], str):
                raise InvalidInputError(f"messages[{index}].{field} must be a string")
        if entry["role"] not in ROLES:
            raise InvalidInputError(f'messages[{index}].role must be "user" or "assistant"')
        for field in OPTIONAL:
            if not isinstance(entry.get(field), str | None):
                raise InvalidInputError(f"messages[{index}].{field} must be a string")
        if not isinstance(entry.get("metadata"), dict | None):
            raise InvalidInputError(f"messages[{index}].metadata must be a dict")
        if not _is_json(entry.get("metadata")):
            raise InvalidInputError(f"messages[{index}].metadata must be JSON: dicts with string keys, lists, scalars")

    def wire(self, entry: Entry) -> Entry:
        """An entry as it is sent: the page's fields, those that have a value."""
        return {field: entry[field] for field in (*REQUIRED, *OPTIONAL, "metadata") if entry.get(field) is not None}

    def encode(self, entries: list[Entry]) -> bytes:
        """The request's body.

        Raises:
            InvalidInputError: something in it cannot be said in JSON, or not in UTF-8.
        """
        body = {"messages": [self.wire(entry) for entry in entries]}
        try:
            return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        except (ValueError, TypeError, RecursionError) as error:
            raise InvalidInputError(f"messages cannot be sent as JSON: {type(error).__name__}") from None

    def pause(self, attempt: int, outcome: Outcome) -> float | None:
        """How many seconds to wait before the batch is sent again; None: it is not.

        Sent again is only what was certainly not recorded: no connection was made, or Synap said 429.
        """
        if attempt >= self.attempts:
            return None
        if isinstance(outcome, httpx.ConnectError | httpx.ConnectTimeout):
            return self.moment(0.25 * 2**attempt)
        if isinstance(outcome, httpx.Response) and outcome.status_code == HTTP_RATE_LIMITED:
            wanted = self.retry_after(outcome)
            return wanted if wanted is not None and wanted <= self.longest_wait_s else None
        return None

    def moment(self, seconds: float) -> float:
        """A wait of our own choice: as long as given, or next to nothing where the user asked for that."""
        return 0.01 if self.fast else seconds

    def retry_after(self, response: httpx.Response) -> float | None:
        """How long Synap wants us to wait, in seconds; None where it doesn't say."""
        value = response.headers.get("Retry-After", "")
        return float(value) if value.isdecimal() and value.isascii() else None

    def settled(self, outcome: Outcome) -> httpx.Response:
        """The last attempt's response.

        Raises:
            NetworkError: it has none.
        """
        if isinstance(outcome, httpx.RequestError):
            raise NetworkError(f"no answer from Synap: {type(outcome).__name__}")
        return outcome

    def read(self, response: httpx.Response, count: int) -> Answer:
        """The page's summary of a batch of `count` messages.

        Raises:
            SynapError: by the response's status; or it says 200 and holds no summary of that batch.
        """
        if response.status_code != HTTP_OK:
            raise self.refusal(response)
        return self.summary(self.parsed(response), count)

    def refusal(self, response: httpx.Response) -> SynapError:
        """The error that a status other than 200 is."""
        status, text = response.status_code, self.reason(response)
        if status >= HTTP_SERVER_ERROR:
            return ServiceUnavailableError(text)
        match status:
            case 400 | 422:
                return InvalidInputError(text)
            case 401 | 403:
                return AuthenticationError(text)
            case 429:
                return RateLimitError(text, self.retry_after(response))
        return RefusedError(text) if status >= 400 else UnexpectedAnswerError(text)  # noqa: PLR2004 - refusals are 4xx

    def reason(self, response: httpx.Response) -> str:
        """What Synap said, without the key if it should repeat it."""
        return f"Synap answered {response.status_code}: {response.text[:500]}".replace(self.key, "***")

    def parsed(self, response: httpx.Response) -> object:
        """The response's JSON."""
        try:
            return json.loads(response.content)
        except (ValueError, RecursionError):
            raise UnexpectedAnswerError("Synap returned 200 with a body that is not JSON") from None

    def summary(self, answer: object, count: int) -> Answer:
        """The answer, if it is one about `count` messages whose numbers agree with its rows."""
        if not isinstance(answer, dict):
            raise UnexpectedAnswerError(f"Synap returned 200 with JSON that is not an object: {type(answer).__name__}")
        rows = self.rows(answer, count)
        failed = sum("error" in row for row in rows)
        found = {"total": count, "succeeded": count - failed, "failed": failed}
        if any(answer.get(name) != number for name, number in found.items()):
            raise UnexpectedAnswerError("Synap returned 200 with numbers that are not those of its rows")
        return {**found, "results": rows}

    def rows(self, answer: Answer, count: int) -> list[Row]:
        """A row per message in the order of the messages, in whichever dialect the answer came."""
        stored, errors = answer.get("results"), answer.get("errors") or []
        if not (_are_rows(stored) and _are_rows(errors)) or len(stored) + len(errors) != count:
            raise UnexpectedAnswerError(f"Synap returned 200 without one row for each of {count} messages")
        refused = {row.get("index"): {"error": row.get("error")} for row in errors}
        following = iter(stored)
        rows = [refused.get(index) or next(following, {}) for index in range(count)]
        if not all(self.is_row(row) for row in rows):
            raise UnexpectedAnswerError("Synap returned 200 with a row that has neither an id and a time nor an error")
        return rows

    def is_row(self, row: Row) -> bool:
        """Return whether a row reports the outcome of a message."""
        if "error" in row:
            return isinstance(row["error"], str) and "message_id" not in row
        return isinstance(row.get("message_id"), str) and isinstance(row.get("recorded_at"), str)


@cache
def tls() -> ssl.SSLContext:
    """The certificates to trust, read once: it takes 20 ms."""
    return ssl.create_default_context()


def _are_rows(value: object) -> TypeGuard[list[Row]]:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _is_json(value: object) -> bool:
    remaining = [value]  # no recursion: how deep it goes is the caller's affair, and the encoder's
    while remaining:
        value = remaining.pop()
        if isinstance(value, dict):
            if not all(isinstance(key, str) for key in value):
                return False
            remaining.extend(value.values())
        elif isinstance(value, list):
            remaining.extend(value)
        elif not isinstance(value, str | int | float | None):
            return False
    return True
