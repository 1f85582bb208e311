"""Clients that raise errors of the wrong class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
from errors import InvalidInputError, NetworkError, RateLimitError, RefusedError, ServiceUnavailableError, SynapError
from honest import Honest
from labels import wrong, wrong_variants
from steps import HTTP_RATE_LIMITED, REQUIRED, ROLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from steps import Answer, Entry, Outcome

HTTP_BAD_REQUEST = 400
HTTP_UNAUTHORIZED = 401
HTTP_FORBIDDEN = 403


class NetworkTimeoutError(SynapError):
    """Synap was not reached, by another name."""


class ConnectionFailedError(SynapError):
    """Synap was not reached, by a third name."""


class Translating(Honest):
    """Raises `error(outcome)`, if there is one."""

    error: Callable[[Outcome], Exception | None]

    def settled(self, outcome: Outcome) -> httpx.Response:
        if error := self.error(outcome):
            raise error
        return super().settled(outcome)


# fmt: off
VARIANTS: Mapping[str, tuple[str, str, Callable[[Any], Any]]] = {
    "LeaksConnectErrors": ("NET-REFUSED", "lets httpx's ConnectError escape",
        lambda outcome: outcome if isinstance(outcome, httpx.ConnectError) else None),
    "BuiltinForRefused": ("NET-REFUSED", "raises the builtin ConnectionError when no server is listening",
        lambda outcome: ConnectionError("Synap is down") if isinstance(outcome, httpx.ConnectError) else None),
    "BuiltinForTimeouts": ("NET-TIMEOUT", "raises the builtin TimeoutError when the answer is late",
        lambda outcome: TimeoutError("Synap is slow") if isinstance(outcome, httpx.TimeoutException) else None),
    "LeaksProtocolErrors": ("NET-LOST", "lets httpx's RemoteProtocolError escape when the server closes",
        lambda outcome: outcome if isinstance(outcome, httpx.RemoteProtocolError) else None),
    "InvalidInputForResets": ("NET-LOST", "treats a reset as the messages' fault",
        lambda outcome: InvalidInputError("no") if isinstance(outcome, httpx.ReadError | httpx.WriteError) else None),
}
# fmt: on
globals().update(wrong_variants(Translating, "error", VARIANTS))


@wrong("IN-KEYS", "raises ValueError for a missing key")
class ValueErrorForKeys(Honest):
    def check(self, index: int, entry: Entry) -> None:
        for field in REQUIRED:
            if field not in entry:
                raise ValueError(f"message {index} has no {field}")
        super().check(index, entry)


@wrong("IN-KEYS", "lets KeyError escape for a missing key, except in a batch's first message")
class KeyErrorForKeys(Honest):
    def check(self, index: int, entry: Entry) -> None:
        if index:
            entry = {**entry, **{field: entry[field] for field in REQUIRED}}
        super().check(index, entry)


@wrong("IN-KEYS", "leaves the check to Synap, and treats its 400 as a temporary failure")
class UnavailableForBadRequests(Honest):
    def check(self, index: int, entry: Entry) -> None:
        """Synap does that."""

    def refusal(self, response: httpx.Response) -> SynapError:
        if response.status_code == HTTP_BAD_REQUEST:
            return ServiceUnavailableError(self.reason(response))
        return super().refusal(response)


@wrong("IN-ROLE", "raises ValueError for an invalid role")
class ValueErrorForRoles(Honest):
    def check(self, index: int, entry: Entry) -> None:
        if isinstance(entry.get("role"), str) and entry["role"] not in ROLES:
            raise ValueError(f"message {index} has the invalid role {entry['role']!r}")
        super().check(index, entry)


@wrong("IN-ROLE", "lets KeyError escape for an invalid role, except in a batch's first message")
class KeyErrorForRoles(Honest):
    def check(self, index: int, entry: Entry) -> None:
        if index and isinstance(entry.get("role"), str):
            entry["role"] = {"user": "user", "assistant": "assistant"}[entry["role"]]
        super().check(index, entry)


@wrong("IN-UUID", "lets uuid's ValueError escape")
class ValueErrorForUuids(Honest):
    def check(self, index: int, entry: Entry) -> None:
        super().check(index, entry)
        UUID(entry["conversation_id"])


@wrong("IN-TYPES", "lets AttributeError escape when content is not a string")
class AttributeErrorForTypes(Honest):
    def check(self, index: int, entry: Entry) -> None:
        if entry.get("content") is not None:
            entry["content"].encode(errors="replace")
        super().check(index, entry)


@wrong("AUTH-INVALID", "treats 401 like any other refusal")
class RefusedForKeys(Honest):
    def refusal(self, response: httpx.Response) -> SynapError:
        return RefusedError("401") if response.status_code == HTTP_UNAUTHORIZED else super().refusal(response)


@wrong("AUTH-INVALID", "raises PermissionError for 401")
class PermissionErrorForKeys(Honest):
    def read(self, response: httpx.Response, count: int) -> Answer:
        if response.status_code == HTTP_UNAUTHORIZED:
            raise PermissionError(self.reason(response))
        return super().read(response, count)


@wrong("AUTH-MISSING", "raises ValueError without a key")
class ValueErrorWithoutAKey(Honest):
    def credential(self, api_key: str | None) -> str:
        if not api_key:
            raise ValueError("api_key is required")
        return super().credential(api_key)


@wrong("AUTH-MISSING", "raises InvalidInputError without a key")
class InvalidInputWithoutAKey(Honest):
    def credential(self, api_key: str | None) -> str:
        return super().credential(api_key) if api_key else ""

    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        if not self.key:
            raise InvalidInputError("set an API key first")
        return super().record_messages_batch(messages)


@wrong("AUTH-REVOKED", "treats a 401 that says revoked as a conflict")
class RefusedForRevokedKeys(Honest):
    def refusal(self, response: httpx.Response) -> SynapError:
        if response.status_code == HTTP_UNAUTHORIZED and "CREDENTIAL_INVALID" in response.text:
            return RefusedError("the key was rotated: reload the configuration")
        return super().refusal(response)


@wrong("AUTH-FORBIDDEN", "treats 403 as invalid input")
class InvalidInputForForbidden(Honest):
    def refusal(self, response: httpx.Response) -> SynapError:
        return InvalidInputError("403") if response.status_code == HTTP_FORBIDDEN else super().refusal(response)


@wrong("NET-NAME", "calls every network failure NetworkTimeoutError")
class CallsItTimeout(Honest):
    def settled(self, outcome: Outcome) -> httpx.Response:
        try:
            return super().settled(outcome)
        except NetworkError as error:
            raise NetworkTimeoutError(str(error)) from None


@wrong("NET-NAME", "calls every network failure ConnectionFailedError")
class CallsItConnectionFailed(Honest):
    def settled(self, outcome: Outcome) -> httpx.Response:
        try:
            return super().settled(outcome)
        except NetworkError as error:
            raise ConnectionFailedError(str(error)) from None


@wrong("RATE-LIMIT", "treats 429 as invalid input")
class InvalidInputForRateLimits(Honest):
    def refusal(self, response: httpx.Response) -> SynapError:
        error = super().refusal(response)
        return InvalidInputError("a batch was not taken") if isinstance(error, RateLimitError) else error


@wrong("RATE-LIMIT", "treats 429 as a network failure, and does not wait")
class NetworkErrorForRateLimits(Honest):
    def pause(self, attempt: int, outcome: Outcome) -> float | None:
        limited = isinstance(outcome, httpx.Response) and outcome.status_code == HTTP_RATE_LIMITED
        return None if limited else super().pause(attempt, outcome)

    def refusal(self, response: httpx.Response) -> SynapError:
        error = super().refusal(response)
        return NetworkError("no answer") if isinstance(error, RateLimitError) else error
