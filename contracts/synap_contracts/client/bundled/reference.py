"""The reference client: httpx, one request per call, no retries. An example of a client that passes all clauses."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal

import httpx

from synap_contracts.client.bundled.page import answer_of, check

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable


class SynapError(Exception):
    """Any failure. The classes below distinguish some of them."""


class InvalidInputError(SynapError):
    """An entry does not follow the parameter list; nothing was sent."""


class AuthenticationError(SynapError):
    """The key is missing, malformed or rejected."""


class NetworkError(SynapError):
    """Synap cannot be reached, or its response did not arrive: the messages may or may not be recorded."""


class RateLimitError(SynapError):
    """Too many requests (429)."""


REJECTED = {400: InvalidInputError, 401: AuthenticationError, 403: AuthenticationError, 429: RateLimitError}


@cache
def tls() -> ssl.SSLContext:
    """Return the TLS context, which is slow to create."""
    return httpx.create_ssl_context(trust_env=False)


class ReferenceClient:
    """Records batches over HTTP."""

    def __init__(self, base_url: str, api_key: str | None, timeout_s: float) -> None:
        if not api_key or not (api_key.isascii() and api_key.isprintable()) or " " in api_key:
            raise AuthenticationError("the API key is missing or malformed")  # never the key itself
        # A pool would belong to the event loop in which it is first used.
        self.connect = partial(
            httpx.AsyncClient,
            base_url=base_url,
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=timeout_s,
            trust_env=False,
            verify=tls(),
        )

    async def record_messages_batch(self, messages: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """Record messages in one batch, as the page documents it."""
        entries = list(messages)
        if problem := check(entries):
            raise InvalidInputError(problem)
        try:
            async with self.connect() as http:
                response = await http.post("/v1/conversations/messages/batch", json={"messages": entries})
        except httpx.TransportError as error:
            raise NetworkError(f"no response from Synap: {type(error).__name__}") from error
        except ValueError as error:
            raise InvalidInputError("an entry cannot be written as JSON") from error
        if response.status_code != httpx.codes.OK:
            kind = REJECTED.get(response.status_code, SynapError)
            raise kind(f"Synap returned {response.status_code}: {response.text[:500]}")
        answer = answer_of(response, len(entries))
        if answer is None:
            raise SynapError("Synap returned 200 with a body that is not a batch result")
        return answer


def make(
    base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: Literal["fast", "own"] = "own"
) -> ReferenceClient:
    """Return a client for a server. It never retries, so `retry` has no effect."""
    del retry
    return ReferenceClient(base_url, api_key, timeout_s)
