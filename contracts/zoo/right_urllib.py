"""The smallest client that keeps the contract: urllib, no checks of its own, no retries, a connection a call."""

from __future__ import annotations

import json
import urllib.request
from http.client import HTTPException
from typing import IO, TYPE_CHECKING, Any
from urllib.error import HTTPError

from errors import (
    AuthenticationError,
    InvalidInputError,
    NetworkError,
    RateLimitError,
    ServiceUnavailableError,
    SynapError,
    UnexpectedAnswerError,
)
from labels import right

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from http.client import HTTPMessage

_CLASSES: dict[int, type[SynapError]] = {
    400: InvalidInputError,
    401: AuthenticationError,
    403: AuthenticationError,
    422: InvalidInputError,
    429: RateLimitError,
    500: ServiceUnavailableError,
    502: ServiceUnavailableError,
    503: ServiceUnavailableError,
    504: ServiceUnavailableError,
}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(  # noqa: PLR0913, PLR0917 - the signature is the standard library's
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Urllib would take the key along."""


@right("sync, urllib: no checks of its own, no retries, a connection per call")
class Urllib:
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0) -> None:
        if not api_key or not api_key.isascii() or not api_key.isprintable():
            raise AuthenticationError("the API key is missing, or no header can carry it")
        self._url = base_url.rstrip("/") + "/v1/conversations/messages/batch"
        self._headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
        self._timeout_s = timeout_s
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)

    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Record `messages`; the page's summary of what became of them."""
        try:
            listed = list(messages)
            body = json.dumps({"messages": listed}, allow_nan=False)
            if json.loads(body)["messages"] != listed:
                raise InvalidInputError("messages hold something that JSON says in another way")
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidInputError(f"messages cannot be said in JSON: {type(error).__name__}") from None
        status, content = self._answer(urllib.request.Request(self._url, body.encode(), self._headers))  # noqa: S310 - the address is the user's
        if status != 200:  # noqa: PLR2004 - the one status that is success
            raise _CLASSES.get(status, SynapError)(f"Synap answered {status}")
        try:
            return _summary(json.loads(content), len(listed))
        except (ValueError, TypeError, LookupError, AttributeError, StopIteration, RecursionError):
            raise UnexpectedAnswerError("Synap answered 200 with no summary of this batch") from None

    def _answer(self, request: urllib.request.Request) -> tuple[int, bytes]:
        try:
            try:
                with self._opener.open(request, timeout=self._timeout_s) as response:
                    return response.status, response.read()
            except HTTPError as refusal:
                with refusal:
                    return refusal.code, refusal.read()
        except (OSError, HTTPException) as error:
            raise NetworkError(f"no answer from Synap: {type(error).__name__}") from None


def _summary(answer: dict[str, Any], count: int) -> dict[str, Any]:
    failures = {failure["index"]: {"error": failure["error"]} for failure in answer.get("errors", ())}
    stored = iter(answer["results"])
    rows = [failures[index] if index in failures else next(stored) for index in range(count)]
    failed = len([row for row in rows if "error" in row or not row["message_id"] or not row["recorded_at"]])
    if [*stored] or [answer["total"], answer["succeeded"], answer["failed"]] != [count, count - failed, failed]:
        raise ValueError
    return {"total": count, "succeeded": count - failed, "failed": failed, "results": rows}
