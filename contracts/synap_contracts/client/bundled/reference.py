"""The reference client: httpx, one request a call, no retry. The example of a client that keeps every clause."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal

import httpx

from synap_contracts.client.bundled.page import answer_of, check

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable


class SynapError(Exception):
    """Whatever went wrong; what can be told apart has a class of its own below."""


class InvalidInputError(SynapError):
    """An entry breaks the page's parameter list; nothing was sent."""


class AuthenticationError(SynapError):
    """The key is missing, malformed or refused."""


class NetworkError(SynapError):
    """Synap can't be reached, or its answer did not arrive: what was sent may or may not be recorded."""


class RateLimitError(SynapError):
    """Too many requests (429)."""


REFUSED = {400: InvalidInputError, 401: AuthenticationError, 403: AuthenticationError, 429: RateLimitError}


@cache
def tls() -> ssl.SSLContext:
    """What is trusted; making it is what costs time."""
    return httpx.create_ssl_context(trust_env=False)


class ReferenceClient:
    """Records batches over HTTP."""

    def __init__(self, base_url: str, api_key: str | None, timeout_s: float) -> None:
        if not api_key or not (api_key.isascii() and api_key.isprintable()) or " " in api_key:
            raise AuthenticationError("the API key is missing or malformed")  # never the key itself
        # No pool is kept: it would belong to the event loop that it is first used in.
        self.connect = partial(
            httpx.AsyncClient,
            base_url=base_url,
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=timeout_s,
            trust_env=False,
            verify=tls(),
        )

    async def record_messages_batch(self, messages: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """Record messages in one batch, as the page has it."""
        entries = list(messages)
        if problem := check(entries):
            raise InvalidInputError(problem)
        try:
            async with self.connect() as http:
                response = await http.post("/v1/conversations/messages/batch", json={"messages": entries})
        except httpx.TransportError as error:
            raise NetworkError(f"no answer from Synap: {type(error).__name__}") from error
        except ValueError as error:
            raise InvalidInputError("an entry can't be written as JSON") from error
        if response.status_code != httpx.codes.OK:
            kind = REFUSED.get(response.status_code, SynapError)
            raise kind(f"Synap answered {response.status_code}: {response.text[:500]}")
        answer = answer_of(response, len(entries))
        if answer is None:
            raise SynapError("Synap answered 200 with something that is no batch result")
        return answer


def make(
    base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: Literal["fast", "own"] = "own"
) -> ReferenceClient:
    """A client of a server; it never retries, so `retry` changes nothing."""
    del retry
    return ReferenceClient(base_url, api_key, timeout_s)
